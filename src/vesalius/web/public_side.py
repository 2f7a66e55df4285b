"""Everything that the public processes load: one of the two lists."""

from django.urls import include, path

from vesalius.nbia.public.urls import older_urlpatterns
from vesalius.web.health import healthz
from vesalius.web.middleware import not_found

urlpatterns = [
    path("healthz", healthz),
    path("nbia-api/", include("vesalius.nbia.public.urls")),
    path("services/", include(older_urlpatterns)),
    path("", include("vesalius.pages.public.urls")),
]
handler404 = not_found

# Modules that register the handlers of the archive side's jobs.
WORK = [
    "vesalius.deliver.contours",
    "vesalius.deliver.frames",
    "vesalius.deliver.pictures",
    "vesalius.deliver.view.ordering",
    "vesalius.release.work",
]
