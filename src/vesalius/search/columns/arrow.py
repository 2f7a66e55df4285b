"""pyarrow, without types: its stubs do not follow arrays of large strings from one function to the next."""

from importlib import import_module
from typing import Any, Final

pa: Final[Any] = import_module("pyarrow")
pc: Final[Any] = import_module("pyarrow.compute")
