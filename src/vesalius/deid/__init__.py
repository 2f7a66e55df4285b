"""De-identification by PS3.15 Annex E: from (tree, recipe, context) to edits and findings; no database, no clock."""

from vesalius.deid.cleaning import Cleaned, clean
from vesalius.deid.output.edits import Edit, Written, blocks, moved, write
from vesalius.deid.output.facts import header_facts
from vesalius.deid.patient.context import Collected, ContextError, PatientContext, collect, patient_of
from vesalius.deid.patient.identity import DomainKey, Identity, IdentityError
from vesalius.deid.patient.lookup import LookupTable, LookupTableError
from vesalius.deid.recipes.recipe import Recipe
from vesalius.deid.recipes.recipe_file import RecipeError
from vesalius.deid.record import Change, FindingFact, Origin, WordCount

__all__ = [
    "Change",
    "Cleaned",
    "Collected",
    "ContextError",
    "DomainKey",
    "Edit",
    "FindingFact",
    "Identity",
    "IdentityError",
    "LookupTable",
    "LookupTableError",
    "Origin",
    "PatientContext",
    "Recipe",
    "RecipeError",
    "WordCount",
    "Written",
    "blocks",
    "clean",
    "collect",
    "header_facts",
    "moved",
    "patient_of",
    "write",
]
