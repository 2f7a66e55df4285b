"""Scripts of CTP's anonymizer as recipes: run as they are, with their tables and counters, and never unsafe unnoticed."""

import pydicom
import pytest
from tests.site.hospital import ct, id_of, write

pytestmark = pytest.mark.slow

SCRIPT = """\
<script>
<p t="DATEINC">-1000</p>
<e en="T" t="00080018" n="SOPInstanceUID">@hashuid(1.2.3,this)</e>
<e en="T" t="0020000D" n="StudyInstanceUID">@hashuid(1.2.3,this)</e>
<e en="T" t="0020000E" n="SeriesInstanceUID">@hashuid(1.2.3,this)</e>
<e en="T" t="00200052" n="FrameOfReferenceUID">@hashuid(1.2.3,this)</e>
<e en="T" t="00100010" n="PatientName">@lookup(PatientID,ptid)</e>
<e en="T" t="00100020" n="PatientID">@lookup(this,ptid)</e>
<e en="T" t="00100030" n="PatientBirthDate">@empty()</e>
<e en="T" t="00080020" n="StudyDate">@incrementdate(this,@DATEINC)</e>
<e en="T" t="00080050" n="AccessionNumber">@integer(this,acc,4)</e>
<e en="T" t="00080090" n="ReferringPhysicianName">@empty()</e>
<e en="T" t="00120062" n="PatientIdentityRemoved">@always()YES</e>
<e en="T" t="00120063" n="DeIdentificationMethod">@always()by our script</e>
<e en="T" t="00280303" n="LongitudinalTemporalInformationModified">@always()MODIFIED</e>
<r en="T" t="privategroups">Remove private groups</r>
</script>
"""


@pytest.fixture
def scripted(site):
    (site.base / "ours.script").write_text(SCRIPT)
    for patient in (1, 2):
        write(ct(patient, 1), site.source / f"{patient}.dcm")
    return site


def run(site, *patients: int, more: tuple[str, ...] = ()):
    table = site.base / "lookup.properties"
    table.write_text("".join(f"ptid/{id_of(patient)}=LUNG-{patient:03}\n" for patient in patients))
    return site.run("--recipe", str(site.base / "ours.script"), "--lookup", str(table), *more)


def test_a_script_runs_as_it_is_with_its_table(scripted):
    done = run(scripted, 1, 2)
    assert done.returncode == 0, done.stdout + done.stderr + str(scripted.table("files.csv"))
    images = {image.PatientID: image for image in scripted.written().values()}
    assert images.keys() == {"LUNG-001", "LUNG-002"}
    assert images["LUNG-001"].StudyDate == "20180608", "1000 days before 4 March 2021"
    assert {image.AccessionNumber for image in images.values()} == {"0001", "0002"}
    assert all(image.SOPInstanceUID.startswith("1.2.3.") for image in images.values())


def test_a_script_goes_on_counting_in_the_next_run(scripted):
    run(scripted, 1, 2)
    write(ct(3, 1), scripted.source / "3.dcm")
    assert run(scripted, 1, 2, 3).returncode == 0
    assert pydicom.dcmread(scripted.out / "3.dcm").AccessionNumber == "0003"


def test_a_key_that_the_table_lacks_is_listed_and_its_file_waits(scripted):
    assert run(scripted, 1).returncode == 3
    assert list(scripted.written()) == ["1.dcm"]
    assert [row["id_old"] for row in scripted.table("missing_ids.csv")] == [id_of(2)]
    assert run(scripted, 1, 2).returncode == 0
    assert list(scripted.written()) == ["1.dcm", "2.dcm"]


def test_warnings_name_lines_and_strictness_refuses_the_script(scripted):
    assert "line 3: @hashuid" in run(scripted, 1, 2).stderr
    done = run(scripted, 1, 2, more=("--strict",))
    assert done.returncode == 2
    assert "--strict refuses it" in done.stderr


def test_what_a_script_leaves_of_a_patient_stays_out_of_out(scripted):
    (scripted.base / "ours.script").write_text(SCRIPT.replace("@lookup(PatientID,ptid)", "@keep()"))
    assert run(scripted, 1, 2).returncode == 3
    assert scripted.written() == {}
    assert {row["reason"] for row in scripted.table("files.csv")} == {
        "an identifier of the patient still stands here"
    }
