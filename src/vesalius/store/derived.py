"""Derived files: pictures and their like, made by jobs, disposable, never the only copy of anything."""

import secrets
from pathlib import Path


def write_derived(path: Path, content: bytes) -> None:
    """Put a derived file in its place whole or not at all; it need not survive a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
