"""Every route of the public site as anonymous, stranger, collaborator and staff: who may see what, and nobody hears
of what is hidden from them. A route that has no row in `routes.py` fails."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from tests.factories import make_holding, make_release, make_revisions, make_table
from tests.system.routes import Case, Needs, case_of, routes

from vesalius.access.models import Grant, Role
from vesalius.access.people import create_person, grant, set_roles
from vesalius.access.tokens import create_token
from vesalius.catalog.models import Holding
from vesalius.deliver import pictures as _handlers  # noqa: F401 - registers the handlers
from vesalius.settings.routing import Side

OWN = Side.INTAKE  # the process of the tests is a staff process: accounts of its own stand there
ROUTES = sorted(set(routes()))
ASKERS = ("anonymous", "stranger", "collaborator", "staff")
RULES = {  # holding -> its rules, and what everybody else than the collaborator may do
    "open": ({}, Needs.FETCH),
    "listed": ({"fetch": "granted"}, Needs.FIND),
    "limited": ({"find": "granted", "fetch": "granted"}, Needs.NOTHING),
    "embargoed": ({"embargo_until": timezone.now() + timedelta(days=30)}, Needs.NOTHING),
}
LEVELS = (Needs.NOTHING, Needs.FIND, Needs.FETCH)
NOWHERE = {
    "title": "Nowhere",
    "patient": "Nobody",
    "study": "2.25.999",
    "series": "2.25.998",
    "sop": "2.25.997",
}
ITS_OWN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')  # differs from answer to answer


@dataclass(frozen=True)
class Shown:
    """One holding with one series, as an address names it."""

    names: dict[str, str]
    public: Needs
    analysis: bool

    def level(self, asker: str, *, heard: bool) -> Needs:
        return Needs.FETCH if asker == "collaborator" and heard else self.public


@pytest.fixture
def shown(house) -> dict[str, Shown]:
    """Each kind of holding with each rule; the collaborator has a grant for all."""
    create_person("collaborator", "a long password", side=OWN, by="test")
    made = {}
    for kind in Holding.Kind:
        for rule, (columns, public) in RULES.items():
            title = f"{rule}-{kind}".title()
            holding = make_holding(title, kind=kind, **columns)
            (revision,) = make_revisions(holding, 1, 1, 1, 2, real=True)
            make_table(make_release(holding, [revision]))
            series = revision.series
            names = {
                "title": title,
                "patient": series.study.patient.patient_id,
                "study": series.study.study_instance_uid,
                "series": series.series_instance_uid,
                "sop": series.instances.first().sop_instance_uid,
            }
            made[title] = Shown(names, public, analysis=kind == Holding.Kind.ANALYSIS_RESULT)
            grant("collaborator", Grant.Scope.HOLDING, title, Grant.Deed.FETCH, side=OWN, by="test")
    house.work()
    return made


@pytest.fixture(params=ASKERS)
def asker(request, shown):
    """Who asks, with what their requests carry: a session for pages, a token for NBIA."""
    name = request.param
    with override_settings(SIDE="public", ROOT_URLCONF="vesalius.web.public_side"):
        if name == "anonymous":
            yield name, Client(headers={"accept": "text/html"}), None
            return
        if name != "collaborator":
            create_person(name, "a long password", side=OWN, by="test")
        if name == "staff":  # what a person does on the staff site opens nothing on the public one
            set_roles(name, list(Role.Name), side=OWN, by="test")
        client = Client(headers={"accept": "text/html"})
        assert client.login(username=name, password="a long password")
        yield name, client, create_token(name, side=OWN, by="test")


def _ask(client: Client, case: Case, names: dict[str, str], token: str | None):
    url = case.url.format_map(names)
    headers = (
        {"authorization": f"Bearer {token}"} if token and url.startswith(("/nbia-api", "/services")) else {}
    )
    if case.post:
        form = {name: value.format_map(names) for name, value in case.form.items()}
        answer = client.post(url, form, headers=headers)
    else:
        answer = client.get(url, headers=headers)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, body


def _expected(case: Case, level: Needs, asker: str) -> int:
    if case.needs is Needs.ACCOUNT:
        return 302 if asker == "anonymous" else case.good
    if case.known and asker != "anonymous":
        return case.known
    if case.needs is Needs.NOTHING or LEVELS.index(level) >= LEVELS.index(case.needs):
        return case.good
    return case.hidden if level is Needs.NOTHING else case.refused


def _told_of(body: bytes, names: dict[str, str], besides: str) -> list[str]:
    """The names that an answer holds, besides those that were in the question."""
    return [name for name in names.values() if name.encode() in body and name not in besides]


def test_every_route_of_the_public_site_has_its_row():
    strange = [route for route in ROUTES if case_of(route) is None]
    assert not strange, "say in tests/system/routes.py who may see these"
    assert len(ROUTES) > 150


@pytest.mark.slow
def test_every_route_answers_each_asker_as_its_row_says(shown, asker):
    who, client, token = asker
    wrong = []
    for route in ROUTES:
        case = case_of(route)
        for one in shown.values():
            if one.analysis != case.analysis or route == "account/logout/":
                continue  # asked at the end
            level = one.level(who, heard=case.heard)
            status, body = _ask(client, case, one.names, token)
            if status != _expected(case, level, who):
                wrong.append((route, one.names["title"], status, _expected(case, level, who)))
            hidden = [
                other for other in shown.values() if other.level(who, heard=case.heard) is Needs.NOTHING
            ]
            told = [name for other in hidden for name in _told_of(body, other.names, str(_asked(case, one)))]
            if told and not case.repeats:
                wrong.append((route, one.names["title"], "tells of", told))
            if level is Needs.NOTHING and case.needs in LEVELS[1:]:
                wrong += _differs_from_nowhere(client, case, one, token, (status, body))
    assert not wrong, "\n".join(map(str, wrong[:40]))
    assert _ask(client, case_of("account/logout/"), {}, token)[0] == 302


def _asked(case: Case, one: Shown) -> list[str]:
    return [text.format_map(one.names) for text in (case.url, *case.form.values())]


def _differs_from_nowhere(client, case: Case, one: Shown, token, answer: tuple[int, bytes]) -> list[tuple]:
    """What is hidden answers as what does not exist, to the byte."""
    nowhere = _ask(client, case, NOWHERE, token)
    if _same(nowhere, answer, one) or _same(nowhere, _ask(client, case, one.names, token), one):
        return []  # a page shows a message of the deed before it once
    return [(case.url, one.names["title"], "does not answer as if it did not exist")]


def _same(nowhere: tuple[int, bytes], answer: tuple[int, bytes], one: Shown) -> bool:
    body = nowhere[1]
    for name, value in NOWHERE.items():
        body = body.replace(value.encode(), one.names[name].encode())
    return (nowhere[0], ITS_OWN.sub(b"", body)) == (answer[0], ITS_OWN.sub(b"", answer[1]))


@pytest.mark.slow
def test_lists_name_everything_that_the_asker_may_find(shown, asker):
    who, client, token = asker
    for route in ROUTES:
        case = case_of(route)
        if not case.lists:
            continue
        _, body = _ask(client, case, NOWHERE, token)
        of_kind = [one for one in shown.values() if one.analysis == case.analysis]
        for one in of_kind:
            may = one.level(who, heard=case.heard) is not Needs.NOTHING
            assert (one.names["title"].encode() in body) is may, f"{route} for {who}: {one.names['title']}"
