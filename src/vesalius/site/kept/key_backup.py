"""A key's backup: sealed under a passphrase, so that it can lie where the key itself may not.

The file is JSON: scrypt (RFC 7914) makes the key of AES-256-GCM out of the passphrase and a random salt. The print
of the sealed key stands in the clear and is sealed with it, so that a backup can be told from another.
"""

import json
import os
import secrets
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vesalius.deid import DomainKey, IdentityError
from vesalius.errors import BadInput, Conflict, NotFound

SHORTEST_PASSPHRASE: Final = 12
_FORMAT: Final = "vesalius key backup 1"
_COST: Final = {"n": 1 << 17, "r": 8, "p": 1}  # 128 MB and some tenths of a second for each guess
_LARGEST: Final = 10_000  # bytes of a backup
_OWNER_ONLY: Final = 0o600


class BackupError(BadInput):
    """A key or its backup cannot be used."""

    hint = "Take the file that `vesalius site key backup` wrote, and the passphrase that was given then."


class OtherKey(Conflict):
    """Another key stands there already, or is expected."""

    hint = (
        "Two keys never stand for one domain: keep the one that the domain began with, and restore elsewhere."
    )


def key_at(path: Path) -> DomainKey:
    """The key in a file. Raises NotFound and BackupError."""
    try:
        return DomainKey(path.read_bytes())
    except FileNotFoundError:
        raise NotFound("There is no key file of that name.") from None
    except IdentityError as error:
        raise BackupError(f"The key file is damaged: {error}.") from None


def sealed(key: DomainKey, passphrase: str) -> str:
    """The text of a backup. BackupError for a passphrase that could be guessed."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BackupError(f"A passphrase has at least {SHORTEST_PASSPHRASE} characters.")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    told = {
        "format": _FORMAT,
        "fingerprint": key.fingerprint,
        **_COST,
        "salt": _base64(salt),
        "nonce": _base64(nonce),
    }
    seal = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, key.secret, _bound(told["fingerprint"]))
    return json.dumps(told | {"sealed": _base64(seal)}, indent=1) + "\n"


def opened(text: str, passphrase: str) -> DomainKey:
    """The key in a backup. BackupError for a wrong passphrase and for what is no backup, or is damaged."""
    told = _backup(text)
    try:
        cipher = AESGCM(_stretched(passphrase, b64decode(told["salt"], validate=True)))
        seal, nonce = b64decode(told["sealed"], validate=True), b64decode(told["nonce"], validate=True)
        return DomainKey(cipher.decrypt(nonce, seal, _bound(told["fingerprint"])))
    except InvalidTag:
        raise BackupError("The passphrase is wrong, or the backup is damaged.") from None
    except (KeyError, TypeError, ValueError, IdentityError):
        raise BackupError("The backup is damaged.") from None


def back_up(key_file: Path, backup: Path, passphrase: str) -> DomainKey:
    """Write a backup of the key and open it again; an older file of that name is never written over."""
    key = key_at(key_file)
    text = sealed(key, passphrase)
    if opened(text, passphrase) != key:
        raise BackupError("The backup could not be opened again.")
    _write_new(backup, text.encode("ascii"), "There is a file of the backup's name already.")
    return key


def restore(backup: Path, key_file: Path, passphrase: str) -> DomainKey:
    """Write the backup's key; where the same key stands already, nothing happens. OtherKey for any other."""
    try:
        key = opened(backup.read_text("ascii")[:_LARGEST], passphrase)
    except UnicodeDecodeError:
        raise BackupError("The file is no backup of a key.") from None
    if key_file.exists():
        if key_file.read_bytes() != key.secret:
            raise OtherKey("Another key stands there already.")
        return key
    _write_new(key_file, key.secret, "Another key stands there already.")
    return key


def check(key: DomainKey, fingerprint: str) -> None:
    """OtherKey unless this is the key whose print a domain is known by."""
    if key.fingerprint != fingerprint.strip().casefold():
        raise OtherKey("This is not the key of that print.")


def _backup(text: str) -> dict[str, str]:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict) or told.get("format") != _FORMAT:
        raise BackupError("The file is no backup of a key.")
    if any(told.get(name) != value for name, value in _COST.items()):
        raise BackupError("The backup is damaged.")
    return told


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **_COST).derive(passphrase.encode())


def _bound(fingerprint: object) -> bytes:
    return f"{_FORMAT} {fingerprint}".encode()


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _write_new(path: Path, data: bytes, taken: str) -> None:
    """A file that was not there before, whole and on disk under its name; OtherKey where it was."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        raise OtherKey(taken) from None
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
