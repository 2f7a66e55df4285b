"""Anonymizer scripts read, warned about, merged, and imported as recipes."""

import os
import tomllib
from pathlib import Path

import pytest

from vesalius.deid.ctp import Script, ScriptError, imported
from vesalius.deid.ctp.elements import Private
from vesalius.deid.ctp.script import ElementLine
from vesalius.deid.ctp.script.dangers import telling_sequences

SCRIPTS = "CTP_SCRIPTS"
XML = """<script>
 <!-- a comment -->
 <p t="UIDROOT">1.2.840.99</p>
 <p t="DATEINC">-100</p>
 <e en="T" t="00100010" n="PatientName">@hash(this,8)</e>
 <e en="F" t="00100020" n="PatientID">@keep()</e>
 <e en="T" t="0020000d" n="StudyInstanceUID">@hashuid(@UIDROOT,this)</e>
 <e en="T" t="00080020" n="StudyDate"> @incrementdate(this,@DATEINC) </e>
 <e en="T" t="0009[ACME 1]02" n="Secret">@remove()</e>
 <e en="T" t="0009[ACME 1]03" n="Hidden">@empty()</e>
 <e en="T" t="00081140" n="RefImageSeq">@process()</e>
 <e en="T" t="00120062" n="PatientIdentityRemoved">@always()YES</e>
 <k en="T" t="0018">Keep group 0018</k>
 <k en="F" t="0020">Keep group 0020</k>
 <k en="T" t="safeprivateelements">Keep safe private elements</k>
 <r en="T" t="privategroups">Remove private groups</r>
 <r en="T" t="unspecifiedelements">Remove unchecked elements</r>
 <r en="F" t="curves">Remove curves</r>
</script>
"""
PROPERTIES = r"""# the same in the older form
param.UIDROOT=1.2.840.99
param.DATEINC=-100
set.[0010,0010]PatientName=@hash(this,8)
#set.[0010,0020]PatientID=@keep()
set.[0020,000d]StudyInstanceUID=@hashuid(@UIDROOT,\
   this)
set.[0008,0020]StudyDate=@incrementdate(this,@DATEINC)
set.[0009,[ACME\ 1]02]Secret=@remove()
set.[0009,[ACME\ 1]03]Hidden=@empty()
set.[0008,1140]RefImageSeq=@process()
set.[0012,0062]PatientIdentityRemoved=@always()YES
keep.group0018=
keep.safeprivateelements=
remove.privategroups=
remove.unspecifiedelements=
#remove.curves=
"""


def test_both_forms_of_a_file_say_the_same():
    assert Script.parse(XML) == Script.parse(PROPERTIES)


def test_a_script_is_what_its_lines_say():
    script = Script.parse(PROPERTIES)
    assert script.parameters == {"UIDROOT": "1.2.840.99", "DATEINC": "-100"}
    assert script.public[0x00100010].text == "@hash(this,8)"
    assert 0x00100020 not in script.public
    secret, hidden = Private(0x0009, "ACME 1", 2), Private(0x0009, "ACME 1", 3)
    assert [(target, line.text) for target, line in script.private] == [
        (secret, "@remove()"),
        (hidden, "@empty()"),
    ]
    assert script.names == {"Secret": secret, "Hidden": hidden}
    assert script.keep_groups == {0x0018}
    assert script.keep_safe_private
    assert script.remove == {"privategroups", "unspecifiedelements"}
    assert [line.target for line in script.disabled] == [0x00100020]


def test_a_key_that_ends_at_a_blank_loses_the_line_and_is_told():
    script = Script.parse(PROPERTIES + "set.[0009,[ACME 1]04]Lost=@empty()\n")
    assert Private(0x0009, "ACME 1", 4) not in {line.target for line in script.elements}
    assert [warned.sentence for warned in script.warnings if warned.line == 18] == [
        "0009,[ACME names no element: the line does nothing"
    ]


