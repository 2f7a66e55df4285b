"""UIDs inside of texts: found by their form, and given the same new names as those that stand alone."""

import re
from typing import Final

from vesalius.deid.patient.identity import Identity

# Six components or more, or the root of UUIDs (PS3.5 B.2): a shorter row of numbers is a version or a date.
_UID: Final = re.compile(r"(?<![0-9A-Za-z.])(?:2\.25\.[1-9]\d{11,38}|[012](?:\.\d+){5,})(?![0-9A-Za-z]|\.\d)")
_SHORTEST: Final = 16
_FEWEST_DOTS: Final = 2


def uids_in(text: str) -> set[str]:
    """The UIDs that stand in a text, by their form (PS3.5 9.1)."""
    if text.count(".") < _FEWEST_DOTS:
        return set()
    return {uid for uid in _UID.findall(text) if len(uid) >= _SHORTEST}


def with_new_uids(text: str, identity: Identity) -> str:
    """The text with each of its UIDs under its new name; those of the standard stay."""
    return _UID.sub(lambda found: _renamed(found.group(), identity), text) if uids_in(text) else text


def _renamed(uid: str, identity: Identity) -> str:
    return identity.uid(uid) if len(uid) >= _SHORTEST else uid
