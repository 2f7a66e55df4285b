"""The whole set: a plan for each subject, files on disk, and their key."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from bench.deid_set.key import write_key
from bench.deid_set.make import images, objects, plans
from bench.deid_set.make.people import people
from bench.deid_set.make.phrases import Half
from bench.deid_set.make.subject import Subject
from bench.deid_set.planting import Planted
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID


def _oncology(subject: Subject) -> None:
    stack = images.ct(subject, 3)
    outlined = objects.structures(subject, stack)
    plans.dose(subject, plans.plan(subject, outlined), outlined)
    objects.segmentation(subject, stack)
    objects.report(subject, stack)
    objects.selection(subject, stack)
    objects.presentation(subject, stack)
    objects.document(subject)


def _neurology(subject: Subject) -> None:
    stack = images.mr(subject, 4)
    objects.segmentation(subject, stack)
    objects.presentation(subject, stack)
    images.capture(subject, words=True)
    images.capture(subject, words=False)
    objects.report(subject, stack)


def _radiography(subject: Subject) -> None:
    taken = [
        images.projection(subject, modality, words=words)
        for modality in ("CR", "DX", "MG")
        for words in (True, False)
    ]
    objects.report(subject, taken)
    objects.selection(subject, taken)


def _nuclear(subject: Subject) -> None:
    anatomy, activity = images.ct(subject, 2), images.pt(subject, 3)
    objects.registration(subject, anatomy)
    outlined = objects.structures(subject, activity)
    plans.plan(subject, outlined)
    objects.segmentation(subject, activity)
    images.nuclear(subject)
    images.capture(subject, words=True)


def _sonography(subject: Subject) -> None:
    still = images.ultrasound(subject, frames=1, syntax="explicit")
    images.ultrasound(subject, frames=1, syntax="jpeg")
    images.ultrasound(subject, frames=3, syntax="rle" if subject.hard else "jpeg")
    objects.report(subject, [still])
    images.projection(subject, "DX", words=False)


def _pathology(subject: Subject) -> None:
    tissue = images.slide(subject)
    objects.selection(subject, tissue[:1])
    stack = images.ct(subject, 2)
    objects.segmentation(subject, stack)
    objects.document(subject)


_PLANS: Final[tuple[Callable[[Subject], None], ...]] = (
    _oncology, _sonography, _radiography, _neurology, _pathology, _nuclear,
)  # fmt: skip


def make_set(folder: Path, *, seed: int, subjects: int, hard: bool, half: Half = "held-out") -> list[Planted]:
    """Write `files/`, `key.db` and `traces.json` (what may stand in no output, by patient) under `folder`.

    half: of the phrases; whoever mends the cleaner looks at the other one.
    """
    rng = np.random.default_rng([seed, hard])
    made: list[Planted] = []
    start = int(rng.integers(len(_PLANS)))
    for index, person in enumerate(people(rng, subjects, hard=hard)):
        subject = Subject(rng, person, index, half, hard=hard)
        _PLANS[(start + index) % len(_PLANS)](subject)
        made += subject.files
    for file in made:
        write_file(file, folder / "files")
    write_key(folder / "key.db", made)
    traces = {file.person.patient_id: sorted(file.person.traces) for file in made}
    (folder / "traces.json").write_text(json.dumps(traces, ensure_ascii=False))
    return made


def write_file(file: Planted, folder: Path) -> None:
    """Write the file as a device would: with the name of a machine of the hospital in its head."""
    dataset, syntax = file.dataset, UID(file.syntax)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    meta.SourceApplicationEntityTitle = "HOSPITALCT1"
    dataset.file_meta = meta
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