@pytest.mark.parametrize("text", [XML, PROPERTIES])
def test_importing_makes_a_recipe_that_reads_back_to_the_same_script(text):
    recipe = imported(text, "my script")
    table = tomllib.loads(recipe)
    assert (table["name"], table["version"]) == ("my script", "1")
    assert Script.from_table(table["ctp"]) == Script.parse(text)
    assert "# Patient's Name" in recipe
    assert '# "(0010,0020)" = "@keep()"' in recipe
    assert Script.parse(Script.parse(text).to_xml()) == Script.parse(text)


AWKWARD = [
    '@contents(this,"[a]","\'x\'")', "@if(this,equals,\\,){a}{b}", "<&>", 'say "yes"', "tab\there", "ÄÖ 日本",
]  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD)
def test_no_text_is_lost_on_the_way_through_a_recipe(text):
    script = Script(parameters={'a "b" c': text}, elements=(ElementLine(0x00100010, text),))
    assert Script.from_table(tomllib.loads(script.to_toml())["ctp"]) == script
    assert Script.parse(script.to_xml()) == script


BROKEN = [
    ('<script>\n<e en="T" t="00100010">@keep()</script>', "line 2"),
    ('<script>\n\n<e en="T" t="001">@keep()</e></script>', "line 3"),
    ('<!DOCTYPE x [<!ENTITY a "b">]>\n<script><e en="T" t="00100010">&a;</e></script>', "line 1"),
    ("<script></script>", "says nothing"),
    ("just some text", "says nothing"),
]


@pytest.mark.parametrize(("text", "sentence"), BROKEN)
def test_a_file_that_is_no_script_is_refused_with_its_line(text, sentence):
    with pytest.raises(ScriptError, match=sentence):
        Script.parse(text)


SAFE = (
    XML.replace("@hash(this,8)", "@empty()")
    .replace("@hashuid(@UIDROOT,this)", "@remove()")
    .replace('t="0018"', 't="0011"')
)
# A removal of what is unspecified spares the group of the image's description, sequences included.
SAFE = SAFE.replace(
    "</script>",
    "".join(
        f'<e en="T" t="{tag:08x}" n="x">@process()</e>' for tag in telling_sequences() if tag >> 16 == 0x0028
    )
    + "</script>",
)
DANGERS = [
    # (line of the script that is changed, what it becomes, what the warning says)
    (5, "@hash(this)", "@hash hashes without a key"),
    (5, "@keep()", "(0010,0010): an identifier stays"),
    (5, "@skip()", "@skip lets CTP pass the file on"),
    (5, "@encrypt(this,@UIDROOT)", "@encrypt encrypts under a key"),
    (5, "@hsah(this)", "there is no function @hsah"),
    (5, "@contents(this", "is not closed"),
    (5, "@if(this,isblank){A}rest", "lacks a clause"),
    (5, "@if(this,isblank){" * 60 + "}{}" * 60, "too deep in each other"),
    (5, "@contents(PatientNaem)", "names an element that does not exist"),
    (5, "@param(@NAME)", "there is no parameter NAME"),
    (5, "@integer(this,ptid)", "counts in the order of the files"),
    (5, "@date()", "day of the run"),
    (5, "@if(root:PatientID,exists){a}{b}", "CTP answers no"),
    (7, "@hashuid(@DATEINC,this)", "is no root of UIDs"),
    (8, "@incrementdate(this,@UIDROOT)", "is no number of days"),
    (11, "@keep()", "stays unread"),
    (11, "@empty()", "CTP leaves this sequence as it is"),
]


def _with(line: int, text: str) -> str:
    lines = SAFE.splitlines()
    start, end = lines[line - 1].index(">") + 1, lines[line - 1].rindex("<")
    lines[line - 1] = lines[line - 1][:start] + text + lines[line - 1][end:]
    return "\n".join(lines)


def test_a_script_without_danger_has_no_warning():
    assert Script.parse(SAFE, strict=True).warnings == ()


