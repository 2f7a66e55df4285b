"""A recipe as a file: what people write, what it means, and where it is wrong."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vesalius.deid import Recipe, RecipeError
from vesalius.deid.annex import options
from vesalius.deid.ctp import Script, imported
from vesalius.deid.recipes import recipe_file
from vesalius.deid.recipes.recipe import BUILTIN

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "recipes.md"
HEAD = 'name = "r"\nversion = "1"\n'
SCRIPT = """<script>
 <p t="UIDROOT">1.2.3</p>
 <e en="T" t="00080018" n="SOPInstanceUID">@hashuid(@UIDROOT,this)</e>
 <e en="T" t="0009[ACME 1]02" n="">@remove()</e>
 <k en="T" t="0018"></k>
 <r en="T" t="privategroups"></r>
</script>
"""
PATHS = st.sampled_from(
    ["(0008,103E)", "(0054,0016)[*].(0018,1079)", "*.(0008,1140)", '(0019,"IT\'S A \\ CREATOR",0C)']
)
RECIPES = st.builds(
    Recipe,
    name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    version=st.sampled_from(["1", "2.0"]),
    options=st.frozensets(st.sampled_from(sorted(options.names()))),
    private=st.sampled_from(["tcia", "ps3.15_e3-10-1"]),
    uid_root=st.sampled_from([None, "1.2.3"]),
    patient_id_prefix=st.sampled_from(["", 'A"B', "LUNG-"]),
    unknown_words=st.sampled_from(["mask", "review"]),
    pixel_rules=st.text(st.sampled_from("'\"\n\t\\,*ab1\r\x7f"), max_size=30).map(
        "{{true.}}(0,0,1,1){}".format
    ),
    script=st.sampled_from(["", SCRIPT, SCRIPT.replace("<script>", "<script>\r\n<!-- ''' -->")]),
    event=st.sampled_from(["", "DIAGNOSIS"]),
    event_attribute=st.sampled_from(["", "(0008,0020)"]),
    dispositions=st.dictionaries(PATHS, st.sampled_from("KCUXZD")),
)


@settings(deadline=None)  # of a machine with other work
@given(recipe=RECIPES)
def test_a_recipe_survives_its_file(recipe):
    again = Recipe.from_toml(recipe.to_toml())
    assert again == recipe
    assert again.digest == recipe.digest


def test_the_example_of_the_page_is_a_recipe_and_means_what_the_page_says():
    examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    recipe, of_ctp = (Recipe.from_toml(example) for example in examples)
    assert [line.text for line in Script.parse(of_ctp.script).elements][-1] == "@remove()"
    assert (recipe.name, recipe.version, recipe.private) == ("lung-screening", "3", "tcia")
    assert "retain_longitudinal_modified_dates" in recipe.options
    assert recipe.unknown_words == "review"
    assert recipe.pixel_rules.splitlines()[1] == "(0,0,640,40)"
    assert recipe.dispositions['(0019,"SIEMENS MR HEADER",0C)'] == "K"


def test_the_page_tells_of_every_setting_and_every_option():
    page = " ".join(PAGE.read_text("utf-8").split())
    for path in recipe_file.SETTINGS:
        assert f"`[{path[0]}] {path[1]}`" in page if len(path) > 1 else path[0] in page, path
    assert all(name in page for name in options.names().values())
    assert all(f"`{name}`" in page for name in BUILTIN)


def test_what_is_ready_keeps_its_promises():
    basic, tcia, dated, strict = (Recipe.builtin(name) for name in BUILTIN)
    assert not basic.options
    assert tcia.options ^ dated.options == {
        "retain_longitudinal_modified_dates",
        "retain_longitudinal_full_dates",
    }
    assert tcia.private == dated.private == "tcia"
    assert strict.options == {"clean_descriptors", "clean_pixel_data"}
    assert strict.unknown_words == "mask"


def test_every_option_of_the_standard_has_a_name_and_every_column_of_the_table_is_an_option():
    from vesalius.deid.annex import table

    assert table.options() < options.names().keys()
    assert len(options.names()) == 12


def test_comments_order_and_defaults_written_out_leave_the_digest():
    one = Recipe.from_toml(
        HEAD
        + 'options = ["Retain UIDs", "Clean Graphics"]\n[dispositions]\n"(0008,103E)" = "K"\n"(0008,1030)" = "X"\n'
    )
    other = Recipe.from_toml(
        'version = "1" # the first\nname = "r"\noptions = ["Clean Graphics", "Retain UIDs", "Retain UIDs"]\n'
        '[dispositions]\n"(0008,1030)" = "X"\n"(0008,103E)" = "K"\n'
        '[text]\nunknown_words = "mask"\n[identity]\npatient_keys = "ptid"\n'
    )
    assert one == other
    assert one.digest == other.digest
    assert Recipe.from_toml(HEAD).digest != Recipe.from_toml(HEAD.replace('"1"', '"2"')).digest


def test_the_digest_of_a_recipe_from_before_the_newer_settings_stays():
    # what an archive recorded for this recipe when recipes had seven fields
    assert Recipe(name="r", version="1", options=frozenset({"retain_uids"})).to_json() == (
        '{"dispositions":{},"name":"r","options":["retain_uids"],"patient_id_prefix":"",'
        '"private":"ps3.15_e3-10-1","uid_root":null,"version":"1"}'
    )


def test_a_script_can_be_read_and_edited_element_by_element():
    table = """[ctp]
