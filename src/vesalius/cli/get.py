"""`vesalius get`: fetch series from any archive that speaks NBIA REST."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vesalius.errors import BadRequest

if TYPE_CHECKING:
    from vesalius.client.manifest import Wanted

DEFAULT = "http://127.0.0.1:8000"
FAILED = 3  # exit code


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="MANIFEST|UID...")
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    help="The folder; else the one you are in.",
)
@click.option("--from", "address", metavar="URL", help="The archive; else the manifest's, else VESALIUS_URL.")
@click.option("--parallel", type=click.IntRange(1, 32), default=4, show_default=True, help="Series at once.")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with your token; else VESALIUS_TOKEN.",
)
@click.option("--insecure", is_flag=True, help="Send the token over http:// to another machine all the same.")
@click.option(
    "--failed-to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write down what is missing at the end: a manifest if the name ends with .tcia, else UIDs.",
)
def get(
    what: tuple[str, ...],
    to: Path,
    address: str | None,
    parallel: int,
    token_file: Path | None,
    insecure: bool,  # noqa: FBT001 - click gives each option by its name
    failed_to: Path | None,
) -> None:
    """Fetch series: of a .tcia manifest (a file or an address), of a list, or by UID; "-" reads standard input.

    Each goes to COLLECTION/PATIENT/STUDY/SERIES, whole and with every checksum compared, or not at all. After a break
    run the same command again: it goes on where it stopped. Exit codes: 0 everything is there, 2 the command is wrong,
    3 something is missing.
    """
    from vesalius.cli.get_display import display, sum_up  # noqa: PLC0415 - the help needs none of it
    from vesalius.cli.interrupts import stopping  # noqa: PLC0415
    from vesalius.client.archive import Archive  # noqa: PLC0415
    from vesalius.client.folder import Folder  # noqa: PLC0415
    from vesalius.client.manifest import write_manifest  # noqa: PLC0415
    from vesalius.client.retrieve import retrieve  # noqa: PLC0415

    try:
        wanted = _wanted(what)
        token = _token(token_file)
        source = _source(wanted, address, token)
        archive = Archive(source, token, connections=parallel, insecure=insecure)
        folder = Folder(to)
    except BadRequest as error:
        raise click.UsageError(f"{error} {error.hint}") from None
    except OSError as error:
        raise click.UsageError(f"The folder {to} cannot be used: {error.strerror}.") from None
    with stopping(), display() as watcher:
        outcome = retrieve(archive, folder, wanted.uids, watcher, parallel=parallel)
    if failed_to:
        as_manifest = failed_to.suffix == ".tcia"
        uids = outcome.missing
        failed_to.write_text(write_manifest(uids, source) if as_manifest else "".join(f"{u}\n" for u in uids))
    sum_up(outcome, watcher.seconds)
    if outcome.missing:
        sys.exit(FAILED)


def _wanted(what: tuple[str, ...]) -> "Wanted":
    """All that is asked for. NotAManifest, BadAddress; BadRequest: two archives at once."""
    from vesalius.client.manifest import Wanted, is_uid  # noqa: PLC0415

    found = [Wanted(uids=(one,)) if is_uid(one) and not Path(one).exists() else _read(one) for one in what]
    addresses = {one.address for one in found if one.address}
    if len(addresses) > 1:
        raise BadRequest("These manifests name different archives; fetch them one after the other.")
    uids = dict.fromkeys(uid for one in found for uid in one.uids)
    return Wanted(uids=tuple(uids), address=next(iter(addresses), ""))


def _read(where: str) -> "Wanted":
    """What a file, an address or standard input names."""
    from vesalius.client.archive import fetch_text  # noqa: PLC0415
    from vesalius.client.manifest import LARGEST, read_manifest  # noqa: PLC0415
    from vesalius.client.problems import NotAManifest  # noqa: PLC0415

    if where.startswith(("http://", "https://")):
        return read_manifest(fetch_text(where, LARGEST))
    try:
        with click.open_file(where, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise NotAManifest(f"{where} is no UID, and as a file: {error.strerror}.") from None
    if len(content) > LARGEST:
        raise NotAManifest(f"{where} is too large for a manifest.")
    return read_manifest(content.decode("utf-8", "replace"))


def _source(wanted: "Wanted", address: str | None, token: str) -> str:
    """The archive's address. TokenKept: only a manifest names it, and a token would go there."""
    from vesalius.client.manifest import archive_address  # noqa: PLC0415
    from vesalius.client.problems import TokenKept  # noqa: PLC0415

    own = archive_address(os.environ.get("VESALIUS_URL") or DEFAULT)
    if address:
        return archive_address(address)
    if token and wanted.address not in {"", own}:
        raise TokenKept(f"The manifest names {wanted.address}, where your token was not sent.")
    return wanted.address or own


def _token(file: Path | None) -> str:
    """The reader's token; never an argument, which every process of the machine could see."""
    token = (file.read_text() if file else os.environ.get("VESALIUS_TOKEN", "")).strip()
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise click.UsageError("The token is no single word.")
    return token
