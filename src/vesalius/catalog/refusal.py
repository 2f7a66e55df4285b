"""Keyed digests of purged content: its return is refused without keeping what it was."""

import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings

from vesalius.catalog.models import Purge, RefusedContent
from vesalius.settings.keys import key_in


def keyed_digest(text: str) -> str:
    """HMAC-SHA-256 under a key that both sides of this archive share and that never leaves it."""
    key = key_in(settings.VESALIUS.archive_folder / "keys" / "refusal.key")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def refused(sha256: str) -> bool:
    """Whether a blob of this content was purged and may not come back."""
    return bool(refused_among([sha256]))


def refused_among(names: Iterable[str]) -> frozenset[str]:
    """Those of many blobs whose content was purged."""
    digests = {keyed_digest(name): name for name in names}
    known = RefusedContent.objects.filter(digest__in=digests).values_list("digest", flat=True)
    return frozenset(digests[digest] for digest in known)


def refuse(purge: Purge, names: Iterable[str]) -> int:
    """Refuse the return of these blobs from now on; returns how many."""
    rows = [RefusedContent(digest=keyed_digest(name), purge=purge) for name in names]
    RefusedContent.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)
