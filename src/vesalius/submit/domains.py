"""Identity domains: one random key per (site, collection), in a file that only the intake side can read."""

from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from vesalius.audit.trail import ARCHIVE_ITSELF, record
from vesalius.catalog.models import Holding
from vesalius.deid import DomainKey, Identity, LookupTable
from vesalius.errors import Conflict, Misconfigured, NotFound
from vesalius.intake.models import Finding, IdentityDomain, Site, Submission, SubmittedFile
from vesalius.intake.steps import Step
from vesalius.jobs.queue import enqueue
from vesalius.settings.keys import key_in
from vesalius.settings.routing import on_intake
from vesalius.submit.recipes import current_recipe, of_row


def domain_of(submission: Submission) -> IdentityDomain:
    """The domain of a submission; for identifiable data its key is made at the first use."""
    keyed = submission.origin == Submission.Origin.IDENTIFIABLE
    return make_domain(submission.site, submission.collection, keyed=keyed)


def domain_at(site: str, collection: str) -> IdentityDomain:
    """The domain, with a key, of a site by its name. NotFound without such a collection."""
    if not Holding.objects.filter(short_title=collection).exists():
        raise NotFound("there is no such collection; make it first with `vesalius collection create`")
    with on_intake():
        sender, _ = Site.objects.get_or_create(name=site)
    return make_domain(sender, collection, keyed=True)


def make_domain(site: Site, collection: str, *, keyed: bool) -> IdentityDomain:
    """The domain of a site and a collection, made at its first use; `keyed`: with a key."""
    with on_intake():
        domain, made = IdentityDomain.objects.get_or_create(site=site, collection=collection)
        if keyed and not domain.key_name:
            domain.key_name = f"domain-{domain.pk}.key"
            domain.fingerprint = DomainKey(key_in(_key_path(domain))).fingerprint
            domain.save(update_fields=["key_name", "fingerprint"])
        if made:
            record(
                "domain.make",
                person=ARCHIVE_ITSELF,
                target_kind="domain",
                target=str(domain.pk),
                detail={"fingerprint": domain.fingerprint},
            )
    return domain


def identity_of(domain: IdentityDomain) -> Identity:
    """What a domain answers. The hands get a key derived from the stored one, never that itself.

    Misconfigured when the key file is gone; Conflict when it is not the key that the domain began with.
    """
    if not domain.key_name:  # a site's own domain: nothing is remapped here, so no key speaks for it
        return Identity(key=DomainKey(bytes(32)), site=domain.site.name)
    try:
        key = DomainKey(_key_path(domain).read_bytes())
    except FileNotFoundError as error:
        raise Misconfigured(
            "the key file of an identity domain is gone; restore it from the backup"
        ) from error
    if key.fingerprint != domain.fingerprint:
        raise Conflict("the key file of an identity domain is not the one that it began with")
    return Identity(
        key=DomainKey(key.derive("identity")),
        site=domain.site.name,
        lookup={_patient(name): new for name, new in domain.lookup.items()},
        same={_patient(name): _patient(told["same_as"]) for name, told in domain.corrections.items()},
        events={_patient(name): day for name, day in domain.events.items()},
    )


def take_lookup(domain: IdentityDomain, table: LookupTable, person: str) -> int:
    """Let a lookup table name the patients of a domain, in place of the one before; how many it names.

    LookupTableError with the lines for a table that nobody can follow. Conflict where a patient whose images are here
    would get another ID or other dates.
    """
    recipe = of_row(current_recipe(domain.collection))
    with on_intake():
        domain = IdentityDomain.objects.select_for_update().select_related("site").get(pk=domain.pk)
        before = identity_of(domain).named_by(recipe)
        after = replace(before, lookup={}, same={}, events={}).looked_up(table, recipe)
        for patient in domain.patients.values_list("issuer", "original_id"):
            if _names(before, patient) != _names(after, patient):
                raise Conflict("a patient whose images are here would get another ID, or other dates")
        domain.lookup = {_name(patient): new for patient, new in after.lookup.items()}
        domain.corrections = {
            _name(patient): {"same_as": _name(told.same_as), "reason": told.reason, "by": person}
            for patient, told in table.corrections().items()
        }
        domain.events = {_name(patient): day for patient, day in after.events.items()}
        domain.save(update_fields=["lookup", "corrections", "events"])
        counts = {name: len(getattr(domain, name)) for name in ("lookup", "corrections", "events")}
        record("domain.lookup", person=person, target_kind="domain", target=str(domain.pk), detail=counts)
        _look_again(domain, person)
    return len(domain.lookup)


def _look_again(domain: IdentityDomain, person: str) -> None:
    """Inspect anew the files whose patients the table before did not name."""
    open_ones = Finding.objects.filter(
        kind=Finding.Kind.LOOKUP,
        settled_at=None,
        submission__site=domain.site,
        submission__collection=domain.collection,
    )
    submissions = set(open_ones.values_list("submission", flat=True))
    files = SubmittedFile.objects.filter(findings__in=open_ones, step=Step.QUARANTINED)
    SubmittedFile.objects.filter(pk__in=list(files.values_list("pk", flat=True))).update(
        step=Step.RECEIVED, reason=""
    )
    open_ones.update(
        settled_at=timezone.now(), settled_by=person, settlement="sought in the table that came after"
    )
    Submission.objects.filter(pk__in=submissions, state=Submission.State.READY).update(
        state=Submission.State.CLOSED
    )
    for submission in sorted(submissions):
        enqueue("inspect-submission", {"submission": submission}, key=str(submission), priority=10)


def _names(identity: Identity, patient: tuple[str, str]) -> tuple[str, int]:
    return identity.patient_id(*patient), identity.day_offset(*patient)


def _patient(name: str) -> tuple[str, str]:
    issuer, _, original = name.partition("\t")
    return issuer, original


def _name(patient: tuple[str, str]) -> str:
    return "\t".join(patient)


def _key_path(domain: IdentityDomain) -> Path:
    return Path(settings.VESALIUS.intake_folder) / "keys" / domain.key_name
