"""Write and read the audit trail."""

import uuid
from collections.abc import Mapping
from typing import Any

from vesalius.audit.models import AuditEntry
from vesalius.settings.routing import named_side, require_transaction

ARCHIVE_ITSELF = "archive"  # the person of a deed that no person asked for


def record(
    deed: str,
    *,
    person: str,
    target_kind: str,
    target: str,
    detail: Mapping[str, Any] | None = None,
    deed_id: uuid.UUID | None = None,
) -> AuditEntry:
    """Write down one deed on the named side, inside the transaction that does it.

    SideNotNamed outside a transaction: an entry without its deed, or a deed without its entry, may not exist.
    """
    require_transaction(named_side())
    return AuditEntry.objects.create(
        deed_id=deed_id or uuid.uuid4(),
        person=person,
        deed=deed,
        target_kind=target_kind,
        target=target,
        detail=dict(detail or {}),
    )
