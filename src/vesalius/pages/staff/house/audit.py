"""The audit trail of both sides."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from vesalius.audit.models import AuditEntry
from vesalius.errors import BadRequest
from vesalius.pages.staff.door import page, page_for
from vesalius.pages.staff.listing import MOST_ROWS, address, csv_answer, paged
from vesalius.settings.routing import Side, named

HEAD = ("number", "at (UTC)", "person", "deed", "kind", "target", "detail", "deed id")
FILTERS = {"person": "person", "deed": "deed__startswith", "target": "target"}


@page_for()
def audit(request: HttpRequest) -> HttpResponse:
    """`/audit/`: entries of one side, newest first, by person, deed, target and days; `format=csv` as a table."""
    side = _side(request)
    with named(side):
        entries = _filtered(request).order_by("-pk")
        if request.GET.get("format") == "csv":
            return csv_answer(f"audit-{side.value}", HEAD, (_row(one) for one in entries[:MOST_ROWS]))
        shown = paged(request, entries, "entries")
        deeds = sorted(AuditEntry.objects.order_by().values_list("deed", flat=True).distinct())
        people = sorted(AuditEntry.objects.order_by().values_list("person", flat=True).distinct())
    for entry in shown["rows"]:
        entry.told = sorted(_told(entry.detail))
    context = {
        "side": side.value,
        "sides": [(one.value, f"/audit/?side={one.value}", one is side) for one in Side],
        "asked": request.GET,
        "deeds": deeds,
        "people": people,
        "csv": address(request, format="csv", page=""),
        **shown,
    }
    return page(request, "audit.html", context)


def _filtered(request: HttpRequest) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.all()
    for name, column in FILTERS.items():
        if value := request.GET.get(name, "").strip():
            entries = entries.filter(**{column: value})
    if since := _day(request, "since"):
        entries = entries.filter(at__gte=since)
    if until := _day(request, "until"):
        entries = entries.filter(at__lt=until + timedelta(days=1))
    return entries


def _told(detail: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in detail.items():
        if value not in ("", None, [], {}):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield name, text if len(text) <= 64 else f"{text[:16]}…"


def _row(entry: AuditEntry) -> tuple[object, ...]:
    at = entry.at.isoformat(timespec="seconds")
    return (
        entry.pk,
        at,
        entry.person,
        entry.deed,
        entry.target_kind,
        entry.target,
        entry.detail,
        entry.deed_id,
    )


def _day(request: HttpRequest, name: str) -> datetime | None:
    """The beginning of a day in UTC."""
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time.min, UTC)
    except ValueError:
        raise BadRequest("A day is written as 2026-11-22.") from None


def _side(request: HttpRequest) -> Side:
    try:
        return Side(request.GET.get("side", Side.INTAKE))
    except ValueError:
        raise BadRequest("A side is archive or intake.") from None
