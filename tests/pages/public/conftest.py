"""The public site as a test client sees it: the real addresses, in the process of the tests."""

from collections.abc import Callable

import pytest
from django.test import Client, override_settings

from vesalius.access.models import Person
from vesalius.access.people import create_person, grant
from vesalius.deliver import pictures as _handlers  # noqa: F401 - registers the handlers
from vesalius.settings.routing import Side

# The process of the tests is a staff process: accounts of its own stand on the intake side.
OWN = Side.INTAKE


@pytest.fixture
def client(house):
    """A reader without an account."""
    with override_settings(SIDE="public", ROOT_URLCONF="vesalius.web.public_side"):
        yield Client(HTTP_ACCEPT="text/html")


@pytest.fixture
def sign_in(client) -> Callable[..., Person]:
    """Sign the client in as somebody who holds a grant for these holdings."""

    def enter(*holdings: str, name: str = "collaborator") -> Person:
        person = create_person(name, "a long password", side=OWN, by="administrator")
        for holding in holdings:
            grant(name, "holding", holding, "fetch", side=OWN, by="administrator")
        client.force_login(person)
        return person

    return enter
