"""What may come back from a child process: plain values, the archive's own records and errors.

A child reads hostile files. Should one of them take it over, an ordinary pickle of its making would run
in the parent, which holds the database and the keys; so the parent builds only what is listed here.
"""

import io
import pickle
import re
from dataclasses import is_dataclass
from enum import Enum
from typing import Any

_PLAIN = {
    ("builtins", "bytearray"),
    ("builtins", "complex"),
    ("builtins", "frozenset"),
    ("builtins", "range"),
    ("builtins", "set"),
    ("builtins", "slice"),
    ("collections", "Counter"),
    ("collections", "OrderedDict"),
    ("collections", "deque"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
    ("pathlib", "PosixPath"),
    ("uuid", "UUID"),
}


_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")


class NotAnAnswer(pickle.UnpicklingError):
    """A child sent something that no task may send; the message is its class and nothing else."""


class _Answers(pickle.Unpickler):
    def find_class(self, module: str, name: str, /) -> Any:
        found = None if "." in name else super().find_class(module, name) if _is_known(module) else None
        if isinstance(found, type) and _may_cross(found, module, name):
            return found
        kind = f"{module}.{name}"
        raise NotAnAnswer(kind if _CLASS.fullmatch(kind) else "of no known kind")


def _is_known(module: str) -> bool:
    return module.startswith("vesalius.") or module in {known for known, _ in _PLAIN}


def _may_cross(found: type, module: str, name: str) -> bool:
    if (module, name) in _PLAIN:
        return True
    if module == "builtins":
        return issubclass(found, Exception)
    is_record = is_dataclass(found) or issubclass(found, (Enum, Exception, tuple))
    return found.__module__.startswith("vesalius.") and is_record


def load_answer(data: bytes) -> Any:
    """Rebuild what a child sent; NotAnAnswer for anything but values, records and errors."""
    return _Answers(io.BytesIO(data)).load()
