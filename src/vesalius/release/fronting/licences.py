"""The licence row for what an index calls a licence."""

import re
from typing import Final

from vesalius.catalog.making import LICENSES, license_of
from vesalius.catalog.models import License

_BY_NAME: Final = {
    name.casefold(): spdx
    for spdx, (title, short_title, _, _) in LICENSES.items()
    for name in (spdx, title, short_title)
}


def licence_for(name: str) -> License:
    """A licence by its SPDX identifier or either of its titles; one that nobody knows allows no commercial use."""
    spdx = _BY_NAME.get(name.strip().casefold())
    if spdx is not None:
        return license_of(spdx)
    own = "LicenseRef-" + re.sub("[^A-Za-z0-9]+", "-", name).strip("-")
    row, _ = License.objects.get_or_create(
        spdx=own[:40], defaults={"title": name[:120], "short_title": name[:40], "commercial_use": False}
    )
    return row
