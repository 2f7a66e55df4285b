"""Nobody comes in without an account, nobody does anything without its role: every route, by a table."""

import pytest
from django.test import Client
from django.urls import reverse

from vesalius.access import people
from vesalius.audit.models import AuditEntry
from vesalius.pages.staff.urls import urlpatterns
from vesalius.settings.routing import Side, named

pytestmark = pytest.mark.slow

EVERYBODY = {"curator", "phi-reviewer", "releaser", "administrator"}
ASKERS = {"curator", "releaser", "administrator"}
OPEN = {
    "static",
    "login",
    "logout",
    "theme",
    "help",
    "guide",
    "reference",
    "accessibility",
}  # they show nothing of the archive
UID = "1.2.3"

# name of the route -> (method, arguments, the roles that it is for)
ROUTES: dict[str, tuple[str, dict, set[str]]] = {
    "inbox": ("get", {}, EVERYBODY),
    "submissions": ("get", {}, EVERYBODY),
    "submission": ("get", {"number": 1}, EVERYBODY),
    "submission-paths": ("post", {"number": 1}, {"phi-reviewer"}),
    "submission-files": ("get", {"number": 1}, EVERYBODY),
    "series": ("get", {"uid": UID}, EVERYBODY),
    "series-values": ("post", {"uid": UID}, {"phi-reviewer"}),
    "series-preview": ("get", {"uid": UID, "place": 0}, EVERYBODY),
    "series-header": ("get", {"uid": UID}, EVERYBODY),
    "series-verdict": ("post", {"uid": UID}, {"curator"}),
    "series-settle": ("post", {"uid": UID}, {"curator"}),
    "series-reclean": ("post", {"uid": UID}, {"curator"}),
    "table": ("get", {"table_id": 1}, EVERYBODY),
    "table-verdict": ("post", {"table_id": 1}, {"curator"}),
    "table-settle": ("post", {"table_id": 1}, {"curator"}),
    "table-decide": ("post", {"table_id": 1}, {"curator"}),
    "table-clean-again": ("post", {"table_id": 1}, {"curator"}),
    "files-exclude": ("post", {}, {"curator"}),
    "file": ("get", {"file_id": 1}, EVERYBODY),
    "file-path": ("post", {"file_id": 1}, {"phi-reviewer"}),
    "file-inspect": ("post", {"file_id": 1}, {"curator"}),
    "file-exclude": ("post", {"file_id": 1}, {"curator"}),
    "holdings": ("get", {}, EVERYBODY),
    "holding-new": ("get", {}, {"administrator"}),
    "holding-make": ("post", {}, {"administrator"}),
    "plan": ("get", {"number": 1}, EVERYBODY),
    "plan-take-in": ("post", {"number": 1}, {"releaser"}),
    "plan-drop": ("post", {"number": 1}, {"releaser"}),
    "plan-confirm": ("post", {"number": 1}, {"releaser"}),
    "plan-publish": ("post", {"number": 1}, {"releaser"}),
    "holding": ("get", {"name": "Lung"}, EVERYBODY),
    "plan-draft": ("post", {"name": "Lung"}, {"releaser"}),
    "recipe": ("get", {"name": "Lung"}, EVERYBODY),
    "recipe-adopt": ("post", {"name": "Lung"}, {"curator"}),
    "withdrawal": ("get", {"name": "Lung"}, {"releaser"}),
    "withdraw": ("post", {"name": "Lung"}, {"releaser"}),
    "restore": ("post", {"name": "Lung"}, {"releaser"}),
    "purges": ("get", {}, EVERYBODY),
    "purge-ask": ("post", {}, ASKERS),
    "purge-confirm": ("post", {"number": 1}, {"administrator"}),
    "purge-take-back": ("post", {"number": 1}, ASKERS),
    "jobs": ("get", {}, EVERYBODY),
    "job-retry": ("post", {"side": "intake", "number": 1}, {"curator", "administrator"}),
    "job-cancel": ("post", {"side": "intake", "number": 1}, {"curator", "administrator"}),
    "audit": ("get", {}, EVERYBODY),
    "people": ("get", {}, {"administrator"}),
    "person-create": ("post", {}, {"administrator"}),
    "person-roles": ("post", {"name": "ada"}, {"administrator"}),
    "person": ("get", {"site": "staff", "name": "ada"}, {"administrator"}),
    "person-password": ("post", {"site": "staff", "name": "ada"}, {"administrator"}),
    "person-active": ("post", {"site": "staff", "name": "ada"}, {"administrator"}),
    "person-grant": ("post", {"site": "public", "name": "ada"}, {"administrator"}),
    "person-take-back": ("post", {"site": "public", "name": "ada"}, {"administrator"}),
}


def _ask(client: Client, name: str):
    method, arguments, _ = ROUTES[name]
    return getattr(client, method)(reverse(name, kwargs=arguments))


def test_every_route_stands_in_the_table():
    assert {route.name for route in urlpatterns} == ROUTES.keys() | OPEN


def _answers(client: Client, names=ROUTES) -> dict:
    return {name: _ask(client, name) for name in names}


def test_the_anonymous_are_sent_to_sign_in(house):
    for name, answer in _answers(Client()).items():
        assert (name, answer.status_code) == (name, 302)
        assert answer.headers["Location"].startswith("/account/login/?next="), name


def test_a_stranger_is_refused_everywhere(signed_in):
    answers = _answers(signed_in())
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(ROUTES, 403)


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_a_role_opens_its_own_doors_and_no_others(signed_in, role):
    client = signed_in(role)
    for name, answer in _answers(client).items():
        if role in ROUTES[name][2]:
            assert (name, answer.status_code) in {(name, code) for code in (200, 302, 400, 404, 409, 422)}
            assert not answer.headers.get("Location", "").startswith("/account/login/")
        else:
            assert (name, answer.status_code) == (name, 403)


def test_nothing_is_changed_by_looking(signed_in):
    client = signed_in(*EVERYBODY, name="all")
    for name, (method, arguments, _) in ROUTES.items():
        if method == "post":
            assert client.get(reverse(name, kwargs=arguments)).status_code == 405, name


def test_a_closed_account_is_signed_out(signed_in):
    client = signed_in("curator")
    people.set_active("curator", active=False, side=Side.INTAKE, by="operator")
    assert client.get("/").status_code == 302
    with named(Side.INTAKE):
        assert AuditEntry.objects.filter(deed="person.close").count() == 1
