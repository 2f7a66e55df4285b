"""The job table, on both sides."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The job table, on both sides."""

    name = "vesalius.jobs"
    label = "jobs"
