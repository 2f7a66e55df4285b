"""Take a delivery in: durable before acknowledged, resumable, and the same twice is the same once."""

from collections.abc import Callable, Container, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from vesalius.audit.trail import ARCHIVE_ITSELF, record
from vesalius.catalog.models import Holding
from vesalius.errors import BadInput, Conflict, NotFound
from vesalius.intake.bytes import intake_store
from vesalius.intake.models import ReceivedBlob, Site, Submission, SubmittedFile
from vesalius.intake.steps import Step
from vesalius.jobs.dispatch import Work, handles
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import Side, named, on_intake
from vesalius.store import BlobFacts
from vesalius.store.sources import Source, fingerprint

GROUP_FILES = 100
GROUP_BYTES = 64 << 20
BLOCK = 1 << 18
READERS = 2
DUPLICATE_REASON = "the same bytes were received before"
Progress = Callable[[int, int], None]  # files and bytes acknowledged in this call


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a sender says of what is sent."""

    site: str
    collection: str  # short title
    origin: str  # a value of Submission.Origin
    person: str
    download: str = "Images"
    kind: str = Submission.Kind.IMAGES
    not_cleaned_acknowledged: bool = False


def open_submission(delivery: Delivery, sources: Sequence[Source]) -> Submission:
    """The submission of this delivery: a new one, or the one that the same source began before.

    NotFound without such a collection; BadInput for identifiable data whose sender was not told what is not cleaned.
    """
    if not Holding.objects.filter(short_title=delivery.collection).exists():
        raise NotFound("there is no such collection; make it first with `vesalius collection create`")
    if delivery.origin == Submission.Origin.IDENTIFIABLE and not delivery.not_cleaned_acknowledged:
        raise BadInput("identifiable data: the sender has not confirmed what is not yet cleaned")
    source = fingerprint(sources)
    with on_intake():
        site, _ = Site.objects.get_or_create(name=delivery.site)
        before = Submission.objects.filter(
            site=site,
            collection=delivery.collection,
            kind=delivery.kind,
            origin=delivery.origin,
            source=source,
        ).first()
        if before is not None:
            return before
        submission = Submission.objects.create(
            site=site,
            collection=delivery.collection,
            download=delivery.download,
            kind=delivery.kind,
            origin=delivery.origin,
            sent_by=delivery.person,
            source=source,
            not_cleaned_acknowledged=delivery.not_cleaned_acknowledged,
            expected_files=len(sources),
            expected_size=sum(one.size for one in sources),
        )
        record(
            "submission.open",
            person=delivery.person,
            target_kind="submission",
            target=str(submission.pk),
            detail={"collection": delivery.collection, "origin": delivery.origin, "site": delivery.site},
        )
        _await_idleness(submission.pk)
    return submission


def receive(submission: Submission, sources: Iterable[Source], progress: Progress = lambda *_: None) -> int:
    """Store every file that this submission does not hold yet; returns the bytes that were sent.

    Each group is on disk before its rows are, and its rows before `progress` tells of it. Conflict when closed.
    """
    if submission.state != Submission.State.OPEN:
        raise Conflict("this submission is closed; what is still to come is a new one")
    held = dict(submission.files.values_list("path", "size"))
    sent = 0
    with (
        ThreadPoolExecutor(READERS, "reader") as readers,
        closing(_one_ahead(_Group(group, held, readers) for group in _groups(sources))) as groups,
    ):
        for group in groups:
            if group.fresh:
                _store_group(submission, group.fresh, [blob.result() for blob in group.blobs])
            sent += sum(source.size for source in group.fresh)
            progress(len(group.sources), sum(source.size for source in group.sources))
    return sent


class _Group:
    """Files that become durable together; those that are new are read from now on."""

    def __init__(self, sources: list[Source], held: Container[str], readers: Executor) -> None:
        self.sources = sources
        self.fresh = [source for source in sources if source.name not in held]
        self.blobs = [readers.submit(_spool, source) for source in self.fresh]

    def drop(self) -> None:
        """Leave nothing behind of what was read and will not be stored."""
        for blob in self.blobs:
            if not blob.cancel():
                with suppress(Exception):
                    intake_store().discard([blob.result()])


def _one_ahead(groups: Iterable[_Group]) -> Generator[_Group, None, None]:
    """Each group, the next one being read while the caller makes this one durable."""
    ahead: list[_Group] = []
    try:
        for group in groups:
            ahead.append(group)
            if len(ahead) > 1:
                yield ahead[0]
                del ahead[0]
        yield from ahead
        ahead.clear()
    finally:
        for group in ahead:
            group.drop()


def _groups(sources: Iterable[Source]) -> Iterator[list[Source]]:
    group: list[Source] = []
    size = 0
    for source in sources:
        group.append(source)
        size += source.size
        if len(group) >= GROUP_FILES or size >= GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _spool(source: Source) -> BlobFacts:
    with source.open() as file, intake_store().writer() as writer:
        while block := file.read(BLOCK):
            writer.write(block)
        return writer.finish()


def _store_group(submission: Submission, sources: Sequence[Source], blobs: Sequence[BlobFacts]) -> None:
    intake_store().commit(blobs)
    with on_intake():
        known = _first_holders(submission.collection, {blob.sha256 for blob in blobs})
        ReceivedBlob.objects.bulk_create(
            [
                ReceivedBlob(
                    sha256=blob.sha256, kind=ReceivedBlob.Kind.RECEIVED, size=blob.size, crc32=blob.crc32
                )
                for blob in blobs
            ],
            ignore_conflicts=True,
        )
        files = [
            SubmittedFile(submission=submission, path=source.name, blob_id=blob.sha256, size=blob.size)
            for source, blob in zip(sources, blobs, strict=True)
        ]
        first = {file.blob_id: file for file in reversed(files) if file.blob_id not in known}
        SubmittedFile.objects.bulk_create(first.values())
        known |= {name: file.pk for name, file in first.items()}
        again = [file for file in files if file.pk is None]
        for file in again:
            file.step, file.reason, file.duplicate_of_id = (
                Step.DUPLICATE,
                DUPLICATE_REASON,
                known[file.blob_id],
            )
        SubmittedFile.objects.bulk_create(again)
        Submission.objects.filter(pk=submission.pk).update(last_file_at=timezone.now())


def _first_holders(collection: str, names: set[str]) -> dict[str, int]:
    """Which file of the collection brought these bytes first."""
    earlier = SubmittedFile.objects.filter(
        submission__collection=collection, blob_id__in=names, duplicate_of=None
    ).order_by("-pk")
    return dict(earlier.values_list("blob_id", "pk"))


def close(submission: Submission, person: str) -> None:
    """End the delivery; cleaning begins. Closing twice is closing once."""
    with on_intake():
        closed = Submission.objects.filter(pk=submission.pk, state=Submission.State.OPEN).update(
            state=Submission.State.CLOSED, closed_at=timezone.now()
        )
        if not closed:
            return
        record(
            "submission.close",
            person=person,
            target_kind="submission",
            target=str(submission.pk),
            detail={
                "files": submission.files.count(),
                "duplicates": submission.files.filter(step=Step.DUPLICATE).count(),
            },
        )
        enqueue("inspect-submission", {"submission": submission.pk}, key=str(submission.pk), priority=10)
    submission.refresh_from_db()


def _await_idleness(submission_id: int) -> None:
    wait = timedelta(minutes=settings.VESALIUS.idle_close_minutes)
    enqueue("close-idle-submission", {"submission": submission_id}, key=str(submission_id), delay=wait)


@handles("close-idle-submission", Side.INTAKE)
def close_when_idle(work: Work) -> None:
    """A delivery without news for long enough is taken as whole."""
    submission = Submission.objects.get(pk=work.args["submission"])
    limit = timezone.now() - timedelta(minutes=settings.VESALIUS.idle_close_minutes)
    if submission.state != Submission.State.OPEN:
        return
    if (submission.last_file_at or submission.opened_at) > limit:
        with work.saving():
            _await_idleness(submission.pk)
        return
    with named(Side.INTAKE):
        close(submission, ARCHIVE_ITSELF)
