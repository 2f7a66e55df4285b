"""Signing in and out, one's grants and tokens."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from vesalius.access.models import Grant, Person
from vesalius.access.tokens import create_token, revoke_token
from vesalius.deliver.basket import hand_over
from vesalius.errors import BadRequest, NotFound
from vesalius.pages.public.asker import BASKET, basket_owner, person

LIFETIMES = {"30": "30 days", "90": "90 days", "365": "One year"}  # in days
LABEL_LENGTH = 100
DEEDS = {
    Grant.Deed.FIND: "Find",
    Grant.Deed.FETCH: "Find and download",
    Grant.Deed.OWN: "Own: find and download",
}


class SignIn(LoginView):
    """GET and POST /account/login/; the basket of the session goes along."""

    template_name = "public/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, and put what this session chose into the account's basket."""
        before = basket_owner(self.request)
        answer = super().form_valid(form)
        after = basket_owner(self.request)
        if before and after and before != after:
            hand_over(before, after)
            self.request.session.pop(BASKET, None)
        return answer


class SignOut(LogoutView):
    """POST /account/logout/."""


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """GET /account/: what this account may do, and its tokens."""
    return _account(request)


@never_cache
@login_required
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """POST /account/tokens/: a new token, shown this once."""
    known = _person(request)
    days = request.POST.get("days", "90")
    label = request.POST.get("label", "").strip()
    if days not in LIFETIMES or not label or len(label) > LABEL_LENGTH or not label.isprintable():
        raise BadRequest("A token has a name of up to 100 letters and one of the lifetimes of the form.")
    secret = create_token(
        known.name,
        side=settings.VESALIUS_OWN_SIDE,
        by=known.name,
        label=label,
        expires_at=timezone.now() + timedelta(days=int(days)),
    )
    return _account(request, secret=secret)


@login_required
@require_POST
def end_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """POST /account/tokens/ID/revoke/: end a token of one's own."""
    known = _person(request)
    if not known.tokens.filter(pk=token_id).exists():
        raise NotFound("There is no such token.")
    revoke_token(token_id, side=settings.VESALIUS_OWN_SIDE, by=known.name)
    messages.success(request, "The token is revoked; programs that use it are refused from now on")
    return HttpResponseRedirect("/account/")


def _person(request: HttpRequest) -> Person:
    known = person(request)
    assert known is not None
    return known


def _account(request: HttpRequest, secret: str = "") -> HttpResponse:
    known = _person(request)
    now = timezone.now()
    context: dict[str, Any] = {
        "person": known,
        "grants": [
            {
                "grant": grant,
                "what": grant.name or "The whole archive",
                "deed": DEEDS.get(Grant.Deed(grant.deed), grant.get_deed_display()),
                "ended": grant.until is not None and grant.until <= now,
            }
            for grant in known.grants.order_by("scope", "name", "deed")
        ],
        "tokens": [
            {"token": token, "ended": token.expires_at is not None and token.expires_at <= now}
            for token in known.tokens.filter(revoked_at=None).order_by("-pk")
        ],
        "lifetimes": LIFETIMES,
        "secret": secret,
    }
    return render(request, "public/account.html", context)
