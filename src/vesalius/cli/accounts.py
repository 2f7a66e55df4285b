"""`vesalius user`, `vesalius token` and `vesalius collection`."""

import getpass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from vesalius.cli.django import wake
from vesalius.settings.routing import Side

SITES = click.Choice(["public", "staff"])
ROLES = click.Choice(["curator", "phi-reviewer", "releaser", "administrator"])


def operator() -> str:
    """Who sits at the terminal, for the audit trail."""
    return f"operator:{getpass.getuser()}"


@click.group()
def user() -> None:
    """Make and change accounts, roles and grants."""


@user.command("create")
@click.argument("name")
@click.option("--site", type=SITES, default="public", show_default=True, help="Where the account signs in.")
@click.option(
    "--role", "roles", type=ROLES, multiple=True, help="Kind of work on the staff site; repeatable."
)
@click.password_option(help="Asked for when left out.")
def create_user(name: str, site: str, roles: tuple[str, ...], password: str) -> None:
    """Make an account."""
    if roles and site != "staff":
        raise click.UsageError("roles are for the staff site: add --site staff")
    side = _wake(site)
    from vesalius.access import people  # noqa: PLC0415
    from vesalius.access.models import Role  # noqa: PLC0415

    people.create_person(name, password, side=side, by=operator())
    people.set_roles(name, [Role.Name(role) for role in roles], side=side, by=operator())
    click.echo(f"{name} can sign in on the {site} site.")


@user.command("grant")
@click.argument("name")
@click.argument("collection")
@click.option("--deed", type=click.Choice(["find", "fetch"]), default="fetch", show_default=True)
@click.option("--days", type=click.IntRange(1), help="For so many days; else until it is taken back.")
def grant_user(name: str, collection: str, deed: str, days: int | None) -> None:
    """Let a person of the public site find or fetch a limited collection."""
    side = _wake("public")
    from django.utils import timezone  # noqa: PLC0415

    from vesalius.access import people  # noqa: PLC0415
    from vesalius.access.models import Grant  # noqa: PLC0415

    until = timezone.now() + timedelta(days=days) if days else None
    people.grant(
        name,
        Grant.Scope.HOLDING,
        collection,
        Grant.Deed(deed),
        side=side,
        by=operator(),
        until=until,
    )
    click.echo(f"{name} may {deed} {collection}.")


@user.command("close")
@click.argument("name")
@click.option("--site", type=SITES, default="public", show_default=True)
def close_user(name: str, site: str) -> None:
    """Close an account: its sessions and tokens end."""
    side = _wake(site)
    from vesalius.access import people  # noqa: PLC0415

    people.set_active(name, active=False, side=side, by=operator())
    click.echo(f"{name} is closed.")


@click.group()
def token() -> None:
    """Make and revoke tokens for programs."""


@token.command("create")
@click.argument("name")
@click.option("--label", default="", help="What it is for.")
@click.option("--days", type=click.IntRange(1), default=365, show_default=True)
def create_token(name: str, label: str, days: int) -> None:
    """Print a new token of an account of the public site; it cannot be read again."""
    side = _wake("public")
    from django.utils import timezone  # noqa: PLC0415

    from vesalius.access import tokens  # noqa: PLC0415

    expires = timezone.now() + timedelta(days=days)
    click.echo(tokens.create_token(name, side=side, by=operator(), label=label, expires_at=expires))


@token.command("revoke")
@click.argument("number", type=int)
def revoke_token(number: int) -> None:
    """End a token by its number."""
    side = _wake("public")
    from vesalius.access import tokens  # noqa: PLC0415

    tokens.revoke_token(number, side=side, by=operator())
    click.echo(f"Token {number} is revoked.")


@click.group()
def collection() -> None:
    """Make collections and their rows of data access."""


