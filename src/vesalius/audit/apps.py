"""The audit trail, on both sides."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit trail, on both sides."""

    name = "vesalius.audit"
    label = "audit"
