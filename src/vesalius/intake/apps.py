"""Rows of the intake side."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Rows of the intake side."""

    name = "vesalius.intake"
    label = "intake"
