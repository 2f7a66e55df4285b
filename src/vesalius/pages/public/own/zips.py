"""Everything of a study, a patient, a dataset or a basket as one ZIP."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from vesalius.catalog.models import Download, SeriesRevision
from vesalius.catalog.visible import (
    current_revisions,
    fetchable,
    findable,
    holding_of,
    patient_of,
    study_of,
    supporting_files,
)
from vesalius.deliver import basket
from vesalius.deliver.fetch_many import send_many
from vesalius.deliver.files_zip import send_files
from vesalius.deliver.many_zip import ORDER
from vesalius.dicom.disk_names import disk_name
from vesalius.errors import NotAllowed, NotFound
from vesalius.pages.public.asker import basket_owner, person, visible
from vesalius.pages.public.own.mixed import citations_bibtex, citations_text, file_papers, metadata_csv

NOTHING = "There is nothing to download."
EMPTY = "The basket holds no series that this account may download."


@require_safe
def study_zip(request: HttpRequest, uid: str) -> HttpResponseBase:
    """GET /studies/UID/download/: the series of a study."""
    study = study_of(uid, visible(request))
    return send_zip(request, current_revisions().filter(series__study=study), uid)


@require_safe
def patient_zip(request: HttpRequest, collection: str, patient_id: str) -> HttpResponseBase:
    """GET /patients/COLLECTION/ID/download/: the series of a patient."""
    patient = patient_of(collection, patient_id, visible(request))
    name = f"{collection}-{patient_id}"
    return send_zip(request, current_revisions().filter(series__study__patient=patient), name)


@require_safe
def holding_zip(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    """GET .../NAME/download/?download=TITLE: the series of a dataset; series or files of a row of its table."""
    holding = holding_of(name, visible(request))
    if holding.kind != kind:
        raise NotFound("There is no such dataset.")
    title = request.GET.get("download", "")
    row = holding.downloads.filter(title=title, kind=Download.Kind.FILES).first()
    if row:
        return _files_zip(request, row, f"{name}-{title}")
    revisions = current_revisions().filter(home_download__holding=holding)
    if title:
        revisions = revisions.filter(home_download__title=title)
    return send_zip(request, revisions, f"{name}-{title}" if title else name)


@require_safe
def basket_zip(request: HttpRequest) -> HttpResponseBase:
    """GET /basket/download/: what lies in the basket."""
    owner, judged = basket_owner(request), visible(request)
    if not owner or not fetchable(basket.chosen(owner, judged), judged).exists():
        raise NotFound(EMPTY)
    return send_zip(request, basket.chosen(owner, judged), "basket")


def _files_zip(request: HttpRequest, row: Download, name: str) -> HttpResponseBase:
    judged, release = visible(request), row.holding.current_release
    if release is None or row.pk not in judged.findable | judged.fetchable:
        raise NotFound(NOTHING)
    files = supporting_files(release, frozenset({row.pk}))
    if not files.exists():
        raise NotFound(NOTHING)
    if row.pk not in judged.fetchable:
        raise NotAllowed("These files may be found, but not be fetched with this account.")
    papers = file_papers(files, judged)
    return send_files(
        request, list(files), person=person(request), filename=f"{disk_name(name)}.zip", papers=papers
    )


def send_zip(
    request: HttpRequest,
    revisions: QuerySet[SeriesRevision],
    name: str,
    cited: Mapping[str, str] | None = None,
) -> HttpResponseBase:
    """The answer that sends those of these revisions that the asker may find and fetch, as `name`.zip.

    cited: papers that say how to cite them, where that is not as the datasets stand now.
    NotFound: none of them may be found. NotAllowed: none may be fetched. TooMuchForOneZip.
    """
    judged = visible(request)
    found = findable(revisions, judged)
    allowed = fetchable(found, judged).order_by(*ORDER)
    if not found.exists():
        raise NotFound(NOTHING)
    if not allowed.exists():
        raise NotAllowed("These series may be found, but not be fetched with this account.")
    cited = cited or {
        "citations.txt": citations_text(allowed, judged),
        "citations.bib": citations_bibtex(allowed, judged),
    }
    papers = {**cited, "metadata.csv": metadata_csv(allowed)}
    return send_many(
        request, allowed, person=person(request), filename=f"{disk_name(name)}.zip", papers=papers
    )
