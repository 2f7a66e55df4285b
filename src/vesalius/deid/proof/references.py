"""Whether all that referred to something in a set of files still refers to it once the set is cleaned."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from vesalius.deid.output.facts import NAMED
from vesalius.deid.patient.identity import Identity


class Unresolved(NamedTuple):
    """A reference of one cleaned file that leads nowhere.

    `sop_instance` is the file's new SOP Instance UID, `keyword` names what is referred to, `uid` is the UID as the
    cleaned file has it. `stale` tells a UID of the source from one whose new bearer is missing.
    """

    sop_instance: str
    keyword: str
    uid: str
    stale: bool


def unresolved(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]], identity: Identity | None
) -> list[Unresolved]:
    """References that led to a file of the set before cleaning and lead nowhere after it.

    before, after: header facts of the files of one set (`header_facts`, `Cleaned.facts`), in any order;
    identity: what gave the new UIDs, under the recipe's root (`named_by`), or None where the UIDs were kept.
    A reference that led out of the set, or that the recipe removed, is none of them.
    """
    known = _known(before)
    new_name = identity.uid if identity is not None else str
    renamed = {keyword: {new_name(uid) for uid in uids} for keyword, uids in known.items()}
    written = list(after)
    there = _known(written)
    return [
        Unresolved(str(facts.get("SOPInstanceUID", "")), keyword, uid, uid not in renamed[keyword])
        for facts in written
        for keyword, uids in facts.get("references", {}).items()
        for uid in uids
        if uid not in there[keyword] and (uid in renamed[keyword] or uid in known[keyword])
    ]


def _known(files: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """The UIDs that the files themselves bear, by keyword."""
    known: dict[str, set[str]] = {keyword: set() for keyword in NAMED}
    for facts in files:
        for keyword in NAMED:
            if uid := facts.get(keyword):
                known[keyword].add(str(uid))
    return known
