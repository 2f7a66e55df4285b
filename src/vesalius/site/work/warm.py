"""What every child of a run needs, loaded once by the server from which children are forked."""

from vesalius.deid import pixels, proof
from vesalius.site.work import tasks

__all__ = ["pixels", "proof", "tasks"]
