"""Leave to fetch is asked again while a long download runs."""

import pytest
from tests.factories import make_holding, make_release

from vesalius.access.models import Grant
from vesalius.access.people import create_person, grant, set_active, take_back
from vesalius.catalog.models import Download, SeriesRevision
from vesalius.deliver.fetches import still_allowed
from vesalius.settings.routing import Side

LIMITED = (Grant.Scope.HOLDING, "Limited", Grant.Deed.FETCH)
SIDE = {"side": Side.INTAKE, "by": "administrator"}  # where the accounts of this process stand


@pytest.fixture
def limited(house) -> SeriesRevision:
    return make_release(make_holding("Limited", fetch="granted")).contents.get().revision


@pytest.fixture
def collaborator(house):
    person = create_person("collaborator", None, **SIDE)
    grant("collaborator", *LIMITED, **SIDE)
    return person


def test_a_grant_taken_back_ends_a_download(limited, collaborator):
    ask = still_allowed(limited, collaborator)
    assert ask()
    take_back("collaborator", *LIMITED, **SIDE)
    assert not ask()


def test_an_account_that_is_closed_ends_its_downloads(limited, collaborator):
    ask = still_allowed(limited, collaborator)
    set_active("collaborator", active=False, **SIDE)
    assert not ask()


def test_a_public_download_ends_when_the_data_are_limited_or_withdrawn(house):
    revision = make_release(make_holding("Open")).contents.get().revision
    ask = still_allowed(revision, None)
    assert ask()
    Download.objects.update(fetch=Download.Rule.GRANTED)
    assert not ask()
    Download.objects.update(fetch=Download.Rule.ANYONE)
    SeriesRevision.objects.update(withdrawn_at=revision.admitted_at)
    assert not ask()


def test_nobody_else_may_fetch_limited_data(limited, collaborator):
    assert not still_allowed(limited, None)()
