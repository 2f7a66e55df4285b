"""Texts encrypted under a key that stands in the script, as CTP does it: Blowfish, block by block."""

import re
from base64 import b64decode, b64encode
from typing import Any, Final

from vesalius.deid.ctp.calls import Call
from vesalius.deid.ctp.functions.hashes import argument
from vesalius.deid.ctp.functions.scope import Refused, Scope, needed

_NOT_BASE64: Final = re.compile(r"[^a-zA-Z0-9+/]")
_FILLING: Final = "tszyihnnphlyeaglle"
_KEY_CHARACTERS: Final = 22
_BLOCK: Final = 8


def encrypt(call: Call, scope: Scope) -> str:
    """`@encrypt(el,key)`, in Base64."""
    value = (scope.text(argument(call, 0)) or "").encode()
    missing = _BLOCK - len(value) % _BLOCK
    worker = _cipher(call, scope).encryptor()
    return b64encode(worker.update(value + bytes([missing]) * missing) + worker.finalize()).decode("ascii")


def decrypt(call: Call, scope: Scope) -> str:
    """`@decrypt(el,key)`: what `@encrypt` wrote. Refused where the key does not fit."""
    worker = _cipher(call, scope).decryptor()
    try:
        padded = (
            worker.update(b64decode(scope.text(argument(call, 0)) or "", validate=True)) + worker.finalize()
        )
        return _without_padding(padded).decode()
    except ValueError:
        raise Refused("the value was not encrypted under the script's key") from None


def _without_padding(padded: bytes) -> bytes:
    """PKCS5: the last byte says how many bytes like it were added."""
    filling = padded[-1:]
    count = filling[0] if filling else 0
    if not 1 <= count <= _BLOCK or padded[-count:] != filling * count:
        raise ValueError("another key")
    return padded[:-count]


def key_bytes(text: str) -> bytes:
    """The 16 bytes of a key: its Base64 letters, filled up where they are few."""
    letters = _NOT_BASE64.sub("", text)
    while len(letters) < _KEY_CHARACTERS:
        letters += _FILLING
    return b64decode(letters[:_KEY_CHARACTERS] + "==")


def _cipher(call: Call, scope: Scope) -> Any:
    key = needed(scope.parameter(argument(call, 1)), "the key is a parameter that the script does not have")
    from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish  # noqa: PLC0415 - few scripts encrypt
    from cryptography.hazmat.primitives.ciphers import Cipher, modes  # noqa: PLC0415

    return Cipher(Blowfish(key_bytes(key)), modes.ECB())  # noqa: S305 - CTP's own, warned about in the script
