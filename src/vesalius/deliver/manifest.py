"""The manifest that a retriever takes: six lines, then one Series Instance UID per line."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.conf import settings

MEDIA_TYPE: Final = "application/x-nbia-manifest-file"
SERVLET: Final = "/nbia-download/servlet/DownloadServlet"


def manifest_name(made_at: datetime) -> str:
    """`manifest-<milliseconds since 1970>.tcia`, as retrievers expect it."""
    return f"manifest-{int(made_at.timestamp() * 1000)}.tcia"


def manifest_text(series_instance_uids: Iterable[str], *, name: str, annotation: bool = True) -> str:
    """The manifest of these series, in this order, each once; retrievers fetch from the settings' public URL."""
    head = [
        f"downloadServerUrl={settings.VESALIUS.public_url.rstrip('/')}{SERVLET}",
        f"includeAnnotation={'true' if annotation else 'false'}",
        "noOfrRetry=4",  # spelled so by every reader
        f"databasketId={name}",
        "manifestVersion=3.0",
        "ListOfSeriesToDownload=",
    ]
    return "".join(f"{line}\n" for line in [*head, *dict.fromkeys(series_instance_uids)])
