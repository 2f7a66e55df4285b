"""Proof after the run: what a cleaned file must not hold, must hold, and must still be; fail closed."""

from vesalius.deid.proof.proving import prove
from vesalius.deid.proof.references import Unresolved, unresolved

FATAL = frozenset({"leak", "conformance", "reference", "stamp_missing"})
"""Kinds of findings of a proof that quarantine the file."""

__all__ = ["FATAL", "Unresolved", "prove", "unresolved"]
