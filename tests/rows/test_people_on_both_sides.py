"""What belongs to a person stands where the person stands, whichever process asks."""

import pytest

from vesalius.access.models import Grant, Person, Role
from vesalius.settings.routing import Side, alias_of


@pytest.mark.parametrize("side", list(Side))
def test_roles_and_grants_follow_their_person(house, side):
    people = {each: Person.objects.create_person("same name", None, using=alias_of(each)) for each in Side}
    assert people[Side.ARCHIVE].pk == people[Side.INTAKE].pk, "else the wrong side would be noticed by chance"
    people[side].roles.create(name=Role.Name.CURATOR)
    people[side].grants.create(scope=Grant.Scope.ARCHIVE, deed=Grant.Deed.FIND, given_by="administrator")
    for each in Side:
        assert people[each].roles.count() == people[each].grants.count() == int(each is side)
