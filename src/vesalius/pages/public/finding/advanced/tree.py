"""A question as rows and groups of a form: from the fields of a form, from a condition, and back to one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.http import QueryDict

from vesalius.errors import ArchiveError, BadRequest
from vesalius.search.conditions import (
    Compare,
    Condition,
    Either,
    Every,
    Identified,
    Not,
    Operator,
    Studies,
    Together,
    Words,
    either,
    every,
)
from vesalius.search.elements import BY_NAME, Element, element_of
from vesalius.search.language import OPERATORS, QuestionError, operators_of, read_question
from vesalius.search.language.printer import listed, quoted
from vesalius.search.language.values import spelled
from vesalius.search.query import identifiers_in

MOST_NODES: Final = 200
DEEPEST: Final = 8
JOINS: Final = (("all", "All of these"), ("any", "Any of these"), ("none", "None of these"))
TOGETHER: Final = "together"  # beside the operators of one series: the subject has each of several values
# What can be asked beside elements, by the name in the form: words on the page, and what its value is.
OTHERS: Final = {
    "*text": ("Text search", "words"),
    "*identifier": ("Patient ID, Study or Series Instance UID", "identifiers, with commas between"),
    "*studies": ("Studies of the subject, at least", "a number"),
    "*dates": ("Different study dates of the subject, at least", "a number"),
}


@dataclass(slots=True)
class Row:
    """One comparison as it stands in the form, finished or not."""

    element: str = "modalities"  # name of an Element, or one of OTHERS
    operator: str = Operator.EQUALS.value
    value: str = ""
    high: str = ""  # the end of a range
    error: str = ""  # why it cannot be read

    @property
    def known(self) -> Element | None:
        """The element; None for one of OTHERS."""
        return None if self.element in OTHERS else BY_NAME.get(self.element) or element_of(self.element)

    @property
    def operators(self) -> list[tuple[str, str]]:
        """The operators that go with the element: value in the form, words."""
        element = self.known
        if element is None:
            return []
        told = [(written.operator.value, written.words) for written in operators_of(element)]
        return [*told, (TOGETHER, "has all of these in one subject")]

    def settle(self) -> None:
        """Fall back to what goes with the element, where the operator does not."""
        if self.known is not None and self.operator not in dict(self.operators):
            self.operator = Operator.EQUALS.value

    def condition(self) -> Condition:
        """What the row asks. Raises QuestionError or another ArchiveError for what cannot be meant."""
        value = self.value.strip()
        match self.element:
            case "*text":
                return Words(value)
            case "*identifier":
                return Identified(identifiers_in(value.replace(",", "\n")))
            case "*studies":
                return read_question(f"StudyCount >= {quoted(value)}")
            case "*dates":
                return read_question(f"StudyDates >= {quoted(value)}")
            case _:
                return self._comparison(value)

    def _comparison(self, value: str) -> Condition:
        element = self.known
        if element is None:
            raise BadRequest("There is no such attribute.")
        if self.operator == TOGETHER:
            return read_question(f"{element.word} all ({value})")
        written = OPERATORS[Operator(self.operator)]
        match written.operator:
            case Operator.PRESENT:
                said = ""
            case Operator.ANY_OF:
                said = f"({value})"
            case Operator.BETWEEN:
                said = "..".join(quoted(end) if end else "" for end in (value, self.high.strip()))
            case _:
                said = quoted(value)
        return read_question(f"{element.word} {written.typed} {said}")


@dataclass(slots=True)
class Group:
    """Rows and groups of which all, any or none shall hold."""

    join: str = "all"
    parts: "list[Row | Group]" = field(default_factory=list)

    def condition(self) -> Condition:
        """What the group asks, without rows that are not filled in; what cannot be read is said at its row.

        Raises BadRequest where there is such a row.
        """
        found: list[Condition] = []
        wrong = False
        for part in self.parts:
            if isinstance(part, Row):
                if _is_blank(part):
                    continue
                try:
                    found.append(part.condition())
                except ArchiveError as error:
                    part.error = error.sentence if isinstance(error, QuestionError) else str(error)
                    wrong = True
            elif part.parts:
                try:
                    found.append(part.condition())
                except BadRequest:
                    wrong = True
        if wrong:
            raise BadRequest("Some of the rows cannot be read.")
        whole = [one for one in found if one != Every(())]
        if self.join == "all" or not whole:
            return every(whole)
        return either(whole) if self.join == "any" else Not(either(whole))


def _is_blank(row: Row) -> bool:
    asks = row.operator == Operator.PRESENT.value and row.known is not None
    return not asks and not row.value.strip() and not row.high.strip()


def of_condition(condition: Condition) -> Group:
    """The form of a condition; the whole is one group."""
    found = _node(condition)
    return found if isinstance(found, Group) else Group(parts=[found])


def _node(condition: Condition) -> Row | Group:
    match condition:
        case Every(parts):
            return Group("all", [_node(part) for part in parts])
        case Either(parts):
            return Group("any", [_node(part) for part in parts])
        case Not(Either(parts)):
            return Group("none", [_node(part) for part in parts])
        case Not(part):
            return Group("none", [_node(part)])
        case _:
            return _row(condition)


def _row(condition: Condition) -> Row:
    match condition:
        case Words(text):
            return Row("*text", value=text)
        case Identified(ids):
            return Row("*identifier", value=", ".join(ids))
        case Studies(least, by):
            return Row("*dates" if by == "dates" else "*studies", value=str(least))
        case Together(element, values):
            return Row(element, TOGETHER, listed(values))
        case Compare(element, Operator.ANY_OF, values):
            return Row(element, Operator.ANY_OF.value, listed(values))
        case Compare(element, operator, values):
            said = [spelled(value) for value in values]
            return Row(element, operator.value, *said)
        case _:
            raise TypeError("a list of conditions is a group")


def of_form(form: QueryDict) -> Group:
    """The tree in the fields of a form, where each node tells how deep it stands. BadRequest for a torn form."""
    lists = [form.getlist(name) for name in ("depth", "join", "element", "operator", "value", "high")]
    if len({len(one) for one in lists}) != 1 or not 1 <= len(lists[0]) <= MOST_NODES:
        raise BadRequest(f"A question is built of 1 to {MOST_NODES} rows and groups.")
    joins = dict(JOINS)
    root = Group(join=lists[1][0] if lists[1][0] in joins else "all")
    above = [root]
    for depth, join, element, operator, value, high in list(zip(*lists, strict=True))[1:]:
        at = int(depth) if depth.isascii() and depth.isdigit() else 0
        if not 1 <= at <= min(len(above), DEEPEST):
            raise BadRequest("The rows and groups of this form do not fit together.")
        del above[at:]
        if join in joins:
            group = Group(join)
            above[-1].parts.append(group)
            above.append(group)
        else:
            row = Row(element, operator, value, high)
            row.settle()
            above[-1].parts.append(row)
    return root


def nodes(group: Group, depth: int = 0) -> Iterator[tuple[int, Row | Group]]:
    """Every node with its depth, in the order of the form."""
    yield depth, group
    for part in group.parts:
        if isinstance(part, Group):
            yield from nodes(part, depth + 1)
        else:
            yield depth + 1, part


def change(root: Group, deed: str, at: int) -> Row | None:
    """Add a row, or a group with a row, to the node at a place, or remove it; what cannot be done is left.

    Returns the row that is new.
    """
    every_node = list(nodes(root))
    if not 0 <= at < len(every_node):
        return None
    depth, node = every_node[at]
    if deed == "remove" and at:
        _remove([root], node)
    if not isinstance(node, Group) or len(every_node) + 2 > MOST_NODES or depth + 2 > DEEPEST:
        return None
    new = Row()
    if deed == "row":
        node.parts.append(new)
    elif deed == "group":
        node.parts.append(Group("any", [new]))
    return new if deed in {"row", "group"} else None


def _remove(groups: Sequence[Group], gone: Row | Group) -> None:
    for group in groups:
        group.parts = [part for part in group.parts if part is not gone]
        _remove([part for part in group.parts if isinstance(part, Group)], gone)
