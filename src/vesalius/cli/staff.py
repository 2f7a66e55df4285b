"""Commands that open the intake side: `submit`, `jobs`, `doctor`."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from vesalius import settings
from vesalius.cli.accounts import operator
from vesalius.cli.bars import bars
from vesalius.cli.django import wake
from vesalius.errors import ArchiveError

NOT_CLEANED = {
    "images": """\
These files are identifiable. The archive replaces identities by PS3.15 Annex E, but two things are not cleaned yet:
  - free text: descriptions are removed unless every word is a known acquisition or anatomy word;
  - text in pixels: nothing is blanked; images that may carry text wait for a person to look at them.
""",
    "files": """\
These tables are identifiable. The archive maps patient IDs, moves dates with the images, and leaves out what the
dictionary drops or does not name. What it keeps is not searched for identity: free text waits for a person to look.
""",
}
HOMES = {"images": "Images", "files": "Clinical data"}  # title of the row of data access
LEFT_OPEN = "it was open to other users of this machine until now; it is closed, but they may have read it"
FAILED = 3


@click.command()
@click.argument("places", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--collection", required=True, help="Short title, e.g. LIDC-IDRI.")
@click.option("--site", required=True, help="Name of the sending site.")
@click.option(
    "--origin",
    type=click.Choice(["site", "identifiable", "derived"]),
    default="site",
    show_default=True,
    help="site: de-identified there; identifiable: the archive de-identifies; derived: made from published data.",
)
@click.option(
    "--kind",
    type=click.Choice(["images", "files"]),
    default="images",
    show_default=True,
    help="files: clinical tables, NAME.csv beside NAME.dictionary.csv.",
)
@click.option("--download", help="Title of its row of data access: Images, or Clinical data for files.")
@click.option(
    "--yes", is_flag=True, help="Identifiable data: confirm what is not yet cleaned without being asked."
)
@click.option("--work", is_flag=True, help="Do the jobs here and now; else `vesalius serve` does them.")
def submit(
    places: tuple[Path, ...],
    collection: str,
    site: str,
    origin: str,
    kind: str,
    download: str | None,
    *,
    yes: bool,
    work: bool,
) -> None:
    """Send folders, ZIP archives or files to a collection as one submission; sending again resumes."""
    wake()
    from vesalius.intake.models import Submission  # noqa: PLC0415
    from vesalius.store.sources import gather  # noqa: PLC0415
    from vesalius.submit import receive  # noqa: PLC0415

    console = Console(stderr=True)
    if origin == "identifiable" and not yes:
        console.print(NOT_CLEANED[kind])
        click.confirm("Send them all the same?", abort=True)
    sources = gather(places)
    if not sources:
        raise click.UsageError("there is no file in what you named")
    delivery = receive.Delivery(
        site=site,
        collection=collection,
        origin=Submission.Origin(origin),
        kind=Submission.Kind(kind),
        download=download or HOMES[kind],
        person=operator(),
        not_cleaned_acknowledged=True,
    )
    submission = receive.open_submission(delivery, sources)
    if submission.state == Submission.State.OPEN:
        with bars(console) as bar:
            task = bar.add_task("sending", total=sum(source.size for source in sources), of="")
            sent = receive.receive(submission, sources, lambda _, size: bar.advance(task, size))
        receive.close(submission, operator())
        console.print(f"{len(sources):,} files, {sent / 1e6:,.1f} MB sent now.")
    else:
        console.print("This delivery was received before; nothing was sent.")
    if work:
        with console.status("cleaning"), do_jobs() as some:
            some()
    _tell(submission.pk)


@contextmanager
def do_jobs() -> Iterator[Callable[[], None]]:
    """A function that does, in this process, every job of both sides that can be done now."""
    from django.conf import settings  # noqa: PLC0415

    from vesalius.jobs.dispatch import Dispatcher  # noqa: PLC0415
    from vesalius.jobs.hands import open_hands  # noqa: PLC0415
    from vesalius.settings.routing import Side  # noqa: PLC0415

    for side in ("public", "staff"):
        for module in importlib.import_module(f"vesalius.web.{side}_side").WORK:
            importlib.import_module(module)
    ours = settings.VESALIUS
    with open_hands(ours.hands, ours.hand_count) as hands:
        dispatchers = [Dispatcher(side, hands, threads=1) for side in Side]

        def work() -> None:
            while sum(dispatcher.run_until_idle() for dispatcher in dispatchers):
                pass

        yield work


def _tell(submission_id: int) -> None:
    from django.conf import settings  # noqa: PLC0415

    from vesalius.intake.models import Submission  # noqa: PLC0415
    from vesalius.submit.balance import balance  # noqa: PLC0415

    submission = Submission.objects.get(pk=submission_id)
    found = balance(submission)
    click.echo(
        f"Submission {submission.pk} is {submission.state}: {found.received:,} received = "
        f"{found.accepted:,} accepted + {found.excluded:,} excluded + {found.duplicate:,} duplicate + "
        f"{found.quarantined:,} quarantined + {found.open:,} open"
    )
    click.echo(f"{settings.VESALIUS.staff_url}/submissions/{submission.pk}/")


@click.command()
@click.option("--side", type=click.Choice(["archive", "intake"]), default="intake", show_default=True)
@click.option("--all", "everything", is_flag=True, help="Finished jobs too.")
@click.option("--retry", type=int, metavar="NUMBER", help="Open a parked job once more.")
@click.option("--cancel", type=int, metavar="NUMBER", help="Take a waiting job out of the queue.")
def jobs(side: str, *, everything: bool, retry: int | None, cancel: int | None) -> None:
    """Show jobs; retry a parked one; cancel a waiting one."""
    wake()
    from vesalius.curate import oversight  # noqa: PLC0415
    from vesalius.jobs.models import Job, State  # noqa: PLC0415
    from vesalius.settings.routing import Side, named  # noqa: PLC0415

    if retry is not None:
        oversight.retry_job(Side(side), retry, person=operator())
    if cancel is not None:
        oversight.cancel_job(Side(side), cancel, person=operator())
    with named(Side(side)):
        shown = (
            Job.objects.all() if everything else Job.objects.exclude(state__in=[State.DONE, State.CANCELLED])
        )
        rows = list(shown.order_by("-pk")[:200])
    if not rows:
        click.echo("No job is waiting, running or parked.")
        return
    table = Table("job", Column("kind", no_wrap=True), "state", "progress", "attempts", "last failure")
    for job in rows:
        progress = f"{job.done_items:,} of {job.total_items:,}" if job.total_items else ""
        table.add_row(
            str(job.pk),
            job.kind,
            _standing(job),
            progress,
            f"{job.attempts} of {job.max_attempts}",
            job.error,
        )
    Console().print(table)


def _standing(job: Any) -> str:
    """The state of a job, and until when one waits that is not yet due."""
    from django.utils import timezone  # noqa: PLC0415

    if job.state == "waiting" and job.run_after and job.run_after > timezone.now():
        return f"waiting until {job.run_after:%Y-%m-%d %H:%M} UTC"
    return str(job.state)


@click.command()
@click.option("--bytes", "every_byte", is_flag=True, help="Read and hash every stored file too.")
@click.option("--sweep", is_flag=True, help="Destroy stored files that no row has known for a day.")
def doctor(*, every_byte: bool, sweep: bool) -> None:
    """Check settings, folders, databases and stored files; exit 3 when something is wrong."""
    left_open = _is_open(settings.load().intake_folder)  # asked first: waking the staff side closes it
    wake()
    from vesalius.cli.checkup import CHECKS, Care, Remark  # noqa: PLC0415

    remarks: list[Remark] = []
    if left_open:
        remarks.append(Remark(wrong=True, sentence=LEFT_OPEN))
        click.echo(f"✗ intake folder\n    {LEFT_OPEN}")
    for name, check in CHECKS.items():
        try:
            found: Sequence[Remark] = list(check(Care(every_byte=every_byte, sweep=sweep)))
        except ArchiveError as error:
            found = [Remark(wrong=True, sentence=f"{error} {error.hint}")]
        except Exception as error:  # noqa: BLE001 - a broken part must not hide the others
            found = [Remark(wrong=True, sentence=f"could not be checked: {type(error).__name__}")]
        remarks += found
        mark = "✗" if any(one.wrong for one in found) else "✓"
        click.echo(f"{mark} {name}")
        for one in found:
            click.echo(f"    {one.sentence}")
    raise SystemExit(FAILED if any(one.wrong for one in remarks) else 0)


def _is_open(folder: Path) -> bool:
    return folder.exists() and bool(folder.stat().st_mode & 0o077)
