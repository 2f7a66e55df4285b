"""The forms of those who own lists: make one, change it, say who may read it, delete it."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from vesalius.access.models import Grant, Person
from vesalius.access.people import grant, take_back
from vesalius.catalog.models import SharedList
from vesalius.deliver import basket
from vesalius.deliver.lists import keeping
from vesalius.deliver.lists.drift import drift
from vesalius.deliver.lists.keeping import MOST_SERIES, About
from vesalius.errors import BadRequest, NotAllowed, NotFound, TooLarge
from vesalius.pages.public.asker import owner_of, person, visible
from vesalius.pages.public.lists.reading import read
from vesalius.pages.public.own.searches import question_in, words
from vesalius.pages.templatetags.words import count
from vesalius.search.find import total, values
from vesalius.search.query import Query, identifiers_in

Series = dict[str, str]  # UID -> digest of the revision
UID = basket.UID


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """GET /lists/new/ is the form, of `from`: basket, search (its question in `query`), list (in `list`), or paste.

    POST makes the list.
    """
    if request.method == "GET":
        return render(request, "public/list_new.html", _source(request))
    series = _chosen(request)
    made = keeping.make(
        _owner(request).name, request.POST.get("name", "").strip(), _about(request), series,
        public=request.POST.get("public") == "yes",
    )  # fmt: skip
    messages.success(request, f"The list holds {count(len(series))} series, fixed as they stand now")
    return _to(made)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, name: str) -> HttpResponse:
    """GET /lists/NAME/change/ is the form; POST does a `deed` of DEEDS, and makes the next version."""
    shared = _own(request, name)
    if request.method == "GET":
        return render(request, "public/list_change.html", _changing(request, shared))
    deed = DEEDS.get(request.POST.get("deed", ""))
    if deed is None:
        raise BadRequest(f"A list is changed by {', '.join(DEEDS)}.")
    held = dict(shared.items.values_list("series_instance_uid", "digest"))
    about, series = deed(request, shared, held)
    if series == held and (about.title, about.description) == (shared.title, shared.description):
        messages.info(request, "This changes nothing: no version was made")
        return _to(shared)
    made = keeping.next_version(shared.owner, name, about, series)
    messages.success(request, f"This is version {made.version}; the one before it stays as it was")
    return _to(made)


@login_required
@require_POST
def access(request: HttpRequest, name: str) -> HttpResponse:
    """POST /lists/NAME/access/: `public` is yes or no; `reader` names an account that may read it, or `without`."""
    shared = _own(request, name)
    form = request.POST
    if form.get("public") in {"yes", "no"}:
        keeping.set_public(shared.owner, name, public=form["public"] == "yes")
        messages.success(
            request, "Everybody may read the list" if form["public"] == "yes" else "The list is private"
        )
    elif reader := form.get("reader", "").strip():
        grant(reader, Grant.Scope.LIST, name, Grant.Deed.FIND, **_given(shared))
        messages.success(
            request, f"{reader} may read the list; of its series they see those that they may find"
        )
    elif reader := form.get("without", "").strip():
        take_back(reader, Grant.Scope.LIST, name, Grant.Deed.FIND, **_given(shared))
        messages.success(request, f"{reader} may not read the list any more")
    else:
        raise BadRequest("Say who may read the list.")
    return HttpResponseRedirect(f"{_place(shared)}change/")


@login_required
@require_POST
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """POST /lists/NAME/delete/: its page says from then on that it was deleted."""
    shared = _own(request, name)
    keeping.delete(shared.owner, name)
    messages.success(request, f"The list “{shared.title}” is deleted; its page says so")
    return HttpResponseRedirect("/lists/")


def _about_it(request: HttpRequest, shared: SharedList, held: Series) -> tuple[About, Series]:
    del shared
    return _about(request), held


def _from_basket(request: HttpRequest, shared: SharedList, held: Series) -> tuple[About, Series]:
    return _as_it_was(shared), _of_basket(request) | held


def _pasted_too(request: HttpRequest, shared: SharedList, held: Series) -> tuple[About, Series]:
    return _as_it_was(shared), _of_identifiers(request) | held


def _without(request: HttpRequest, shared: SharedList, held: Series) -> tuple[About, Series]:
    gone = {*identifiers_in(request.POST.get("uids", "")), *_of_identifiers(request, strict=False)}
    return _as_it_was(shared), {uid: digest for uid, digest in held.items() if uid not in gone}


def _current(request: HttpRequest, shared: SharedList, held: Series) -> tuple[About, Series]:
    del held
    return _as_it_was(shared), drift(shared, visible(request)).current


DEEDS: Mapping[str, Callable[[HttpRequest, SharedList, Series], tuple[About, Series]]] = {
    "about": _about_it,
    "basket": _from_basket,
    "add": _pasted_too,
    "take-out": _without,
    "current": _current,
}


def _chosen(request: HttpRequest) -> Series:
    """What the form was made of: the basket, an answer, another list as it stands now, or what was pasted."""
    match request.POST.get("from", ""):
        case "basket":
            return _of_basket(request)
        case "search":
            query = question_in(request.POST.get("query", ""))
            _check_size(total(query, visible(request)).series_count)
            return dict(values(query, visible(request), UID, "digest"))
        case "list":
            return drift(_readable(request, request.POST.get("list", "")), visible(request)).current
        case _:
            return _of_identifiers(request)


def _of_basket(request: HttpRequest) -> Series:
    rows = basket.chosen(owner_of(_owner(request)), visible(request))
    return dict(rows.values_list(UID, "digest"))


def _of_identifiers(request: HttpRequest, *, strict: bool = True) -> Series:
    """The series of pasted Series, Study or Patient identifiers, as they stand now."""
    identified = identifiers_in(request.POST.get("uids", ""))
    query = Query(identified=identified)
    if not identified or not (found := total(query, visible(request)).series_count):
        if strict:
            raise NotFound("None of this names a series of this archive that you may find.")
        return {}
    _check_size(found)
    return dict(values(query, visible(request), UID, "digest"))


def _check_size(number: int) -> None:
    if number > MOST_SERIES:
        raise TooLarge(f"A list holds at most {MOST_SERIES:,} series, and these are {number:,}.")


def _source(request: HttpRequest) -> dict[str, Any]:
    """What the form says that the list will hold."""
    given, judged = request.GET, visible(request)
    told: dict[str, Any] = {"from": given.get("from", "paste"), "query": "", "list": ""}
    match told["from"]:
        case "basket":
            held = basket.sums(owner_of(_owner(request)), judged).count
            return told | {"number": held, "words": "what lies in your basket"}
        case "search":
            query = question_in(given.get("query", ""))
            found = total(query, judged).series_count
            return told | {"query": query.url(), "number": found, "words": f"the answer to {words(query)}"}
        case "list":
            shared = _readable(request, given.get("list", ""))
            number = len(drift(shared, judged).current)
            told |= {"list": shared.name, "title": shared.title, "description": shared.description}
            return told | {"number": number, "words": f"what is current of the list {shared.name}"}
        case _:
            return {"from": "paste"}


def _changing(request: HttpRequest, shared: SharedList) -> dict[str, Any]:
    readers = Person.objects.filter(grants__scope=Grant.Scope.LIST, grants__name=shared.name)
    return {
        "list": shared,
        "place": _place(shared),
        "basket_count": len(_of_basket(request)),
        "drift": drift(shared, visible(request)),
        "readers": sorted(readers.values_list("name", flat=True)),
    }


def _readable(request: HttpRequest, name: str) -> SharedList:
    return read(request, name).shared


def _own(request: HttpRequest, name: str) -> SharedList:
    """The newest version of a list of one's own."""
    shared = keeping.list_of(name, _owner(request))
    if shared.owner != _owner(request).name:
        raise NotAllowed("Only the owner of a list changes it.")
    if shared.removed_at is not None:
        raise NotFound(keeping.NO_LIST)
    return shared


def _owner(request: HttpRequest) -> Person:
    known = person(request)
    assert known is not None
    return known


def _given(shared: SharedList) -> dict[str, Any]:
    return {"side": settings.VESALIUS_OWN_SIDE, "by": shared.owner}


def _about(request: HttpRequest) -> About:
    return About(title=request.POST.get("title", ""), description=request.POST.get("description", ""))


def _as_it_was(shared: SharedList) -> About:
    return About(title=shared.title or shared.name, description=shared.description)


def _place(shared: SharedList) -> str:
    return f"/lists/{quote(shared.name, safe='')}/"


def _to(shared: SharedList) -> HttpResponseRedirect:
    return HttpResponseRedirect(_place(shared))
