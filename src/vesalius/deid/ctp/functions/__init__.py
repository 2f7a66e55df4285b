"""The functions of anonymizer scripts, each by its name in a table."""

from vesalius.deid.ctp.functions.counters import Counters
from vesalius.deid.ctp.functions.evaluation import FUNCTIONS
from vesalius.deid.ctp.functions.outcome import Outcome, outcome
from vesalius.deid.ctp.functions.scope import Refused, Registered, Scope, Surroundings

__all__ = ["FUNCTIONS", "Counters", "Outcome", "Refused", "Registered", "Scope", "Surroundings", "outcome"]
