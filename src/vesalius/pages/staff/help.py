"""Help of the staff site: what it says about each page, and its guides."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.pages.help import views
from vesalius.pages.help.topics import Topic, Topics

BASE = "base_staff.html"
CURATORS = ("/help/guides/curator/", "Guide for curators")
OPERATORS = ("/help/guides/operator/", "Guide for operators")
SUBMITTERS = ("/help/guides/submitter/", "Guide for sites that send images")

_BY_NAME = {
    "inbox": Topic(
        title="The inbox",
        sentences=(
            (
                "What waits for somebody with your roles stands first, what waits for others below it. Each number "
                "leads to the work that it counts."
            ),
        ),
        links=(CURATORS,),
    ),
    "submissions": Topic(
        title="Submissions",
        sentences=(
            "A submission is one delivery of files to one collection.",
            (
                "No file is lost silently: received = accepted + excluded + duplicate + quarantined + open. Follow "
                "a number to see its files."
            ),
        ),
        links=(CURATORS, SUBMITTERS),
    ),
    "series": Topic(
        title="Review of a series",
        sentences=(
            (
                "Look at the images, the findings and what was done to each element; then accept, or exclude with "
                "a reason. Both can be undone until the release, and every deed is in the audit."
            ),
            "Where pixels may carry text, accepting says that you looked at every image.",
        ),
        keys=(
            ("a", "accepts the series"),
            ("x", "excludes it, once a reason stands in its field"),
            ("u", "undoes the verdict"),
            ("j", "goes to the next series"),
            ("k", "goes to the one before"),
        ),
        links=(CURATORS,),
    ),
    "file": Topic(
        title="One file",
        sentences=(
            (
                "Where the file stands and why. Its name at the sender may identify a patient: it is shown to "
                "PHI reviewers alone, and each view is recorded."
            ),
        ),
        links=(CURATORS,),
    ),
    "releases": Topic(
        title="Releases",
        sentences=(
            (
                "A plan says what a version would change and which gates are still open. Once confirmed, what "
                "was accepted is copied to the archive side and published with the version."
            ),
            "A version never changes. A correction is a new version.",
        ),
        links=(CURATORS,),
    ),
    "recipe": Topic(
        title="The recipe of a collection",
        sentences=(
            (
                "What de-identification does to each element: the profile of DICOM PS3.15 Annex E with the options "
                "chosen here. Another recipe takes effect when series are cleaned again."
            ),
        ),
        links=(CURATORS,),
    ),
    "withdrawal": Topic(
        title="Withdrawal",
        sentences=("It hides series, keeps them, and leaves a notice. It can be taken back.",),
        links=(CURATORS,),
    ),
    "purges": Topic(
        title="Purges",
        sentences=(
            (
                "For identity that was found, or at the request of a patient or a site: hidden at once, and "
                "destroyed in every release after a second person confirms. What is destroyed cannot be brought back."
            ),
        ),
        links=(CURATORS,),
    ),
    "jobs": Topic(
        title="Jobs",
        sentences=(
            (
                "Work that waits, runs or has given up. A job that has given up can be opened once more; it goes "
                "on where it stopped."
            ),
        ),
        links=(OPERATORS,),
    ),
    "audit": Topic(
        title="Audit",
        sentences=("Who did which deed to what, and when; one entry for each deed. It can be had as CSV.",),
        links=(OPERATORS,),
    ),
    "people": Topic(
        title="People",
        sentences=(
            (
                "Accounts of both sites. On this site a role says what kind of work somebody does; on the public site "
                "a grant says which limited data somebody may find and download."
            ),
        ),
        links=(OPERATORS,),
    ),
    "login": Topic(
        title="Sign in",
        sentences=(
            (
                "This site is for the staff of the archive. Its accounts are not those of the public site; "
                "an administrator makes them."
            ),
        ),
    ),
    "help": Topic(
        title="Help",
        sentences=("The ? key opens help about the page that is open. The guides tell more.",),
        links=(CURATORS, OPERATORS, SUBMITTERS),
    ),
}

_PLACES = {
    "": "inbox",
    "submissions/": "submissions",
    "series/": "series",
    "files/": "file",
    "releases/": "releases",
    "releases/<str:name>/recipe/": "recipe",
    "releases/<str:name>/withdraw/": "withdrawal",
    "holdings/": "releases",
    "purges/": "purges",
    "jobs/": "jobs",
    "audit/": "audit",
    "people/": "people",
    "account/login/": "login",
    "help/": "help",
}

TOPICS = Topics(by_name=_BY_NAME, places=_PLACES)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """`/help/`: what each page is for. It shows no data, so it asks for no account."""
    return views.help_page(request, "help/staff.html", TOPICS)


@require_safe
def guide(request: HttpRequest, shelf: str, name: str) -> HttpResponse:
    """GET /help/guides/NAME/, /help/reference/NAME/: one page of either."""
    return views.guide_page(request, shelf, name, BASE)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """`/help/accessibility/`: what these pages hold to, and what they do not reach."""
    return render(request, "help/accessibility.html", {"base": BASE})
