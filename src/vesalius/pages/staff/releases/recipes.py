"""How a collection is de-identified: its recipe, the options of PS3.15 Annex E, and the next version of it."""

from dataclasses import replace
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from vesalius import deid
from vesalius.catalog.models import Holding
from vesalius.errors import NotFound
from vesalius.intake.models import Recipe
from vesalius.pages.staff.door import CURATOR, deed_of, page, page_for, who
from vesalius.submit.recipes import adopt as adopt_recipe
from vesalius.submit.recipes import current_recipe, of_row, prefix_is_set

# The options in the order of PS3.15 Table E.3-1: key, title, what it lets through or cleans.
OPTIONS = (
    ("clean_pixel_data", "Clean Pixel Data", "Text burned into the pixels is found and blanked (E.3.1)."),
    ("retain_safe_private", "Retain Safe Private", "Private elements of the allow-list stay (PS3.15 E.3.10)."),
    ("retain_uids", "Retain UIDs", "UIDs stay as the hospital gave them (E.3.9)."),
    ("retain_device_identity", "Retain Device Identity", "Serial numbers and station names stay (E.3.8)."),
    ("retain_institution_identity", "Retain Institution Identity", "Their names and addresses stay (E.3.11)."),
    ("retain_patient_characteristics", "Retain Patient Characteristics", "Age, sex, size and weight stay (E.3.7)."),
    ("retain_longitudinal_full_dates", "Retain Longitudinal, Full Dates", "Dates stay as they are (E.3.6)."),
    ("retain_longitudinal_modified_dates", "Retain Longitudinal, Modified Dates",
     "All dates of a patient move by the same number of days (E.3.6)."),
    ("clean_descriptors", "Clean Descriptors",
     "Descriptions lose what identifies and words that nobody knows; the rest stays (E.3.5)."),
    ("clean_structured_content", "Clean Structured Content",
     "Reports keep numbers, codes and references; their texts are cleaned item by item (E.3.4)."),
    ("clean_graphics", "Clean Graphics",
     "Annotations stay, their texts as Clean Descriptors says; overlays lose what is written; curves go (E.3.3)."),
)  # fmt: skip


@page_for()
def recipe(request: HttpRequest, name: str) -> HttpResponse:
    """`/releases/NAME/recipe/`: the current recipe, older ones, and the form for the next."""
    _require(name)
    row = current_recipe(name)
    now = of_row(row)
    context = {
        "holding": name,
        "address": f"/releases/{quote(name)}/",
        "row": row,
        "recipe": now,
        "text": now.to_toml(),
        "prefix_is_set": prefix_is_set(name),
        "dispositions": sorted(now.dispositions.items()),
        "options": [
            {"key": key, "title": title, "what": what, "chosen": key in now.options}
            for key, title, what in OPTIONS
        ],
        "older": Recipe.objects.filter(name=name).exclude(pk=row.pk).order_by("-version"),
    }
    return page(request, "recipe.html", context)


@deed_of(CURATOR)
def adopt(request: HttpRequest, name: str) -> HttpResponse:
    """`/releases/NAME/recipe/adopt/`: the chosen options, or the recipe written as text, become the next version."""
    _require(name)
    now = of_row(current_recipe(name))
    text = request.POST.get("text")
    wanted = _chosen(now, request) if text is None else _written(now, text)
    if wanted == now:
        messages.info(request, "Nothing is changed: the current recipe says just that.")
        return redirect(_address(name))
    row = adopt_recipe(name, wanted, who(request))
    messages.success(request, f"Version {row.version} of the recipe cleans from now on.")
    return redirect(_address(name))


def _chosen(now: deid.Recipe, request: HttpRequest) -> deid.Recipe:
    """The current recipe with the options and the prefix of the form."""
    offered = frozenset(key for key, *_ in OPTIONS)
    chosen = offered & frozenset(request.POST.getlist("option")) | now.options - offered
    prefix = request.POST.get("prefix", now.patient_id_prefix).strip()
    return replace(now, options=chosen, patient_id_prefix=prefix)


def _written(now: deid.Recipe, text: str) -> deid.Recipe:
    """The recipe that was written as TOML; name and version are the archive's. RecipeError names the line."""
    return replace(deid.Recipe.from_toml(text), name=now.name, version=now.version)


def _require(name: str) -> None:
    if not Holding.objects.filter(short_title=name).exists():
        raise NotFound("There is no such dataset.")


def _address(name: str) -> str:
    return f"/releases/{quote(name)}/recipe/"
