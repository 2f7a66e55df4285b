"""Everything that the staff processes load: the other of the two lists."""

from django.urls import include, path

from vesalius.web.health import healthz
from vesalius.web.middleware import not_found

urlpatterns = [
    path("healthz", healthz),
    path("", include("vesalius.pages.staff.urls")),
]
handler404 = not_found

# Modules that register the handlers of the intake side's jobs.
WORK = ["vesalius.submit.work", "vesalius.curate.work"]
