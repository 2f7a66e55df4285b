"""What can be wrong with a script."""

from vesalius.errors import BadInput


class ScriptError(BadInput):
    """A script cannot be read, or asks for what does not exist; the sentence names the line where it can."""

    hint = "Mend the line that the sentence names; the guide Coming from CTP says what scripts may hold."
