"""Accounts, roles, grants and tokens: each change on the side that was named, and audited there."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.factories import make_holding

from vesalius.access import people
from vesalius.access.models import Grant, Person, Role, Token
from vesalius.access.permit import has_role, visible_to
from vesalius.access.tokens import create_token, person_with, revoke_token
from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import Download
from vesalius.errors import BadInput, Conflict, NotFound
from vesalius.settings.routing import Side, alias_of, named

BOTH = pytest.mark.parametrize("side", list(Side))


def _person(name="researcher", side=Side.ARCHIVE):
    return people.create_person(name, "a long password", side=side, by="administrator", email="a@B.org")


def _deeds(side) -> list[str]:
    with named(side):
        return list(AuditEntry.objects.values_list("deed", flat=True))


@pytest.mark.slow
@BOTH
def test_an_account_stands_on_its_side_alone(house, side):
    person = _person(side=side)
    assert person.check_password("a long password")
    counts = {each: Person.objects.using(alias_of(each)).count() for each in Side}
    assert counts == {each: int(each is side) for each in Side}
    assert {each: _deeds(each) for each in Side} == {
        each: ["person.create"] if each is side else [] for each in Side
    }
    with pytest.raises(Conflict):
        _person(side=side)
    with pytest.raises(BadInput):
        _person(" ", side)
    people.set_password("researcher", "another password", side=side, by="researcher")
    assert people.person_named("researcher", side=side).check_password("another password")
    assert _deeds(side) == ["person.create", "person.set-password"]


@BOTH
def test_roles_are_set_as_a_whole(house, side):
    _person(side=side)
    for roles in ([Role.Name.CURATOR, Role.Name.RELEASER], [Role.Name.RELEASER], [Role.Name.RELEASER]):
        people.set_roles("researcher", roles, side=side, by="administrator")
    person = people.person_named("researcher", side=side)
    assert has_role(person, Role.Name.RELEASER)
    assert not has_role(person, Role.Name.CURATOR)
    assert not has_role(None, Role.Name.RELEASER)
    assert _deeds(side) == ["person.create", "person.set-roles", "person.set-roles"]
    people.set_active("researcher", active=False, side=side, by="administrator")
    assert not has_role(people.person_named("researcher", side=side), Role.Name.RELEASER)
    assert _deeds(side)[-1] == "person.close"


def _holding(**rules) -> int:
    return make_holding("Lung", **rules).downloads.get().pk


def _grant(scope, what, deed, until=None, side=Side.ARCHIVE):
    return people.grant("researcher", scope, what, deed, side=side, by="administrator", until=until)


@BOTH
@pytest.mark.parametrize(
    ("scope", "what"),
    [(Grant.Scope.ARCHIVE, ""), (Grant.Scope.HOLDING, "Lung"), (Grant.Scope.DOWNLOAD, "Lung/Images")],
)
@pytest.mark.parametrize(
    ("deed", "finds", "fetches"),
    [
        (Grant.Deed.FIND, True, False),
        (Grant.Deed.FETCH, True, True),
        (Grant.Deed.OWN, True, True),
        (Grant.Deed.SUBMIT, False, False),
    ],
)
def test_a_grant_opens_what_it_names_until_it_is_taken_back(house, side, scope, what, deed, finds, fetches):
    download = _holding(find="granted", fetch="granted")
    other = make_holding("Lung-2", find="granted", fetch="granted").downloads.get().pk
    person = _person(side=side)
    assert not visible_to(person).may_find(download)
    _grant(scope, what, deed, side=side)
    seen = visible_to(person)
    assert (seen.may_find(download), seen.may_fetch(download)) == (finds, fetches)
    assert seen.may_find(other) == (finds and scope == Grant.Scope.ARCHIVE)
    assert not visible_to(None).may_find(download)
    people.take_back("researcher", scope, what, deed, side=side, by="administrator")
    assert not visible_to(person).findable
    with pytest.raises(NotFound):
        people.take_back("researcher", scope, what, deed, side=side, by="administrator")
    assert _deeds(side) == ["person.create", "grant.give", "grant.take-back"]


def test_a_grant_ends_by_itself_and_with_its_account(house):
    download = _holding(find="granted", fetch="granted")
    person = _person()
    _grant(Grant.Scope.HOLDING, "Lung", Grant.Deed.FETCH, until=timezone.now() + timedelta(hours=1))
    assert visible_to(person).may_fetch(download)
    _grant(Grant.Scope.HOLDING, "Lung", Grant.Deed.FETCH, until=timezone.now() - timedelta(seconds=1))
    assert not visible_to(person).may_fetch(download)
    _grant(Grant.Scope.HOLDING, "Lung", Grant.Deed.FETCH)
    assert Grant.objects.using(alias_of(Side.ARCHIVE)).count() == 1
    closed = people.set_active("researcher", active=False, side=Side.ARCHIVE, by="administrator")
    assert not visible_to(closed).may_fetch(download)
    assert visible_to(closed).person == ""
    assert _deeds(Side.ARCHIVE) == ["person.create", *["grant.give"] * 3, "person.close"]


def test_a_grant_names_what_it_is_for(house):
    _person()
    for scope, what in ((Grant.Scope.HOLDING, ""), (Grant.Scope.ARCHIVE, "Lung")):
        with pytest.raises(BadInput):
            _grant(scope, what, Grant.Deed.FETCH)
    assert _deeds(Side.ARCHIVE) == ["person.create"]


def test_an_embargo_holds_for_all_without_a_grant_and_ends_in_time(house):
    download = _holding(embargo_until=timezone.now() + timedelta(hours=1))
    person = _person()
    assert not visible_to(person).may_find(download)
    assert not visible_to(None).may_fetch(download)
    _grant(Grant.Scope.HOLDING, "Lung", Grant.Deed.FETCH)
    assert visible_to(person).may_fetch(download)
    Download.objects.update(embargo_until=timezone.now())
    assert visible_to(None).may_find(download)
    assert visible_to(None).may_fetch(download)
    assert _deeds(Side.ARCHIVE) == ["person.create", "grant.give"]


def test_what_nobody_may_find_no_grant_opens(house):
    download = _holding(find="nobody", fetch="anyone")
    person = _person()
    _grant(Grant.Scope.ARCHIVE, "", Grant.Deed.OWN)
    for asker in (person, None):
        assert not visible_to(asker).may_find(download)
        assert visible_to(asker).may_fetch(download)
    assert _deeds(Side.ARCHIVE) == ["person.create", "grant.give"]


@BOTH
def test_a_token_is_its_person_until_it_is_revoked(house, side):
    person = _person(side=side)
    secret = create_token("researcher", side=side, by="administrator", label="laptop")
    assert secret.startswith("vsl_")
    assert person_with(secret, side=side) == person
    assert person_with(secret + "x", side=side) is None
    assert person_with("", side=side) is None
    other = Side.INTAKE if side is Side.ARCHIVE else Side.ARCHIVE
    assert person_with(secret, side=other) is None
    token = Token.objects.using(alias_of(side)).get()
    assert secret not in repr(vars(token))
    for _ in range(2):
        revoke_token(token.pk, side=side, by="administrator")
    assert person_with(secret, side=side) is None
    assert _deeds(side) == ["person.create", "token.create", "token.revoke"]


def test_a_token_dies_with_its_time_and_with_its_account(house):
    _person()
    soon = timezone.now() + timedelta(hours=1)
    secret = create_token("researcher", side=Side.ARCHIVE, by="researcher", expires_at=soon)
    assert person_with(secret, side=Side.ARCHIVE)
    tokens = Token.objects.using(alias_of(Side.ARCHIVE))
    tokens.update(expires_at=timezone.now())
    assert person_with(secret, side=Side.ARCHIVE) is None
    tokens.update(expires_at=None)
    people.set_active("researcher", active=False, side=Side.ARCHIVE, by="administrator")
    assert person_with(secret, side=Side.ARCHIVE) is None
    with pytest.raises(BadInput):
        create_token("researcher", side=Side.ARCHIVE, by="researcher", expires_at=timezone.now())
    with pytest.raises(NotFound):
        create_token("researcher", side=Side.ARCHIVE, by="researcher")
    with pytest.raises(NotFound):
        revoke_token(10**6, side=Side.ARCHIVE, by="researcher")
    assert _deeds(Side.ARCHIVE) == ["person.create", "token.create", "person.close"]
