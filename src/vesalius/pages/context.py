"""What every page knows: the archive that shows it, and the frame of its site."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

import vesalius

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
    }
    if settings.SIDE in FRAMES:
        frame: Callable[[HttpRequest], dict[str, Any]] = import_string(FRAMES[settings.SIDE])
        known |= frame(request)
    return known
