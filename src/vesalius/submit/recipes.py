"""The recipe of a collection: its newest version cleans; older ones stay on record."""

import json
from dataclasses import replace

from vesalius import deid
from vesalius.audit.trail import ARCHIVE_ITSELF, record
from vesalius.errors import Conflict
from vesalius.intake.models import PatientMapping, Recipe
from vesalius.settings.routing import on_intake

FIRST = "tcia"  # the built-in recipe that a collection begins with


def current_recipe(collection: str) -> Recipe:
    """The newest recipe of a collection; a collection without one begins with the built-in."""
    found = Recipe.objects.filter(name=collection).order_by("-version").first()
    if found is not None:
        return found
    prefix = collection.replace(" ", "-")[:48] + "-"
    return adopt(collection, replace(deid.Recipe.builtin(FIRST), patient_id_prefix=prefix), ARCHIVE_ITSELF)


def adopt(collection: str, recipe: deid.Recipe, person: str) -> Recipe:
    """Make `recipe` the next version of the collection's; what was cleaned before stays as it is until re-run.

    Conflict for another patient ID prefix or UID root once patients carry the first: one thing has one name.
    """
    with on_intake():
        last = Recipe.objects.filter(name=collection).order_by("-version").first()
        if last is not None and prefix_is_set(collection) and _naming(of_row(last)) != _naming(recipe):
            raise Conflict(
                "patients of this collection carry the prefix of their IDs and the UID root already"
            )
        version = last.version + 1 if last else 1
        named = replace(recipe, name=collection, version=str(version))
        row = Recipe.objects.create(
            name=collection,
            version=version,
            digest=named.digest,
            content=json.loads(named.to_json()),
            created_by=person,
        )
        record(
            "recipe.adopt",
            person=person,
            target_kind="recipe",
            target=f"{collection} {version}",
            detail={"digest": named.digest, "options": sorted(named.options)},
        )
    return row


def prefix_is_set(collection: str) -> bool:
    """Whether any patient of the collection has an ID of ours, so that its prefix stays."""
    return PatientMapping.objects.filter(domain__collection=collection).exclude(domain__key_name="").exists()


def _naming(recipe: deid.Recipe) -> tuple[str, str | None]:
    return recipe.patient_id_prefix, recipe.uid_root


def of_row(row: Recipe) -> deid.Recipe:
    """The recipe that a row holds."""
    return deid.Recipe.from_json(json.dumps(row.content))
