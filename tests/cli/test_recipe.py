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
    for words, sentence in ((["nobody"], "no built-in recipe"), ([str(tmp_path / "broken.script")], "line 1")):
        done = _said(*words)
        assert done.exit_code == 2
        assert sentence in done.output
