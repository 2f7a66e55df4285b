"""One archive with every kind of image, served for all tests of the viewer."""

from collections.abc import Iterator

import pytest
from tests.journeys.public_site import PublicSite, public_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicSite]:
    with public_site(tmp_path_factory.mktemp("viewer"), "viewer_archive.py") as served:
        yield served
