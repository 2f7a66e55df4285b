"""What an address below a holding's page names: the holding, its release; what may not be found is not there."""

from vesalius.access.permit import Visible
from vesalius.catalog.models import Holding, Release
from vesalius.catalog.visible import holding_of
from vesalius.errors import NotFound


def named(name: str, judged: Visible, kind: str) -> Holding:
    """The holding of this name and kind, else NotFound."""
    holding = holding_of(name, judged)
    if holding.kind != kind:
        raise NotFound("There is no such dataset.")
    return holding


def release_of(holding: Holding, number: int | None = None) -> Release:
    """A published release of a holding, the newest where none is named; else NotFound."""
    published = Release.objects.filter(holding=holding, state=Release.State.PUBLISHED)
    wanted = published.filter(current_of=holding) if number is None else published.filter(number=number)
    release = wanted.select_related("holding").first()
    if release is None:
        raise NotFound("There is no such version.")
    return release
