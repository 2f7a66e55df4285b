"""A CTP configuration as a recipe: its filters, pixel rules and script in one."""

import pytest

from vesalius.deid import Recipe
from vesalius.deid.ctp import Script, ScriptError
from vesalius.deid.ctp.pipeline import imported, pipelines

FILES = {
    "scripts/filter.script": '!ImageType.contains("SECONDARY") // no screens',
    "scripts/trial.script": 'Modality.equals("CT")',
    "scripts/pixels.script": 'ACME\n{ Rows.equals("512") }\n(0,0,512,20)\n',
    "scripts/anonymizer.script": '<script><e en="T" t="00100010">@keep()</e></script>',
}
STAGES = {
    "import": '<DicomImportService class="org.rsna.ctp.stdstages.DicomImportService" name="In" port="104"/>',
    "filter": '<DicomFilter class="org.rsna.ctp.stdstages.DicomFilter" name="Filter" script="scripts/filter.script"/>',
    "pixels": '<X class="org.rsna.ctp.stdstages.DicomPixelAnonymizer" name="Pixels" script="scripts/pixels.script"/>',
    "anonymizer": """<DicomAnonymizer class="org.rsna.ctp.stdstages.DicomAnonymizer" name="Anonymizer"
        script="scripts/anonymizer.script" dicomScript="scripts/trial.script" lookupTable="scripts/l.properties"/>""",
    "export": '<HttpExportService class="org.rsna.ctp.stdstages.HttpExportService" name="Out"/>',
}


def configuration(*names: str) -> str:
    stages = "\n".join(STAGES[name] for name in names)
    return f'<Configuration>\n<Server port="1080"/>\n<Pipeline name="Trial">\n{stages}\n</Pipeline>\n</Configuration>'


def test_a_pipeline_becomes_one_recipe():
    (pipeline,) = pipelines(configuration(*STAGES))
    text = imported(pipeline, FILES.__getitem__)
    recipe = Recipe.from_toml(text)
    assert recipe.name == "Trial"
    assert recipe.options == {"clean_pixel_data"}
    assert recipe.pixel_rules == FILES["scripts/pixels.script"]
    assert Script.parse(recipe.script) == Script.parse(FILES["scripts/anonymizer.script"])
    assert "SECONDARY" in recipe.filter
    assert 'Modality.equals("CT")' in recipe.filter
    assert (
        "# line 7: the stage Anonymizer lets files pass that its dicomScript does not match; here they wait"
        in text
    )
    assert "name it with --lookup" in text
    assert "# line 1: (0010,0010): an identifier stays" in text


def test_stages_stand_by_themselves():
    (pipeline,) = pipelines(configuration("filter"))
    recipe = Recipe.from_toml(imported(pipeline, FILES.__getitem__))
    assert (recipe.filter, recipe.script) == (FILES["scripts/filter.script"], "")


WRONG = [
    (configuration("import", "export"), "no stage"),
    (configuration("anonymizer", "anonymizer"), "line 6: the stage Anonymizer is a second"),
    (
        configuration("filter").replace("scripts/filter.script", ""),
        "line 4: the stage Filter names no script",
    ),
    (configuration("filter").replace("filter.script", "pixels.script"), "line 4: the stage Filter: line 1"),
    ("<Configuration><Pipeline>", "no well-formed XML"),
    ('<!DOCTYPE a [<!ENTITY b "c">]><Configuration/>', "document type"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_no_recipe_can_say_is_refused(text, sentence):
    with pytest.raises(ScriptError, match=sentence):
        for pipeline in pipelines(text):
            imported(pipeline, FILES.__getitem__)
