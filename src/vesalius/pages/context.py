"""What every page knows about the archive that shows it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

import vesalius


def archive(_: HttpRequest) -> dict[str, Any]:
    """Name, version and addresses of this archive for every template."""
    ours = settings.VESALIUS
    return {
        "archive_name": ours.name,
        "software_version": vesalius.__version__,
        "public_url": ours.public_url,
        "synthetic": ours.synthetic,
        "side": settings.SIDE,
    }
