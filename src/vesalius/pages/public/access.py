"""What pages say about who may have the data of a row of "Data access"; permit has judged."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from vesalius.access.permit import Visible
from vesalius.catalog.models import Download
from vesalius.pages.templatetags.words import day

HOW_TO_ASK = "To ask for access, write to the operator of this archive, and name the collection."


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Access to one Download, in words."""

    meaning: str  # key of look.MEANINGS
    word: str
    sentence: str
    requirement: str  # what one must do first
    may_fetch: bool
    open: bool  # to anyone


def access_of(download: Download, visible: Visible) -> Access:
    """How access to a Download stands for this asker."""
    may_fetch = visible.may_fetch(download.pk)
    closed = _closed_until(download)
    meaning, word, sentence, requirement = "good", "Open access", "Anyone may download these data.", "None"
    if closed:
        meaning, word = "attention", f"Embargo until {day(closed)}"
        sentence = f"These data open to everybody on {day(closed)}."
        requirement = f"Embargoed until {day(closed)}"
    elif download.kind == Download.Kind.LINK:
        meaning, word, requirement = "info", "Outside this archive", "As the other site asks"
        sentence = "Another site holds these data, under its own rules."
    elif download.fetch != Download.Rule.ANYONE:
        meaning, word, requirement = "limited", "Limited access", "Sign in, with a grant"
        sentence = f"You may find and count these data, and not download them. {HOW_TO_ASK}"
    open_ = may_fetch and closed is None and download.fetch == Download.Rule.ANYONE
    if may_fetch and not open_:
        sentence = "Your account may download these data under the terms of its grant."
    return Access(
        meaning=meaning,
        word=word,
        sentence=sentence,
        requirement=requirement,
        may_fetch=may_fetch,
        open=open_,
    )


def _closed_until(download: Download) -> datetime | None:
    until = download.embargo_until
    return until if until is not None and until > timezone.now() else None
