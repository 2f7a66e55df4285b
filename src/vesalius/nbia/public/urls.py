"""Addresses of NBIA REST: every endpoint of the table in each of its versions."""

from collections.abc import Iterator

from django.urls import URLPattern, path

from vesalius.nbia.public.signin import give_token
from vesalius.nbia.public.table.endpoints import ENDPOINTS
from vesalius.nbia.public.table.versions import V1, V2, VERSIONS, Version
from vesalius.nbia.public.views import in_their_words, view_of

# folder of the address -> the version that answers there; some clients leave `services/` out
FOLDERS = {
    f"{services}{folder}": version
    for services in ("services/", "")
    for folder, version in {**{f"{name}/": found for name, found in VERSIONS.items()}, "": V2}.items()
}
# What came before NBIA REST, under `/services/`: old scripts still ask there.
OLDER_FOLDERS = {"v3/TCIA/query/": V1, "v4/TCIA/query/": V1}


def _patterns(folders: dict[str, Version]) -> Iterator[URLPattern]:
    for folder, version in folders.items():
        for endpoint in ENDPOINTS:
            if version.name in endpoint.versions:
                yield path(f"{folder}{endpoint.name}", view_of(endpoint, version))


_token = in_their_words(give_token, "POST")
urlpatterns = [
    *_patterns(FOLDERS),
    *(path(f"{services}oauth/token{slash}", _token) for services in ("services/", "") for slash in ("", "/")),
]
older_urlpatterns = list(_patterns(OLDER_FOLDERS))
