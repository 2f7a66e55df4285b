"""People and what they may do, on both sides."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """People and what they may do, on both sides."""

    name = "vesalius.access"
    label = "access"
