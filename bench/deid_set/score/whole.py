"""The extended checks on a whole cleaned set: leaks, references, shifts, stamps, conformance, pixels around words."""

import json
import re
import shutil
import subprocess
import tempfile
import unicodedata
import warnings
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pydicom
from bench.deid_set.key import Row
from bench.deid_set.score.actions import Verdict, decoded, pixels_of
from bench.deid_set.score.cleaned import CleanedFile, Maps
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, JPEGBaseline8Bit

EXTENDED: Final = (
    "leak-free files", "references resolve", "one date shift per patient", "stamps", "no new dciodvfy error",
    "pixels around words equal",
)  # fmt: skip
_ENCODINGS: Final = (
    "utf-8", "latin-1", "utf-16-le", "utf-16-be", "iso2022_jp", "euc_jp", "shift_jis", "iso8859_5", "iso8859_7",
    "iso8859_2", "euc_kr", "gb18030",
)  # fmt: skip
_ERROR: Final = re.compile(rb"^Error - (.*)$", re.MULTILINE)
_QUOTED: Final = re.compile(r"value <[^>]*>|= <[^>]*>")
_ROUNDING: Final = 6  # of 255
_ALLOWED_AROUND: Final = 3  # the block of all words may be so many heights of a word larger on each side


@dataclass(frozen=True)
class Pair:
    """A file before and after."""

    row: Row
    before: CleanedFile
    after: CleanedFile


def extended(pairs: list[Pair], traces: dict[str, list[str]]) -> list[Verdict]:
    """Every extended check of every file that came out; a check that does not apply is left out."""
    verdicts: list[Verdict] = []
    for pair in pairs:
        patient = traces[pair.row.patient]
        verdicts += _verdicts("leak-free files", pair, sorted(leaks(pair.after.path, patient)))
        verdicts += _verdicts("stamps", pair, list(_missing_stamps(pair.after.dataset)))
        verdicts += list(_around(pair))
        if shutil.which("dciodvfy"):
            verdicts += _verdicts(
                "no new dciodvfy error", pair, sorted(_errors(pair.after) - _errors(pair.before))
            )
    return verdicts + list(_references(pairs)) + list(_shifts(pairs))


def _verdicts(name: str, pair: Pair, objections: list[str]) -> list[Verdict]:
    return [Verdict(name, "extended", not objections, pair.row.path, "", "", "; ".join(objections[:3]))]


def leaks(path: Path, traces: Iterable[str]) -> set[str]:
    """Which of the traces stand anywhere in the file's bytes, in any encoding that the set uses."""
    data = _bytes(path)
    return {trace for trace in traces if any(form in data for form in _forms(trace))}


def _bytes(path: Path) -> bytes:
    """The file in lower case, inflated where it is deflated (PS3.10 7.1: the meta group's length stands at 140)."""
    data = path.read_bytes()
    if CleanedFile(path).dataset.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        head = 144 + int.from_bytes(data[140:144], "little")
        data = data[:head] + zlib.decompress(data[head:], -15)
    return data.lower()


def _forms(trace: str) -> Iterator[bytes]:
    for text in {trace, unicodedata.normalize("NFD", trace), trace.upper()}:
        for encoding in _ENCODINGS:
            try:
                encoded = text.encode(encoding)
            except UnicodeEncodeError:
                continue
            if len(encoded) >= 4:
                yield encoded.lower()


def _missing_stamps(dataset: Dataset) -> Iterator[str]:
    codes = {item.get("CodeValue") for item in dataset.get("DeidentificationMethodCodeSequence", [])}
    if dataset.get("PatientIdentityRemoved") != "YES":
        yield "0012,0062"
    if not (dataset.get("DeidentificationMethod") or codes):
        yield "0012,0063"
    if "113100" not in codes:
        yield "113100"
    if dataset.get("LongitudinalTemporalInformationModified") not in {"MODIFIED", "REMOVED", "UNMODIFIED"}:
        yield "0028,0303"


def _errors(file: CleanedFile) -> set[str]:
    """The errors that dciodvfy prints of a file, without the values it quotes; it reads no deflated file."""
    with tempfile.TemporaryDirectory() as folder:
        path = file.path
        if file.dataset.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
            path = Path(folder) / "inflated.dcm"
            inflated = pydicom.dcmread(file.path)
            inflated.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            inflated.save_as(path)
        said = subprocess.run(["dciodvfy", path], capture_output=True, check=False)
    errors = _ERROR.findall(said.stderr + said.stdout)
    return {_QUOTED.sub("value", error.decode("latin-1")) for error in errors}


