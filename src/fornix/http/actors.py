"""Who asks, by a request: the person of a session cookie, else the owner of an API token, else a stranger.

Passwords are taken by the log-in form alone, where wrong ones are counted; Basic and Bearer take a token's
`alias:secret`.
"""

from __future__ import annotations

import base64
import binascii

from django.http import HttpRequest
from django.utils import timezone

from fornix.access.accounts import find_token
from fornix.access.actors import STRANGER, Actor
from fornix.errors import NotAllowed, NotVisible
from fornix.models import Account

_KEPT = "_fornix_actor"


class CredentialsWrong(NotVisible):
    """This token is unknown, revoked or expired. Make a new one under My account."""


def actor_of(request: HttpRequest) -> Actor:
    """Who asks. Raises CredentialsWrong when an Authorization header names no valid token."""
    kept = getattr(request, _KEPT, None)
    if isinstance(kept, Actor):
        return kept
    actor = _actor_of_cookie(request) or _actor_of_token(request) or STRANGER
    setattr(request, _KEPT, actor)
    return actor


def person_of(request: HttpRequest) -> Actor:
    """Who asks, when it is somebody. Raises NotVisible for strangers: they get the log-in page."""
    actor = actor_of(request)
    if actor.account is None:
        raise NotVisible
    return actor


def person_at_pages(request: HttpRequest) -> Actor:
    """Who asks, when they logged in: what changes an account is not for tokens. Raises NotVisible or NotAllowed."""
    actor = person_of(request)
    if actor.token is not None:
        raise NotAllowed("A token may read and download. Log in with your password to change something.")
    return actor


def viewer_of(request: HttpRequest) -> Actor:
    """Like actor_of, for what frames a page, refusals among them: wrong credentials are a stranger's."""
    try:
        return actor_of(request)
    except CredentialsWrong:
        return STRANGER


def _actor_of_cookie(request: HttpRequest) -> Actor | None:
    account = getattr(request, "user", None)
    if not isinstance(account, Account) or not account.is_active:
        return None
    return Actor(account=account, address=_address(request), source="web")


def _actor_of_token(request: HttpRequest) -> Actor | None:
    header = request.headers.get("Authorization", "")
    if not header:
        return None
    alias, secret = _credentials(header)
    token = find_token(alias, secret, at=timezone.now()) if alias else None
    if token is None:
        raise CredentialsWrong
    return Actor(account=token.account, token=token, address=_address(request), source="token")


def _credentials(header: str) -> tuple[str, str]:
    """Alias and secret of `Basic` (RFC 7617) or `Bearer` (RFC 6750); empty when the header has another form."""
    scheme, _, value = header.partition(" ")
    text = value.strip()
    if scheme.lower() == "basic":
        try:
            text = base64.b64decode(text, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
    elif scheme.lower() != "bearer":
        return "", ""
    alias, _, secret = text.partition(":")
    # PostgreSQL has no text with a NUL in it; no alias has one either.
    return ("", "") if "\0" in alias else (alias, secret)


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:64]
