"""Clinical tables as a hospital sends them, for tests: of the two patients of pydicom's CT_small and MR_small."""

from dataclasses import replace
from pathlib import Path

from pydicom import dcmread
from pydicom.data import get_testdata_file

from vesalius.catalog.making import NewDownload, add_download
from vesalius.catalog.models import Release
from vesalius.curate import plan, review, tables
from vesalius.intake.models import CleanedSeries, CleanedTable, ReleasePlan, Submission
from vesalius.release import publish
from vesalius.store.sources import gather
from vesalius.submit.receive import Delivery, close, open_submission, receive

CT, MR = (str(dcmread(get_testdata_file(name)).PatientID) for name in ("CT_small.dcm", "MR_small.dcm"))
TABLE = f"""\
mrn,sex,stage,diagnosed,last_seen,score,mother
{CT},F,II,2021-03-18,2022-01-02,0.5,Marta Q
{MR},M,"I, early",2020-02-29,,1.25,Olga P
{CT},F,III,2022-04-01,2022-06-30,,
"""
DICTIONARY = """\
column,title,description,unit,type,values,action
*,Clinical data,One line for each visit.,,,,
mrn,Subject,ID of the subject,,text,,id
sex,Sex,,,code,M = male; F = female,keep
stage,Stage,"Stage, by the hospital",,code,"I, early; II; III",keep
diagnosed,Diagnosis,Day of the diagnosis,,date,,date
last_seen,Follow-up,Days from diagnosis to the last visit,,date,,days from diagnosed
score,Score,,mm,number,,keep
mother,Mother,,,text,,drop
"""


def write(
    folder: Path, table: str = TABLE, dictionary: str | None = DICTIONARY, name: str = "clinical"
) -> Path:
    """A folder with a table and its dictionary."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_text(table, newline="")
    if dictionary is not None:
        (folder / f"{name}.dictionary.csv").write_text(dictionary, newline="")
    return folder


def of_files(delivery: Delivery, **more) -> Delivery:
    """The same sender, sending tables."""
    return replace(delivery, **{"kind": "files", "download": "Clinical data"} | more)


def deliver(house, delivery: Delivery, *places: Path) -> Submission:
    """Send, close, and have it cleaned."""
    sources = gather(places)
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, delivery.person)
    house.work()
    submission.refresh_from_db()
    return submission


def accept_all() -> None:
    """A curator accepts every series and table in review."""
    for series in CleanedSeries.objects.filter(step="in-review", superseded_by=None):
        review.accept(series.pk, person="curator", saw=series.digest, pixels_clean=True)
    for table in CleanedTable.objects.filter(step="in-review", superseded_by=None):
        tables.accept(table.pk, person="curator", saw=table.digest)


def release(house, collection: str) -> Release:
    """Plan, confirm, admit and publish what is accepted."""
    row = plan.draft(collection, person="releaser")
    plan.confirm(row.pk, person="releaser")
    house.work()
    row = ReleasePlan.objects.get(pk=row.pk)
    assert row.state == ReleasePlan.State.ADMITTED
    made = publish(Release.objects.get(deed_id=row.deed_id).pk, "releaser")
    plan.published(row.pk, person="releaser")
    return made


def publish_all(house, delivery: Delivery, images: Path, clinical: Path) -> Release:
    """Images and tables of one collection, carried to their release."""
    add_download(delivery.collection, NewDownload(title="Clinical data"), person="releaser")
    deliver(house, delivery, images)
    deliver(house, of_files(delivery), clinical)
    accept_all()
    return release(house, delivery.collection)
