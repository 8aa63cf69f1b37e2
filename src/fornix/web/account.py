"""My account: who I am here, my projects and why, my API tokens, my password."""

from __future__ import annotations

import secrets
from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fornix.access.accounts import NewToken, create_token, revoke_token
from fornix.access.actors import Actor
from fornix.access.passwords import change_password
from fornix.catalog.places import places
from fornix.errors import Invalid
from fornix.http.actors import person_at_pages, person_of
from fornix.http.paging import Links, Sorting, window_of
from fornix.models import ApiToken
from fornix.web.form_targets import form_target

PLACES = Sorting(("code",), default="code")
LONGEST = timedelta(days=3660)
SENT = "token_forms"  # in the log-in's session: the forms that made a token, so that none makes two
SENT_KEPT = 20
FORM_LENGTH = 32
SENT_BEFORE = (
    "This form was sent before, and has made its token then; no second one was made. "
    "A secret is shown only once: if you have not noted it, revoke that token and make another."
)


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """My account."""
    return _page(request, person_of(request))


@form_target("account")
def create(request: HttpRequest) -> HttpResponse:
    """Makes a token; the answer shows its secret, this once. The same form sent again makes no other."""
    actor = person_at_pages(request)
    now = timezone.now()
    form = request.POST.get("form", "")[:FORM_LENGTH]
    sent: list[str] = request.session.get(SENT, [])
    if form in sent:
        return _page(request, actor, token_problem=SENT_BEFORE, status=409)
    try:
        expires_at = _end_of(request.POST.get("expires_on", ""), now)
        made = create_token(actor, name=request.POST.get("name", ""), at=now, expires_at=expires_at)
    except Invalid as error:
        return _page(request, actor, token_problem=str(error), status=400)
    if form:
        request.session[SENT] = [*sent, form][-SENT_KEPT:]
    return _page(request, actor, made=made)


@form_target("account")
def revoke(request: HttpRequest) -> HttpResponse:
    """Ends a token."""
    actor = person_at_pages(request)
    revoke_token(actor, request.POST.get("alias", "").replace("\0", ""), at=timezone.now())
    messages.success(request, "The token is revoked. Scripts that use it get 401 from now on.")
    return redirect("account")


@form_target("account")
def password(request: HttpRequest) -> HttpResponse:
    """Changes the password; other browsers are logged out by that."""
    actor = person_at_pages(request)
    try:
        if request.POST.get("new", "") != request.POST.get("repeated", ""):
            raise Invalid("The new password was not the same twice.")
        changed = change_password(
            actor, current=request.POST.get("current", ""), new=request.POST.get("new", ""), at=timezone.now()
        )
    except Invalid as error:
        return _page(request, actor, password_problem=str(error), status=400)
    update_session_auth_hash(request, changed)
    messages.success(request, "The password is changed. Other browsers are logged out.")
    return redirect("account")


def _end_of(written: str, now: datetime) -> datetime | None:
    """The end of the day that was typed in; None when nothing was."""
    if not written:
        return None
    try:
        on = date.fromisoformat(written)
    except ValueError:
        raise Invalid("A day is written like 2027-03-31.") from None
    if not now.date() <= on <= now.date() + LONGEST:
        raise Invalid("A token ends today or later, and within ten years.")
    return timezone.make_aware(datetime.combine(on, time(23, 59, 59)))


def _page(
    request: HttpRequest,
    actor: Actor,
    *,
    made: NewToken | None = None,
    token_problem: str = "",
    password_problem: str = "",
    status: int = 200,
) -> HttpResponse:
    window = window_of(request, PLACES)
    context = {
        "account": actor.account,
        "places": places(actor, window),
        "links": Links(reverse("account"), window, PLACES),
        "tokens": list(ApiToken.objects.filter(account=actor.account).order_by("-created_at", "-pk")),
        "now": timezone.now(),
        "made": made,
        "form": secrets.token_hex(FORM_LENGTH // 2),
        "token_problem": token_problem,
        "password_problem": password_problem,
    }
    return render(request, "account.html", context, status=status)
