"""An anonymizer script: its files, what it says, and where it is not safe."""

from vesalius.deid.ctp.script.model import Script, imported
from vesalius.deid.ctp.script.parts import ElementLine, Warned

__all__ = ["ElementLine", "Script", "Warned", "imported"]
