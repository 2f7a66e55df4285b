"""CTP's scripts: filter expressions, pixel scripts and anonymizer scripts, as values that can be asked."""

from vesalius.deid.ctp.errors import ScriptError
from vesalius.deid.ctp.functions import Counters, Registered, Surroundings
from vesalius.deid.ctp.script import Script, Warned, imported

__all__ = ["Counters", "Registered", "Script", "ScriptError", "Surroundings", "Warned", "imported"]