@pytest.mark.parametrize(("line", "text", "sentence"), DANGERS)
def test_what_is_not_safe_is_told_with_its_line_and_refused_in_strict_mode(line, text, sentence):
    found = [warned for warned in Script.parse(_with(line, text)).warnings if sentence in warned.sentence]
    assert [warned.line for warned in found] == [line]
    with pytest.raises(ScriptError, match=f"line {line}: "):
        Script.parse(_with(line, text), strict=True)


UNSAID = [
    ('<r en="T" t="unspecifiedelements">', "elements of which no line speaks stay"),
    ('<r en="T" t="unspecifiedelements">', "these sequences, which stay unread"),
    ('<e en="T" t="00120062"', "Patient Identity Removed (0012,0062)"),
]


@pytest.mark.parametrize(("line", "sentence"), UNSAID)
def test_what_a_script_does_not_say_is_told_too(line, sentence):
    text = SAFE.replace(line, line.replace('"T"', '"F"')).replace('en="F" t="curves"', 'en="T" t="curves"')
    assert any(sentence in warned.sentence for warned in Script.parse(text).warnings)


def test_curves_alone_and_private_elements_are_told():
    text = '<script><e en="T" t="00100010">@empty()</e><r en="T" t="curves"/></script>'
    said = " ".join(map(str, Script.parse(text).warnings))
    assert "CTP does not remove curves" in said
    assert "private elements of which no line speaks stay" in said


def test_the_last_of_two_lines_counts_and_both_are_named():
    text = PROPERTIES + "set.[0010,0010]Name=@empty()\n"
    script = Script.parse(text)
    assert script.public[0x00100010].text == "@empty()"
    assert any("said before at line 4" in warned.sentence and warned.line == 18 for warned in script.warnings)


def test_a_profile_laid_over_a_script_replaces_what_it_speaks_of():
    profile = """<script>
    <p t="DATEINC">-7</p>
    <e en="T" t="00100010" n="x">@empty()</e><e en="F" t="00080020" n="x">@keep()</e>
    <e en="T" t="00204000" n="x">@remove()</e>
    <r en="F" t="privategroups"/><r en="T" t="overlays"/></script>"""
    merged = Script.parse(PROPERTIES).merged(Script.parse(profile))
    assert merged.public[0x00100010].text == "@empty()"
    assert merged.public[0x00204000].text == "@remove()"
    assert 0x00080020 not in merged.public
    assert merged.public[0x0020000D].text == "@hashuid(@UIDROOT,this)"
    assert merged.parameters == {"UIDROOT": "1.2.840.99", "DATEINC": "-7"}
    assert merged.remove == {"unspecifiedelements", "overlays"}


WRONG = [
    ({"elements": {"Nobody's Name": "@keep()"}}, "is no element"),
    ({"element": {}}, "no key element"),
    ({"elements": {"(0010,0010)": 5}}, "table of texts"),
    ({"keep_groups": ["18"]}, "four hexadecimal digits"),
    ({"remove": ["everything"]}, "there is no everything"),
]


@pytest.mark.parametrize(("table", "sentence"), WRONG)
def test_a_table_that_is_no_script_is_refused(table, sentence):
    with pytest.raises(ScriptError, match=sentence):
        Script.from_table(table)


@pytest.mark.skipif(SCRIPTS not in os.environ, reason=f"{SCRIPTS} names no folder of published scripts")
def test_published_scripts_are_read_imported_and_merged():
    profiles = {
        path.name: path.read_text("utf-8")
        for path in (Path(os.environ[SCRIPTS]) / "profiles-dicom").iterdir()
    }
    for name, text in profiles.items():
        script = Script.parse(text)
        assert script.warnings
        assert Script.from_table(tomllib.loads(imported(text, name))["ctp"]) == script
    tcia = Script.parse(profiles["TCIA-Basic"])
    assert len(tcia.elements) == 266
    merged = tcia.merged(Script.parse(profiles["TCIA-BasicAdditions"]))
    assert merged.public[0x0020000D].text == "@select(){@keep()}{@hashuid(@UIDROOT,this)}"
    assert "the parameter DATEINC is no number of days" in " ".join(map(str, merged.warnings))