@collection.command("create")
@click.argument("short_title")
@click.option("--title", required=True, help="As it stands on its page.")
@click.option("--summary", default="", help="One sentence for the reader.")
@click.option("--license", "spdx", default="CC-BY-4.0", show_default=True, help="SPDX identifier.")
@click.option(
    "--access",
    type=click.Choice(["public", "listed", "limited"]),
    default="public",
    show_default=True,
    help="listed: everybody finds it, a grant fetches it; limited: a grant to find it.",
)
def create_collection(short_title: str, title: str, summary: str, spdx: str, access: str) -> None:
    """Make a collection; nothing of it is seen before its first release."""
    _wake("public")
    from vesalius.catalog.making import NewHolding, make_holding  # noqa: PLC0415

    wanted = NewHolding(
        short_title=short_title, title=title, license=spdx, access=access, about={"summary": summary}
    )
    make_holding(wanted, person=operator())
    click.echo(
        f"Collection {short_title} is made. Send to it with: vesalius submit FOLDER --collection {short_title}"
    )


@collection.command("download-add")
@click.argument("short_title")
@click.option("--title", required=True, help="Of the row of data access, e.g. Clinical data.")
@click.option("--kind", type=click.Choice(["files", "link", "series"]), default="files", show_default=True)
@click.option("--url", default="", help="Of a link: where it leads, https.")
@click.option("--license", "spdx", default="", help="SPDX identifier; else as the first row.")
@click.option("--access", type=click.Choice(["public", "listed", "limited"]), help="Else as the first row.")
@click.option(
    "--embargo-until", type=click.DateTime(["%Y-%m-%d"]), help="Closed until this day (UTC), but for grants."
)
def add_download(
    short_title: str,
    title: str,
    kind: str,
    url: str,
    spdx: str,
    access: str | None,
    embargo_until: datetime | None,
) -> None:
    """Add a row of data access: for supporting files, for other series, or a link that leads outside."""
    _wake("public")
    from vesalius.catalog import making  # noqa: PLC0415

    wanted = making.NewDownload(
        title=title,
        kind=kind,
        url=url,
        license=spdx,
        access=access or "",
        embargo_until=_in_utc(embargo_until),
    )
    making.add_download(short_title, wanted, person=operator())
    click.echo(f"{short_title} has a row of data access called {title}.")


@collection.command("embargo")
@click.argument("short_title")
@click.option("--download", "title", default="Images", show_default=True, help="Title of the row.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Closed until this day (UTC).")
@click.option("--lift", is_flag=True, help="Open it now.")
def embargo(short_title: str, title: str, until: datetime | None, *, lift: bool) -> None:
    """Close a row of data access until a day, or open it; those with a grant are let in all the while."""
    if lift == (until is not None):
        raise click.UsageError("say --until DAY or --lift")
    _wake("public")
    from vesalius.catalog import making  # noqa: PLC0415

    making.set_embargo(short_title, title, _in_utc(until), person=operator())
    click.echo(f"{title} of {short_title} " + (f"opens on {until:%Y-%m-%d}." if until else "is open."))


@collection.command("lookup")
@click.argument("short_title")
@click.argument("table", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", required=True, help="Who sends: the patient IDs of the table are theirs.")
def take_lookup(short_title: str, table: Path, site: str) -> None:
    """Let a lookup table name patients, say which IDs are one person's, and date their events.

    It takes the place of the table before. A patient whose images are here keeps ID and dates, or it is refused.
    """
    _wake("staff")
    from vesalius.deid import LookupTable  # noqa: PLC0415
    from vesalius.submit import domains  # noqa: PLC0415

    told = LookupTable.read(table.name, table.read_text("utf-8-sig"))
    count = domains.take_lookup(domains.domain_at(site, short_title), told, operator())
    click.echo(f"The table names {count:,} patients of {site} in {short_title}.")


def _in_utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None


def _wake(site: str) -> Side:
    """Wake the side of a site alone: who looks after the public one needs nothing of the other."""
    wake(site)
    return Side.ARCHIVE if site == "public" else Side.INTAKE
