"""Keyed digests of purged content: its return is refused without keeping what it was."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.conf import settings

from vesalius.catalog.models import Purge, RefusedContent
from vesalius.errors import Misconfigured

KEY_BYTES = 32


def keyed_digest(text: str) -> str:
    """HMAC-SHA-256 under a key that both sides of this archive share and that never leaves it."""
    path = settings.VESALIUS.archive_folder / "keys" / "refusal.key"
    return hmac.new(_key(path), text.encode(), hashlib.sha256).hexdigest()


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


@cache
def _key(path: Path) -> bytes:
    """The key, made at its first use; Misconfigured where the file was cut."""
    if not path.exists():
        _make_key(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise Misconfigured("archive/keys/refusal.key is damaged: restore it from the backup")
    return key


def _make_key(path: Path) -> None:
    """Written under another name and linked, so that nobody ever reads half a key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was quicker: its key counts
    finally:
        draft.unlink()
