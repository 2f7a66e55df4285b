"""Digests that name content: of a revision, and of all that a release holds."""

import hashlib
from collections.abc import Iterable


def revision_digest(contents: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over (SOP Instance UID, SHA-256 of the blob) in the order of the revision."""
    return _over(f"{uid} {sha256}" for uid, sha256 in contents)


def release_digest(revisions: Iterable[str], files: Iterable[str]) -> str:
    """SHA-256 over the digests of a release's revisions and the SHA-256 of its supporting files, each sorted."""
    return _over(
        [*(f"revision {name}" for name in sorted(revisions)), *(f"file {name}" for name in sorted(files))]
    )


def _over(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(f"{line}\n".encode("ascii"))
    return digest.hexdigest()