def _around(pair: Pair) -> Iterator[Verdict]:
    """Whether the decoded pixels far from the block of planted words are what they were."""
    boxes = [json.loads(a["action_text"][1:-1]) for a in pair.row.answers if a["action"] == "<pixels_hidden>"]
    if not boxes or "LABEL" in pair.before.dataset.get(
        "ImageType", []
    ):  # nothing of a slide's label need stay
        return
    before, after = decoded(pair.before.path), pixels_of(pair.after)
    if after is None or before.shape != after.shape:
        yield Verdict(
            EXTENDED[5], "extended", passed=False, path=pair.row.path, tag="", wanted="", found="unreadable"
        )
        return
    left, top = (min(box["top_left"][axis] for box in boxes) for axis in (0, 1))
    right, bottom = (max(box["bottom_right"][axis] for box in boxes) for axis in (0, 1))
    margin = _ALLOWED_AROUND * max(box["bottom_right"][1] - box["top_left"][1] for box in boxes)
    far = np.ones(before.shape[1:], dtype=bool)
    far[max(top - margin, 0) : bottom + margin, max(left - margin, 0) : right + margin] = False
    if "OVERVIEW" in pair.before.dataset.get("ImageType", []):  # nor of the ends, at one of which a label is
        end = far.shape[1] * 2 // 5
        far[:, :end] = far[:, -end:] = False
    differing = int((np.abs(before - after.astype(float)) > _tolerance(pair))[:, far].sum())
    yield Verdict(EXTENDED[5], "extended", not differing, pair.row.path, "", "", f"{differing} pixels")


def _tolerance(pair: Pair) -> float:
    """Two decoders of a lossy JPEG may round differently; all else is equal."""
    lossy = pair.before.dataset.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    return _ROUNDING if lossy else 0


def _references(pairs: list[Pair]) -> Iterator[Verdict]:
    """Every reference to a file of the set before refers to that file after."""
    new = {pair.before.dataset.SOPInstanceUID: pair.after.dataset.get("SOPInstanceUID") for pair in pairs}
    for pair in pairs:
        broken = [
            before
            for before, after in _twins(pair.before.dataset, pair.after.dataset)
            if before in new and after != new[before]
        ]
        if any(before in new for before, _ in _twins(pair.before.dataset, pair.after.dataset)):
            yield from _verdicts("references resolve", pair, broken)


def _twins(before: Dataset, after: Dataset) -> Iterator[tuple[str, str | None]]:
    """The instance references at one depth of both files, by place."""
    olds, news = list(_referenced(before, "")), dict(_referenced(after, ""))
    return ((value, news.get(place)) for place, value in olds)


def _referenced(dataset: Dataset, place: str) -> Iterator[tuple[str, str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for element in dataset:
            if element.VR == "SQ" and not element.tag.is_private:
                for index, item in enumerate(element.value):
                    yield from _referenced(item, f"{place}{element.tag}[{index}]")
            elif element.keyword == "ReferencedSOPInstanceUID":
                yield f"{place}{element.tag}", str(element.value)


def _shifts(pairs: list[Pair]) -> Iterator[Verdict]:
    """One verdict for each patient: all dates of all files moved by one number of days, which is not 0."""
    days: dict[str, set[int]] = defaultdict(set)
    for pair in pairs:
        days[pair.row.patient] |= set(_days(pair))
    for patient, moved in days.items():
        right = len(moved) == 1 and moved != {0}
        yield Verdict(EXTENDED[2], "extended", right, patient, "", "", f"{len(moved)} shifts")


def _days(pair: Pair) -> Iterator[int]:
    for answer in pair.row.answers:
        if answer["action"] == "<date_shifted>" and answer["tag_name"] != "<private>":
            new = pair.after.values.get(answer["tag_ds"])
            old = pair.before.values.get(answer["tag_ds"], "")
            if new and re.fullmatch(r"\d{8}.*", new) and re.fullmatch(r"\d{8}.*", old):
                with suppress(ValueError):
                    yield (date.fromisoformat(new[:8]) - date.fromisoformat(old[:8])).days


def maps_of(pairs: list[Pair]) -> Maps:
    """Maps read off the files themselves, for a tool that writes none: what stands where a UID stood.

    The roots speak first, so that a reference must agree with what it refers to.
    """
    uids: dict[str, str] = {}
    patients: dict[str, str] = {}
    for pair in pairs:
        patients.setdefault(str(pair.before.dataset.PatientID), str(pair.after.dataset.get("PatientID", "")))
    for depth in (0, 1):
        for pair in pairs:
            for old, new in _uid_twins(pair, nested=bool(depth)):
                uids.setdefault(old, new)
    return Maps(uids, patients)


def _uid_twins(pair: Pair, *, nested: bool) -> Iterator[tuple[str, str]]:
    for answer in pair.row.answers:
        place = answer["tag_ds"].lower()
        if answer["action"] == "<uid_consistent>" and ("[" in place) == nested:
            new = pair.after.values.get(place)
            if new:
                yield answer["value"][1:-1], new
