"""The newest of an answer as an Atom feed (RFC 4287): what each release brought of each subject."""

import hashlib
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid5

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from vesalius.access.permit import visible_to
from vesalius.catalog.changes import change_count
from vesalius.pages.public.asker import by_token
from vesalius.pages.public.finding.asked import read_question
from vesalius.pages.public.own.searches import words
from vesalius.pages.templatetags.words import count, size
from vesalius.search.saving.news import Group, newest

MOST: Final = 100  # entries
LISTED: Final = 20  # series of one entry that it links to
MEDIA_TYPE: Final = "application/atom+xml"  # readers take it whatever follows; charset is said in the XML
NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)  # when a feed without entries was updated


class Feed(Atom1Feed):
    """Updated when its newest entry was, and not whenever it is asked for."""

    def latest_post_date(self) -> datetime:
        """The newest release in it."""
        return max((one["updateddate"] for one in self.items), default=NEVER)


@require_safe
def search_feed(request: HttpRequest) -> HttpResponse:
    """GET /search.atom: limited data only for a session or a token in `Authorization`; 304 where nothing changed."""
    query = read_question(request).query
    asker = by_token(request)
    judged = visible_to(asker)
    told = (query.url(), sorted(judged.findable), change_count(), settings.VESALIUS.public_url)
    tag = f'"{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache" if asker else "no-cache",
        "Vary": "Authorization, Cookie",
    }
    if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
        return HttpResponse(status=304, headers=headers)
    root = settings.VESALIUS.public_url.rstrip("/")
    text = query.url()
    asked = f"?{text}" if text else ""
    feed = Feed(
        title=f"{settings.VESALIUS.name}: {words(query)}",
        subtitle="Series that were published or corrected, by release and subject, the newest first.",
        link=f"{root}/search/{asked}",
        description="",
        feed_url=f"{root}/search.atom{asked}",
        feed_guid=f"{root}/search.atom{asked}",
        author_name=settings.VESALIUS.name,
        language="en",
    )
    for group in newest(query, judged, MOST):
        feed.add_item(**_entry(group, root))
    return HttpResponse(feed.writeString("utf-8"), content_type=MEDIA_TYPE, headers=headers)


def _entry(group: Group, root: str) -> dict[str, Any]:
    """One entry; its id stays the same as long as the release stands, wherever the archive moves."""
    release, patient, rows = group.release, group.patient, group.revisions
    holding, collection = release.holding, patient.holding.short_title
    kinds = Counter(one.modality for one in rows)
    listed = ", ".join(f"{count(number)} {modality}" for modality, number in sorted(kinds.items()))
    lines = [
        f"{listed}: {count(sum(one.image_count for one in rows))} images, {size(sum(one.size for one in rows))}."
    ]
    if group.corrected:
        lines.append(f"{count(group.corrected)} of them corrected.")
    lines += [
        f"{one.series_description or one.modality}: {root}/series/{one.series.series_instance_uid}/"
        for one in rows[:LISTED]
    ]
    return {
        "title": f"{collection} {patient.patient_id}: {listed} in {holding.short_title} version {release.number}",
        "link": f"{root}/patients/{quote(collection)}/{quote(patient.patient_id, safe='')}/",
        "unique_id": f"urn:uuid:{uuid5(release.deed_id, f'{collection}/{patient.patient_id}')}",
        "updateddate": release.published_at,
        "pubdate": release.published_at,
        "description": "\n".join(lines),
        "categories": [holding.short_title, *sorted(kinds)],
    }
