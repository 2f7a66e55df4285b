"""The gates of a release: what must hold before it is confirmed, as a table."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from vesalius.catalog.models import Download, Holding, Instance, Purge, Series, Study, Tombstone
from vesalius.catalog.refusal import refused_among
from vesalius.catalog.tombstones import patient_tombstone
from vesalius.catalog.visible import OPEN_PURGES
from vesalius.intake.models import (
    CleanedInstance,
    CleanedSeries,
    CleanedTable,
    Finding,
    ReleasePlan,
    Submission,
)
from vesalius.intake.steps import Step


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a release."""

    name: str
    sentence: str  # what is wrong, when it is shut
    passes: bool


Trouble = Callable[[ReleasePlan, list[CleanedSeries]], bool]


def gates(plan: ReleasePlan) -> list[Gate]:
    """Every condition of this release, open and shut."""
    series = list(CleanedSeries.objects.filter(plans__plan=plan).select_related("submission"))
    return [Gate(name, sentence, not trouble(plan, series)) for name, sentence, trouble in GATES]


def _nothing(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    return not series and not plan.removed_series_uids and not _tables(plan)


def _tables(plan: ReleasePlan) -> list[CleanedTable]:
    return list(CleanedTable.objects.filter(plans__plan=plan).select_related("submission"))


def _lapsed(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    stand = [(one.step, one.superseded_by_id) for one in series]
    stand += [(one.step, one.superseded_by_id) for one in _tables(plan)]
    return any(step != Step.ACCEPTED or superseded for step, superseded in stand)


def _doubted(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    open_ones = Finding.objects.filter(settled_at=None, blocks=True)
    return open_ones.filter(Q(series__in=series) | Q(table__in=_tables(plan))).exists()


def _homeless(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    downloads = Download.objects.filter(holding__short_title=plan.holding)
    titles = set(downloads.values_list("title", flat=True))
    of_files = set(downloads.filter(kind=Download.Kind.FILES).values_list("title", flat=True))
    return any(one.submission.download not in titles for one in series) or any(
        one.download not in of_files for one in _tables(plan)
    )


def _of_one_name(plan: ReleasePlan, _: list[CleanedSeries]) -> bool:
    names = [table.name for table in _tables(plan)]
    return len(set(names)) < len(names)


def _open_faces(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """What is published with a face because few may fetch it lives in a row that not anyone may fetch."""
    limited = Finding.objects.filter(series__in=series, verdict=Finding.Verdict.LIMITED)
    titles = set(limited.values_list("series__submission__download", flat=True))
    homes = Download.objects.filter(holding__short_title=plan.holding, title__in=titles)
    return homes.filter(fetch=Download.Rule.ANYONE).exists()


def _claimed(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """A UID is unique in the whole archive: whoever comes second is blocked."""
    return any(_is_claimed(plan, one) for one in series)


def _is_claimed(plan: ReleasePlan, one: CleanedSeries) -> bool:
    known = Series.objects.filter(series_instance_uid=one.series_instance_uid).first()
    if known is not None and known.holding.short_title != plan.holding:
        return True
    study = Study.objects.filter(study_instance_uid=one.study_instance_uid).first()
    if study is not None and not _is_derived(one) and study.patient.holding.short_title != plan.holding:
        return True
    if study is not None and study.patient.patient_id != one.patient_id:
        return True
    uids = CleanedInstance.objects.filter(series=one).values_list("sop_instance_uid", flat=True)
    held = Instance.objects.filter(sop_instance_uid__in=list(uids))
    return held.exclude(series__series_instance_uid=one.series_instance_uid).exists()


def _is_derived(one: CleanedSeries) -> bool:
    return one.submission.origin == Submission.Origin.DERIVED


def _refused(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """Neither what was purged nor the originals that it was made of may come back."""
    cleaned = CleanedInstance.objects.filter(series__in=series)
    names = {*cleaned.values_list("blob_id", flat=True), *cleaned.values_list("file__blob_id", flat=True)}
    for table in CleanedTable.objects.filter(plans__plan=plan).select_related("file"):
        names |= {table.blob_id, table.file.blob_id}
    return bool(refused_among(names))


def _being_purged(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """A patient whose purge is asked comes in by no way, nor what was cleaned before a purge that is done."""
    holdings = Holding.objects.filter(Q(short_title=plan.holding) | Q(derived__short_title=plan.holding))
    cleaned = {(one.patient_id, one.made_at) for one in series}
    cleaned |= {(patient_id, table.made_at) for table in _tables(plan) for patient_id in table.patient_ids}
    asked = Purge.objects.filter(holding__in=holdings, state__in=OPEN_PURGES)
    if asked.filter(patient__patient_id__in={patient_id for patient_id, _ in cleaned}).exists():
        return True
    graves = Tombstone.objects.filter(holding__in=holdings, kind=Tombstone.Kind.PURGED, level="patient")
    purged_at = dict(graves.values_list("name", "at"))
    titles = holdings.values_list("short_title", flat=True) if purged_at else ()
    return any(
        made_at < purged_at.get(patient_tombstone(title, patient_id), made_at)
        for title in titles
        for patient_id, made_at in cleaned
    )


def _rootless(_: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """Derived data stand under a published patient and study."""
    return any(
        not Study.objects.filter(
            study_instance_uid=one.study_instance_uid, patient__patient_id=one.patient_id
        ).exists()
        for one in series
        if _is_derived(one)
    )


def _unresolved(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """What derived data refer to stands in the archive, or comes in with them."""
    coming = CleanedInstance.objects.filter(series__plans__plan=plan)
    for one in filter(_is_derived, series):
        facts = one.instances.values_list("facts", flat=True)
        wanted = {uid for fact in facts for uid in fact.get("references", {}).get("SOPInstanceUID", ())}
        wanted -= set(
            Instance.objects.filter(sop_instance_uid__in=wanted).values_list("sop_instance_uid", flat=True)
        )
        if wanted - set(
            coming.filter(sop_instance_uid__in=wanted).values_list("sop_instance_uid", flat=True)
        ):
            return True
    return False


# Name of the gate, what is wrong when it is shut, and the test for trouble.
GATES: list[tuple[str, str, Trouble]] = [
    ("changes", "the release would change nothing: accept a series or a table first", _nothing),
    ("accepted", "a planned series or table is no longer accepted: plan anew", _lapsed),
    ("findings", "a planned series or table has open findings: settle them", _doubted),
    (
        "faces",
        "a planned series shows a face that only few may fetch, and its data access is open",
        _open_faces,
    ),
    ("download", "a planned series or table has no row of data access to live in", _homeless),
    ("unique", "a UID of a planned series belongs to another patient or collection already", _claimed),
    ("purged", "a planned series or table holds content that was purged: exclude it", _refused),
    ("purging", "a planned patient is being or was purged since: exclude it", _being_purged),
    ("names", "two planned tables have the same name: exclude one of them", _of_one_name),
    ("sources", "derived data refer to a study that is not published", _rootless),
    ("references", "derived data refer to an instance that is not in the archive", _unresolved),
]
