"""A delivery in review, and one browser session per kind of work."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment

from vesalius.access import people
from vesalius.access.models import Role
from vesalius.audit.models import AuditEntry
from vesalius.curate import plan, review
from vesalius.curate import work as _curate  # noqa: F401 - registers the handlers
from vesalius.intake.models import CleanedSeries, ReleasePlan, Submission
from vesalius.release import destruction as _release  # noqa: F401 - registers the handlers
from vesalius.settings.routing import Side, named
from vesalius.store.sources import gather
from vesalius.submit.receive import close, open_submission, receive

PASSWORD = "correct horse battery"

SignedIn = Callable[..., Client]


@pytest.fixture
def signed_in(house) -> SignedIn:
    """A session of an account with these roles; the account is called after the first, or as told."""

    def sign_in(*roles: str, name: str = "") -> Client:
        name = name or (roles[0] if roles else "stranger")
        people.create_person(name, None, side=Side.INTAKE, by="operator")
        people.set_roles(name, [Role.Name(role) for role in roles], side=Side.INTAKE, by="operator")
        client = Client(headers={"accept": "text/html"})
        client.force_login(people.person_named(name, side=Side.INTAKE))
        return client

    return sign_in


@pytest.fixture
def curator(signed_in: SignedIn) -> Client:
    return signed_in("curator")


@pytest.fixture
def releaser(signed_in: SignedIn) -> Client:
    return signed_in("releaser")


@pytest.fixture
def administrator(signed_in: SignedIn) -> Client:
    return signed_in("administrator")


@pytest.fixture
def submission(house, delivery, folder) -> Submission:
    sources = gather([folder])
    row = open_submission(delivery, sources)
    receive(row, sources)
    close(row, delivery.person)
    house.work()
    row.refresh_from_db()
    return row


@pytest.fixture
def series(submission: Submission) -> list[CleanedSeries]:
    return list(CleanedSeries.objects.order_by("pk"))


@pytest.fixture
def admitted(house, series, collection) -> ReleasePlan:
    """Both series accepted, planned, confirmed and admitted; not published."""
    for one in series:
        review.accept(one.pk, person="curator", saw=one.digest, pixels_clean=True)
    row = plan.draft(collection.short_title, person="releaser")
    plan.confirm(row.pk, person="releaser")
    house.work()
    row.refresh_from_db()
    return row


def deeds(side: Side, deed: str) -> list[AuditEntry]:
    """The audit entries of one deed on a side."""
    with named(side):
        return list(AuditEntry.objects.filter(deed=deed))


@pytest.fixture(scope="session", autouse=True)
def _contexts_are_kept() -> Iterator[None]:
    """Answers of the test client remember what their page was given."""
    setup_test_environment()
    yield
    teardown_test_environment()
