"""Credentials for programs: shown once, kept as a digest, good until they expire or are revoked."""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from vesalius.access.models import Person, Token
from vesalius.audit.trail import record
from vesalius.errors import BadInput, NotFound
from vesalius.settings.routing import Side, alias_of, on

PREFIX = "vsl_"  # by which scanners for leaked secrets know one
SECRET_BYTES = 32


def create_token(
    person: str, *, side: Side, by: str, label: str = "", expires_at: datetime | None = None
) -> str:
    """A new token of an account of `side`, which nobody can read again; NotFound without the account."""
    if expires_at is not None and expires_at <= timezone.now():
        raise BadInput("A token cannot have expired before it is made.")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with on(side):
        owner = Person.objects.using(alias_of(side)).filter(name=person, is_active=True).first()
        if owner is None:
            raise NotFound("There is no such account.")
        token = owner.tokens.create(digest=_digest(secret), label=label, expires_at=expires_at)
        record("token.create", person=by, target_kind="token", target=_name(token), detail={"label": label})
    return secret


def person_with(secret: str, *, side: Side | None = None) -> Person | None:
    """The active person who holds this token, on the side of this process unless named; None for any other."""
    token = token_with(secret, side=side)
    return token.person if token else None


def token_with(secret: str, *, side: Side | None = None) -> Token | None:
    """The good token of this secret, with its active person; None for any other."""
    alias = alias_of(side or settings.VESALIUS_OWN_SIDE)
    good = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    tokens = Token.objects.using(alias).filter(good, digest=_digest(secret), person__is_active=True)
    return tokens.select_related("person").first()


def revoke_token(token_id: int, *, side: Side, by: str) -> None:
    """End a token; revoking twice changes nothing. NotFound without it."""
    with on(side):
        token = Token.objects.using(alias_of(side)).select_related("person").filter(pk=token_id).first()
        if token is None:
            raise NotFound("There is no such token.")
        if token.revoked_at is None:
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
            record("token.revoke", person=by, target_kind="token", target=_name(token))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _name(token: Token) -> str:
    return f"{token.person.name}/{token.pk}"
