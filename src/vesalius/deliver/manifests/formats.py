"""The formats of manifests: what takes them, which series they can name, how they are written."""

import csv
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Final

from vesalius.deliver.manifest import MEDIA_TYPE, manifest_name, manifest_text
from vesalius.deliver.manifests.lines import Kind, Line
from vesalius.deliver.spreadsheet import cell

Writer = Callable[[Sequence[Line], bool, datetime], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format of a manifest."""

    name: str  # in an address, after "manifest."
    words: str  # on the page
    about: str  # what takes it
    media_type: str
    kinds: frozenset[Kind]  # which series it can name
    exact: bool  # whether it can name the bytes of a version, and not only a series
    write: Writer  # (lines that it can name, fixed, when)

    def takes(self, line: Line) -> bool:
        """Whether it can name this series."""
        return line.kind in self.kinds

    def text(self, lines: Sequence[Line], *, fixed: bool, at: datetime) -> str:
        """The manifest; what it cannot name is left out, and told where the format has comments."""
        return self.write(lines, fixed, at)

    def filename(self, at: datetime) -> str:
        """What the file is called."""
        return manifest_name(at).replace(".tcia", f".{self.name}")


def _tcia(lines: Sequence[Line], fixed: bool, at: datetime) -> str:  # noqa: FBT001 - one shape of all writers
    del fixed  # it names series alone
    return manifest_text((one.uid for one in lines if one.kind is Kind.HERE), name=manifest_name(at))


_HEAD: Final = (
    "collection", "patient_id", "study_instance_uid", "series_instance_uid", "modality", "image_count", "size",
    "license", "version", "download_url", "held_at",
)  # fmt: skip


def _csv(lines: Sequence[Line], fixed: bool, at: datetime) -> str:  # noqa: FBT001
    del at
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    for one in lines:
        names = (one.collection, one.patient_id, one.study_uid, one.uid)
        here = one.address(fixed=fixed) if one.kind is Kind.HERE else ""
        counted = (one.modality, one.image_count, one.size, one.license, one.version)
        writer.writerow(map(cell, [*names, *counted, here, one.held_at]))
    return out.getvalue()


def _s5cmd(lines: Sequence[Line], fixed: bool, at: datetime) -> str:  # noqa: FBT001
    """One `cp` for each series in a bucket; of a prefix all that lies under it."""
    del fixed, at
    told = ["# s5cmd --no-sign-request run FILE", *_left_out(lines, {Kind.BUCKET}, "not in a bucket")]
    for one in lines:
        if one.kind is Kind.BUCKET:
            source = one.held_at if not one.held_at.endswith("/") else f"{one.held_at}*"
            told.append(f"cp {shlex.quote(source)} {shlex.quote(f'{one.folder}/')}")
    return "".join(f"{line}\n" for line in told)


def _aria2(lines: Sequence[Line], fixed: bool, at: datetime) -> str:  # noqa: FBT001
    """An address for each series, and below it where it goes."""
    del at
    told = ["# aria2c --continue=true --input-file=FILE"]
    told += _left_out(lines, _WITH_ADDRESS, "without an address of HTTP")
    for one in lines:
        if one.kind in _WITH_ADDRESS:
            place = f"  out={one.folder}.zip" if one.kind is Kind.HERE else f"  dir={one.folder}"
            told += [one.address(fixed=fixed), place]
    return "".join(f"{line}\n" for line in told)


def _urls(lines: Sequence[Line], fixed: bool, at: datetime) -> str:  # noqa: FBT001
    del at
    return "".join(f"{one.address(fixed=fixed)}\n" for one in lines if one.kind in _WITH_ADDRESS)


def _left_out(lines: Sequence[Line], kinds: set[Kind] | frozenset[Kind], why: str) -> list[str]:
    """Comments that name the series which a format cannot."""
    left = [one.uid for one in lines if one.kind not in kinds]
    return [f"# {len(left)} series {why}, left out:", *(f"# {uid}" for uid in left)] if left else []


_WITH_ADDRESS: Final = frozenset({Kind.HERE, Kind.WEB})

FORMATS: Final = {
    one.name: one
    for one in (
        Format(
            name="tcia", words="Manifest (.tcia)", about="vesalius get, NBIA Data Retriever, tcia_utils",
            media_type=MEDIA_TYPE, kinds=frozenset({Kind.HERE}), exact=False, write=_tcia,
        ),
        Format(
            name="csv", words="Table (CSV)", about="spreadsheets, scripts, vesalius get",
            media_type="text/csv; charset=utf-8", kinds=frozenset(Kind), exact=True, write=_csv,
        ),
        Format(
            name="s5cmd", words="s5cmd", about="s5cmd run: what other archives hold in buckets",
            media_type="text/plain; charset=utf-8", kinds=frozenset({Kind.BUCKET}), exact=True, write=_s5cmd,
        ),
        Format(
            name="aria2", words="aria2", about="aria2c --input-file: a ZIP of each series",
            media_type="text/plain; charset=utf-8", kinds=_WITH_ADDRESS, exact=True, write=_aria2,
        ),
        Format(
            name="txt", words="Addresses", about="wget --input-file, curl, any program: a ZIP of each series",
            media_type="text/plain; charset=utf-8", kinds=_WITH_ADDRESS, exact=True, write=_urls,
        ),
    )
}  # fmt: skip
