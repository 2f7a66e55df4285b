"""Measurement reports (PS3.16 TID 1500) of what was segmented."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import highdicom.sr as hd
import numpy as np
from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset

from vesalius.demo.headers import Code
from vesalius.demo.labels import measures, workstation
from vesalius.demo.labels.seg import Segment, concept
from vesalius.demo.labels.workstation import Label, finish, plain

_LENGTH: Final = CodedConcept("103339001", "SCT", "Long Axis")
_VOLUME: Final = CodedConcept("118565006", "SCT", "Volume")
_MM: Final = CodedConcept("mm", "UCUM", "millimeter")
_ML: Final = CodedConcept("ml", "UCUM", "milliliter")
_ENGLISH: Final = CodedConcept("en", "RFC5646", "English")
_PERSON: Final = CodedConcept("121006", "DCM", "Person")
_DEVICE: Final = CodedConcept("121007", "DCM", "Device")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """One segment of a segmentation, as it is measured and named in the report."""

    segment: Segment
    number: int  # within the segmentation, from 1
    time_point: str = ""


def measurement_report(
    sources: Sequence[Dataset], seg: Dataset, lesions: Sequence[Lesion], procedure: Code, label: Label
) -> Dataset:
    """Longest axial diameter (mm, with its slice) and volume (ml) of each lesion, by a person at the workstation.

    The report's evidence is the segmentation and those of its images that show a lesion.
    """
    seen = np.any([lesion.segment.mask.any(axis=(1, 2)) for lesion in lesions], axis=0)
    shown = [plain(source) for source, here in zip(sources, seen, strict=True) if here]
    content = hd.MeasurementReport(
        observation_context=_context(sources),
        procedure_reported=concept(procedure),
        imaging_measurements=[_group(sources, seg, lesion) for lesion in lesions],
        title=CodedConcept("126000", "DCM", "Imaging Measurement Report"),
        language_of_content_item_and_descendants=hd.LanguageOfContentItemAndDescendants(_ENGLISH),
    )
    made = hd.Comprehensive3DSR(
        evidence=[*shown, plain(seg)],
        content=content[0],
        series_instance_uid=label.series_uid(sources[0]),
        series_number=label.number,
        sop_instance_uid=label.sop_uid(sources[0]),
        instance_number=1,
        manufacturer=workstation.MAKER,
        is_complete=True,
        is_final=True,
    )
    return finish(made, sources, label)


def _context(sources: Sequence[Dataset]) -> hd.ObservationContext:
    site = str(sources[0].InstitutionName)
    return hd.ObservationContext(
        observer_person_context=hd.ObserverContext(
            _PERSON,
            hd.PersonObserverIdentifyingAttributes(workstation.reader(sources), organization_name=site),
        ),
        observer_device_context=hd.ObserverContext(
            _DEVICE,
            hd.DeviceObserverIdentifyingAttributes(
                f"{sources[0].StudyInstanceUID}.990",
                manufacturer_name=workstation.MAKER,
                model_name=workstation.MODEL,
            ),
        ),
    )


def _group(
    sources: Sequence[Dataset], seg: Dataset, lesion: Lesion
) -> hd.VolumetricROIMeasurementsAndQualitativeEvaluations:
    segment = lesion.segment
    index, ends = measures.longest_diameter(segment.mask)
    shown = [source for source, slice_ in zip(sources, segment.mask, strict=True) if slice_.any()]
    return hd.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.TrackingIdentifier(segment.tracking_uid, segment.tracking_id),
        referenced_segment=hd.ReferencedSegment(
            seg.SOPClassUID,
            seg.SOPInstanceUID,
            lesion.number,
            source_images=[
                hd.SourceImageForSegmentation(source.SOPClassUID, source.SOPInstanceUID) for source in shown
            ],
        ),
        finding_category=concept(segment.category),
        finding_type=concept(segment.kind),
        finding_sites=[hd.FindingSite(concept(segment.site))] if segment.site else None,
        time_point_context=hd.TimePointContext(lesion.time_point) if lesion.time_point else None,
        measurements=[
            hd.Measurement(
                _LENGTH,
                round(measures.length_mm(ends, sources[index]), 1),
                _MM,
                referenced_images=[_measured_on(sources[index])],
            ),
            hd.Measurement(_VOLUME, round(measures.volume_ml(segment.mask, sources), 2), _ML),
        ],
    )


def _measured_on(source: Dataset) -> hd.SourceImageForMeasurement:
    return hd.SourceImageForMeasurement(source.SOPClassUID, source.SOPInstanceUID)
