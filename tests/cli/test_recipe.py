"""`vesalius recipe`: ready recipes and scripts of CTP's as texts that `deidentify` takes."""

from click.testing import CliRunner

from vesalius.cli.main import COMMANDS
from vesalius.cli.recipe import recipe
from vesalius.deid import Recipe
from vesalius.deid.ctp import Script

SCRIPT = """<script>
<p t="UIDROOT">1.2.3</p>
<e en="T" t="0020000d" n="x">@hashuid(@UIDROOT,this)</e>
<e en="T" t="00100010" n="x">@empty()</e>
</script>"""
PROFILE = '<script><e en="T" t="00100010" n="x">@remove()</e></script>'


def _said(*words: str):
    return CliRunner().invoke(recipe, [*words])


def test_a_ready_recipe_is_written_as_its_file_says_it():
    assert COMMANDS["recipe"][0] == f"{recipe.callback.__module__}:{recipe.name}"
    done = _said("tcia")
    assert done.exit_code == 0
    assert Recipe.from_toml(done.output) == Recipe.builtin("tcia")


def test_a_script_becomes_a_recipe_with_profiles_over_it(tmp_path):
    (tmp_path / "trial.script").write_text(SCRIPT)
    (tmp_path / "profile.script").write_text(PROFILE)
    done = _said(str(tmp_path / "trial.script"), "--over", str(tmp_path / "profile.script"))
    assert done.exit_code == 0
    made = Recipe.from_toml(done.output)
    assert made.name == "trial"
    assert Script.parse(made.script) == Script.parse(SCRIPT).merged(Script.parse(PROFILE))
    assert "# line 3: @hashuid hashes without a key" in done.output


def test_what_is_neither_is_refused(tmp_path):
    (tmp_path / "broken.script").write_text("<script><e></script>")
    for words, sentence in (
        (["nobody"], "no built-in recipe"),
        ([str(tmp_path / "broken.script")], "line 1"),
    ):
        done = _said(*words)
        assert done.exit_code == 2
        assert sentence in done.output


def test_a_configuration_becomes_a_recipe_of_the_files_that_it_names(tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "filter.script").write_text('Modality.equals("CT")')
    stage = '<DicomFilter class="org.rsna.ctp.stdstages.DicomFilter" script="scripts/filter.script"/>'
    one, other = (f'<Pipeline name="{name}">{stage}</Pipeline>' for name in ("one", "other"))
    config = tmp_path / "config.xml"
    config.write_text(f"<Configuration>{one}</Configuration>")
    assert Recipe.from_toml(_said(str(config)).output).filter == 'Modality.equals("CT")'
    config.write_text(f"<Configuration>{one}{other}</Configuration>")
    assert "there are: one, other" in _said(str(config)).output
    assert Recipe.from_toml(_said(str(config), "--pipeline", "other").output).name == "other"
    (tmp_path / "scripts" / "filter.script").unlink()
    done = _said(str(config), "--pipeline", "other")
    assert (done.exit_code, "filter.script cannot be read" in done.output) == (2, True)
