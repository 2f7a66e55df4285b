"""What every page knows: the archive that shows it, and the frame of its site."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

import vesalius
from vesalius.pages.theme import THEMES, theme_of

# A side's frame is loaded by name: the public process knows nothing of the staff site's code.
FRAMES = {
    "public": "vesalius.pages.public.frame.frame",
    "staff": "vesalius.pages.staff.door.frame",
}


def archive(request: HttpRequest) -> dict[str, Any]:
    """Name, version and addresses of this archive, and what the header and footer of this site show."""
    ours = settings.VESALIUS
    known = {
        "archive_name": ours.name,
        "software_version": vesalius.__version__,
        "public_url": ours.public_url,
        "synthetic": ours.synthetic,
        "side": settings.SIDE,
        "contact": ours.contact,
        "contact_address": _address_of(ours.contact),
        "theme": theme_of(request),
        "themes": THEMES,
    }
    if settings.SIDE in FRAMES:
        frame: Callable[[HttpRequest], dict[str, Any]] = import_string(FRAMES[settings.SIDE])
        known |= frame(request)
    return known


def _address_of(contact: str) -> str:
    """Where a contact leads: an address as it is, an e-mail address as mailto:, other words nowhere."""
    if contact.startswith(("https://", "http://")):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else ""
