"""What hangs on a series, for its page: labels, what a label was drawn on, the study's other series, its dataset."""

from typing import Any, Final

from django.conf import settings

from vesalius.access.permit import Visible
from vesalius.catalog.models import Release, SeriesRevision
from vesalius.catalog.relations import labels_on, neighbours, sources_of
from vesalius.pages.public.addresses import address_of as holding_address
from vesalius.pages.public.images import address_of, thumb
from vesalius.pages.public.wording import series_title

KINDS: Final = {  # modality of a label -> what it is, for people
    "SEG": "Segmentation", "RTSTRUCT": "Contours (RT structure set)", "SR": "Structured report", "RTDOSE": "Dose",
    "RTPLAN": "Treatment plan", "PR": "Presentation state", "KO": "Key images", "ANN": "Annotations",
    "REG": "Registration", "M3D": "Model",
}  # fmt: skip
MOST_NEIGHBOURS: Final = 12  # series of the study whose pictures the page shows


def related(revision: SeriesRevision, release: Release, judged: Visible) -> dict[str, Any]:
    """Values of the template for all that hangs on a series."""
    others = neighbours(revision, judged)
    return {
        "labels": [_told(one) for one in labels_on(revision, judged)],
        "sources": [_told(one) for one in sources_of(revision, judged)],
        "neighbours": [thumb(one, judged, caption=series_title(one)) for one in others[:MOST_NEIGHBOURS]],
        "more_neighbours": max(0, len(others) - MOST_NEIGHBOURS),
        "dataset": _dataset(revision, release),
        "study_address": f"/studies/{revision.series.study.study_instance_uid}/",
        "permanent": f"{settings.VESALIUS.public_url.rstrip('/')}{address_of(revision)}",
    }


def _told(revision: SeriesRevision) -> dict[str, Any]:
    return {
        "address": address_of(revision),
        "title": series_title(revision),
        "kind": KINDS.get(revision.modality, revision.modality),
        "holding": revision.home_download.holding.short_title,
        "holding_address": holding_address(revision.home_download.holding),
        "third_party": revision.third_party,
    }


def _dataset(revision: SeriesRevision, release: Release) -> dict[str, Any]:
    holding = revision.home_download.holding
    return {
        "address": holding_address(holding),
        "name": holding.short_title,
        "title": holding.title,
        "version": release.number,
        "version_address": f"{holding_address(holding)}versions/{release.number}/",
        "license": revision.home_download.license,
        "doi": release.doi,
    }
