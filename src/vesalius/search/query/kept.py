"""Long lists of identifiers, kept under the digest of what they hold so that addresses stay short."""

import re
from typing import Final

from vesalius.catalog.models import SavedSearch
from vesalius.errors import BadRequest, NotFound, TooLarge
from vesalius.search.query.question import FEW, Query, digest_of

MOST: Final = 50_000  # identifiers in one list
LONGEST: Final = 64  # characters of one: PS3.5 6.2, LO and UI
MOST_LISTS: Final = 20_000  # kept; the oldest go
OWNER: Final = "list"  # of the rows, beside those of people
_BETWEEN: Final = re.compile(r"[\s,;]*[\n,;\t][\s,;]*")


def identifiers_in(text: str) -> tuple[str, ...]:
    """Identifiers in a pasted text: one on each line, or with commas, semicolons or tabs between; quotes go.

    TooLarge for more than `MOST`; BadRequest for one that no Patient ID or UID can be.
    """
    found = [one.strip().strip("\"'") for one in _BETWEEN.split(text.strip())]
    wanted = tuple(dict.fromkeys(one for one in found if one))
    if len(wanted) > MOST:
        raise TooLarge(f"A list holds at most {MOST} identifiers.")
    if any(len(one) > LONGEST or not one.isprintable() for one in wanted):
        raise BadRequest(f"An identifier has at most {LONGEST} characters; put each on a line of its own.")
    return wanted


def keep(query: Query) -> None:
    """Keep the identifiers of a question whose address names their list."""
    if len(query.identified) <= FEW:
        return
    name = digest_of(query.identified)
    SavedSearch.objects.get_or_create(
        owner=OWNER, name=name, defaults={"query": {"ids": list(query.identified)}}
    )
    lists = SavedSearch.objects.filter(owner=OWNER).order_by("-pk")
    if lists.count() > MOST_LISTS:
        lists.filter(pk__lt=lists[MOST_LISTS - 1].pk).delete()


def kept(name: str) -> tuple[str, ...]:
    """The identifiers of a list; NotFound for one that nobody kept, or that was emptied since."""
    row = SavedSearch.objects.filter(owner=OWNER, name=name).first()
    if row is None:
        raise NotFound("This list of identifiers is not kept here; paste it again.")
    return tuple(row.query["ids"])
