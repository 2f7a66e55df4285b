"""The inbox: what waits for a person, first of all for the one who asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from vesalius.access.models import Role
from vesalius.catalog.models import Purge
from vesalius.curate import overview as curating
from vesalius.intake.models import ReleasePlan
from vesalius.intake.steps import Step
from vesalius.jobs.models import Job, State
from vesalius.pages.staff.door import ADMINISTRATOR, CURATOR, RELEASER, page, page_for, roles_of, who
from vesalius.pages.staff.review.steps import rail
from vesalius.settings.routing import Side, named
from vesalius.submit import overview as submitting


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that waits for somebody."""

    count: int
    what: str
    where: str
    address: str
    does: str  # the words of its link
    roles: tuple[Role.Name, ...]


@page_for()
def inbox(request: HttpRequest) -> HttpResponse:
    """`/`: tasks for the roles of the reader, then those of others."""
    mine = roles_of(request)
    tasks = [*_review(), *_plans(), *_purges(who(request)), *_jobs()]
    yours = [task for task in tasks if mine & frozenset(task.roles)]
    others = [task for task in tasks if task not in yours]
    return page(request, "inbox.html", {"rail": rail(), "yours": yours, "others": others})


def _review() -> Iterator[Task]:
    for line in submitting.submissions():
        number = line.submission.pk
        where = f"Submission {number} from {line.submission.site.name} for {line.submission.collection}"
        if waiting := line.steps.get(Step.IN_REVIEW, 0):
            yield Task(
                count=waiting, what="series to review", where=where, does="Review them", roles=(CURATOR,),
                address=f"/submissions/{number}/?step=in-review",
            )  # fmt: skip
        if waiting := line.tables.get(Step.IN_REVIEW, 0):
            yield Task(
                count=waiting, what="tables to review", where=where, does="Review them", roles=(CURATOR,),
                address=f"/submissions/{number}/#tables",
            )  # fmt: skip
        if line.balance.quarantined:
            yield Task(
                count=line.balance.quarantined, what="quarantined files to judge", where=where,
                does="Look at them", roles=(CURATOR,), address=f"/submissions/{number}/#quarantine",
            )  # fmt: skip


def _plans() -> Iterator[Task]:
    for line in curating.holdings():
        name, address = line.holding.short_title, f"/releases/{quote(line.holding.short_title)}/"
        if line.plan is None and line.accepted:
            yield Task(
                count=line.accepted, what="accepted series and tables to plan a release of", where=name,
                does="Plan a release", roles=(RELEASER,), address=address,
            )  # fmt: skip
        elif line.plan is not None and line.plan.state == ReleasePlan.State.DRAFT:
            yield Task(
                count=1, what="draft to confirm", where=str(line.plan), does="Open the plan",
                roles=(RELEASER,), address=f"/releases/plans/{line.plan.pk}/",
            )  # fmt: skip
        elif line.plan is not None and line.plan.state == ReleasePlan.State.ADMITTED:
            yield Task(
                count=1, what="release to publish", where=str(line.plan), does="Open the plan",
                roles=(RELEASER,), address=f"/releases/plans/{line.plan.pk}/",
            )  # fmt: skip


def _purges(person: str) -> Iterator[Task]:
    asked = Purge.objects.filter(state=Purge.State.ASKED).exclude(asked_by=person)
    if count := asked.count():
        yield Task(
            count=count, what="purges that await a second person", where="Hidden already; nothing is destroyed yet",
            does="Decide", roles=(ADMINISTRATOR,), address="/purges/",
        )  # fmt: skip


def _jobs() -> Iterator[Task]:
    for side in Side:
        with named(side):
            count = Job.objects.filter(state=State.PARKED).count()
        if count:
            yield Task(
                count=count, what="jobs that gave up", where=f"{side.value.capitalize()} side",
                does="Look at them", roles=(ADMINISTRATOR, CURATOR),
                address=f"/jobs/?side={side.value}&state=parked",
            )  # fmt: skip