keep_groups = ["0018"]
keep_safe_private = true
remove = ["privategroups"]

[ctp.parameters]
UIDROOT = "1.2.3"

[ctp.elements]
"(0008,0018)" = "@hashuid(@UIDROOT,this)"
'(0009,"ACME",02)' = "@remove()"

[text]
unknown_words = "review"
"""
    recipe = Recipe.from_toml(HEAD + table)
    assert recipe.unknown_words == "review"
    script = Script.parse(recipe.script)
    assert script.parameters == {"UIDROOT": "1.2.3"}
    assert [line.text for line in script.elements] == ["@hashuid(@UIDROOT,this)", "@remove()"]
    assert "[ctp.elements]" in recipe.to_toml()
    assert Recipe.from_toml(recipe.to_toml()) == recipe
    of_ctp = Script.parse(Recipe.from_toml(imported(SCRIPT, "of CTP")).script)
    assert [line.text for line in of_ctp.elements] == [line.text for line in Script.parse(SCRIPT).elements]


WRONG = [
    # (text after the head of two lines, line, a word of the sentence)
    ("options = [", 3, "no TOML"),
    ("colour = 'red'", 3, "no setting colour"),
    ("[text]\nunknown_word = 'mask'", 4, "did you mean text.unknown_words?"),
    ("[text]\nunknown_words = 'maks'", 4, "to mask or to review"),
    ('options = [\n  "Clean Graphics",\n  "Clean Descriptor",\n]', 5, "did you mean Clean Descriptors?"),
    ("options = 'Clean Graphics'", 3, "a list of names"),
    ("[identity]\nuid_root = 17", 4, "a text in quotes"),
    ("[identity]\nuid_root = '1.02'", 4, "no UID"),
    ("[identity]\npatient_id_prefix = 'Ä'", 4, "not ASCII"),
    ("[private]\nlist = 'all'", 4, "no such list"),
    ("[event]\nname = 'x'", 4, "capitals"),
    ("[event]\nattribute = 'StudyDate'", 4, "(gggg,eeee)"),
    ("[pixels]\nrules = '''\n[text]\nunknown_words = 1\n'''\n[text]\nunknown_words = 'x'", 9, "to mask"),
    ("[dispositions]\n\n'(0008,103e)' = 'K'", 5, "no element path"),
    ("[dispositions]\n'(0008,103E)' = 'Q'", 4, "none of D, Z, X, K, C, U"),
    ("[dispositions]\n'(0008,103E)' = 1", 4, "one letter"),
    ("[dispositions]\n'(0008,103E).(0008,0100)' = 'K'", 4, "no element path"),
    ("[dispositions]\n'(0008,\"A\",10)' = 'K'", 4, "no element path"),
    ("dispositions = 'K'", 3, "are a table"),
    ("ctp = 1", 3, "no setting ctp"),
    ("[ctp]\nscript = '<script>'", 4, "ctp.script: "),
    ("[ctp.elements]\n'(0008,0018' = '@keep()'", 3, "no element"),
    ("\n[pixels]\nrules = '{'", 5, "pixels.rules: the pixel script has a brace"),
    ("text = 'mask'", 3, "no setting text"),
]


@pytest.mark.parametrize(("rest", "line", "word"), WRONG)
def test_an_error_names_its_line(rest, line, word):
    with pytest.raises(RecipeError) as caught:
        Recipe.from_toml(HEAD + rest)
    assert caught.value.line == line, str(caught.value)
    assert str(caught.value).startswith(f"line {line}: ")
    assert word in str(caught.value)


def test_a_recipe_without_a_name_is_refused():
    with pytest.raises(RecipeError, match="a name and a version"):
        Recipe.from_toml('version = "1"')
