"""Filters that say numbers, sizes, days and DICOM attributes the way every page says them."""

import re
from datetime import date, datetime

from django import template
from django.utils import timezone
from pydicom.datadict import dictionary_description, keyword_dict
from pydicom.tag import BaseTag, Tag

register = template.Library()

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
_DA = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TAG = re.compile(r"\(?([0-9A-Fa-f]{4}),?\s?([0-9A-Fa-f]{4})\)?")


@register.filter
def count(number: int | None) -> str:
    """A count with its thousands apart: 1,204,331; nothing for None."""
    return "" if number is None else f"{number:,}"


@register.filter
def size(octets: int | None) -> str:
    """A size in decimal units, about three figures: 812 bytes, 98.4 GB, 412 MB; nothing for None."""
    if octets is None:
        return ""
    if octets < 1000:
        return f"{octets} byte" if octets == 1 else f"{octets} bytes"
    amount, unit = float(octets), 0
    while amount >= 999.5 and unit + 1 < len(UNITS):
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f} {UNITS[unit]}" if amount < 99.95 else f"{amount:,.0f} {UNITS[unit]}"


@register.filter
def day(value: date | str | None) -> str:
    """A day as 22 Nov 2026, from a date, a moment (in the reader's zone) or a DICOM DA (PS3.5 Table 6.2-1).

    Text that is no DA is returned as it stands; None is nothing.
    """
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    if isinstance(value, date):
        return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
    parts = _DA.fullmatch(value or "")
    if parts is None or not 1 <= int(parts[2]) <= len(MONTHS):
        return value or ""
    return f"{int(parts[3])} {MONTHS[int(parts[2]) - 1]} {parts[1]}"


@register.filter
def tagtext(attribute: int | str) -> str:
    """An attribute's name and tag, "Slice Thickness (0018,0050)", from a tag, "00180050" or a keyword (PS3.6)."""
    tag = _tag(attribute)
    if tag is None:
        return str(attribute)
    number = f"({tag.group:04X},{tag.element:04X})"
    try:
        return f"{dictionary_description(tag)} {number}"
    except KeyError:
        return f"{'Private attribute' if tag.is_private else 'Unknown attribute'} {number}"


def _tag(attribute: int | str) -> BaseTag | None:
    if isinstance(attribute, int):
        return Tag(attribute)
    if attribute in keyword_dict:
        return Tag(keyword_dict[attribute])
    parts = _TAG.fullmatch(attribute)
    return Tag(int(parts[1] + parts[2], 16)) if parts else None
