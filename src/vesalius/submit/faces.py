"""Whether a cleaned series shows a face: by its headers first, by its pixels where these leave a doubt."""

from collections.abc import Sequence

from django.conf import settings

from vesalius.deid.faces import may_show_face, sampled_places
from vesalius.intake.models import CleanedSeries, Finding
from vesalius.jobs.dispatch import Work
from vesalius.submit.tasks import CleanedPart, face_in

SENTENCE = (
    "a face could be drawn of these images: say that it was taken out, who may fetch them, or why it may stay"
)


def shows_face(work: Work, parts: Sequence[CleanedPart]) -> bool:
    """Whether a person must say how the face in this series is dealt with; in doubt it is one."""
    files = [one for part in parts for one in part.files if one.blob is not None]
    facts = [one.facts for one in files]
    if not may_show_face(facts):
        return False
    places = sampled_places(facts)
    images = [(facts[at], blob.sha256) for at in places if (blob := files[at].blob) is not None]
    answer: bool = work.hand(face_in, str(settings.VESALIUS.intake_blobs), images).result()
    return answer


def tell_of_face(series: CleanedSeries) -> None:
    """Raise the finding about a face; what a person said of the very same pixels before still holds."""
    finding = Finding(
        submission_id=series.submission_id, series=series, kind=Finding.Kind.FACE, sentence=SENTENCE
    )
    known = Finding.objects.filter(
        kind=Finding.Kind.FACE,
        settled_at__isnull=False,
        series__pixel_digest=series.pixel_digest,
        series__series_instance_uid=series.series_instance_uid,
    ).last()
    if known is not None:
        finding.settled_at, finding.settled_by = known.settled_at, known.settled_by
        finding.settlement, finding.verdict = known.settlement, known.verdict
    finding.save()
