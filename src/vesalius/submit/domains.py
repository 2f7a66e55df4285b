"""Identity domains: one random key per (site, collection), in a file that only the intake side can read."""

from pathlib import Path

from django.conf import settings

from vesalius.audit.trail import ARCHIVE_ITSELF, record
from vesalius.deid import DomainKey, Identity
from vesalius.errors import Conflict, Misconfigured
from vesalius.intake.models import IdentityDomain, Submission
from vesalius.settings.keys import key_in
from vesalius.settings.routing import on_intake


def domain_of(submission: Submission) -> IdentityDomain:
    """The domain of a submission; for identifiable data its key is made at the first use."""
    with on_intake():
        domain, made = IdentityDomain.objects.get_or_create(
            site=submission.site, collection=submission.collection
        )
        if submission.origin == Submission.Origin.IDENTIFIABLE and not domain.key_name:
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
    lookup = {tuple(name.split("\t", 1)): new for name, new in domain.lookup.items()}  # "issuer\toriginal"
    return Identity(key=DomainKey(key.derive("identity")), site=domain.site.name, lookup=lookup)


def _key_path(domain: IdentityDomain) -> Path:
    return Path(settings.VESALIUS.intake_folder) / "keys" / domain.key_name
