"""The application of a web process: Django for the answer, our edge for the bytes."""

import os

from django.core.wsgi import get_wsgi_application

from vesalius.jobs.lifeline import end_with_starter
from vesalius.web.edge import Edge

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vesalius.settings.django")
end_with_starter()  # uvicorn starts its workers by importing this
application = Edge(get_wsgi_application())
