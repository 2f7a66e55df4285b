"""Deleted rows leave their bytes in the database's files; after a purge none may remain."""

from django.db.backends.base.base import BaseDatabaseWrapper

from vesalius.errors import Unavailable
from vesalius.settings.routing import Side, connection_of

# Their old row versions may hold what was purged; VACUUM FULL writes each table anew.
TABLES = (
    "audit_auditentry", "catalog_basketitem", "catalog_blob", "catalog_cell", "catalog_downloadcount",
    "catalog_instance",
    "catalog_manifest", "catalog_patient", "catalog_purge", "catalog_releaserevision", "catalog_revisioninstance",
    "catalog_savedsearch", "catalog_searchhistory", "catalog_series", "catalog_seriesrevision", "catalog_sharedlist",
    "catalog_sharedlistitem", "catalog_slide", "catalog_study", "catalog_succession", "catalog_supportingfile",
    "catalog_supportingfilelink", "catalog_tombstone",
)  # fmt: skip


def destroy_deleted_bytes() -> None:
    """Have SQLite overwrite with zeros what this connection deletes from now on."""
    connection = connection_of(Side.ARCHIVE)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")


def scrub() -> None:
    """Write the database anew without its deleted rows and empty its log; Unavailable while others hold it.

    On PostgreSQL, archived log segments and backups are the operator's to expire.
    """
    connection = connection_of(Side.ARCHIVE)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            _empty_log(connection)
            cursor.execute("VACUUM")
            _empty_log(connection)
        else:
            cursor.execute(f"VACUUM (FULL) {', '.join(TABLES)}")


def _empty_log(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, *_ = cursor.fetchone()
    if busy:
        raise Unavailable("The log of the database is being read; the purge is finished at the next attempt.")
