"""Writers of accounts and tokens. There is no self-registration: only administrators and the operator come in here."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.audit.events import Verb, record_event
from fornix.errors import Invalid, NotAllowed, NotVisible, Refused
from fornix.models import Account, ApiToken

# A script asks many times a minute; for seeing which tokens are in use this is fine enough.
USE_NOTED_EVERY = timedelta(minutes=5)
USERNAME = re.compile(r"^[\w.@+-]{1,150}$")


class UsernameTaken(Refused):
    """An account of this name exists already."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made. The secret is shown once; only its SHA-256 is kept."""

    token: ApiToken
    secret: str


def create_account(
    actor: Actor,
    username: str,
    *,
    password: str,
    at: datetime,
    email: str = "",
    name: str = "",
    is_administrator: bool = False,
) -> Account:
    """Makes an account. The e-mail counts as verified, because an administrator gave it (DESIGN, story two)."""
    require_administrator(actor)
    if not USERNAME.match(username):
        raise Invalid("A user name has 1 to 150 letters, digits or @ . + - _ and no space.")
    if not password:
        raise Invalid("The password is empty.")
    with transaction.atomic():
        if Account.objects.filter(username__iexact=username).exists():
            raise UsernameTaken(f"There is an account {username} already. Choose another name.")
        account = Account(
            username=username,
            name=name,
            email=email.strip(),
            is_administrator=is_administrator,
            created_at=at,
        )
        account.set_password(password)
        account.save()
        record_event(Verb.ACCOUNT_CREATED, at=at, source=actor.source, actor=actor.account, account=account)
    return account


def find_account(username: str) -> Account | None:
    """The account of this name, whatever its case."""
    return Account.objects.filter(username__iexact=username).first()


def create_token(actor: Actor, *, name: str, at: datetime, expires_at: datetime | None = None) -> NewToken:
    """Makes a token for the actor alone."""
    if actor.account is None:
        raise NotVisible
    if actor.token is not None:
        raise NotAllowed("A token cannot make tokens. Log in with your password.")
    name = name.strip()
    if not name or len(name) > 100:
        raise Invalid("Give the token a name of 1 to 100 characters, such as where it will be used.")
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            account=actor.account,
            alias=str(uuid.uuid4()),
            secret_sha256=hash_secret(secret),
            name=name,
            created_at=at,
            expires_at=expires_at,
        )
        record_event(
            Verb.TOKEN_CREATED, at=at, source=actor.source, actor=actor.account, details={"name": name}
        )
    return NewToken(token, secret)


def revoke_token(actor: Actor, alias: str, *, at: datetime) -> None:
    """Ends one of the actor's own tokens."""
    with transaction.atomic():
        token = ApiToken.objects.filter(account=actor.account, alias=alias).first()
        if actor.account is None or token is None:
            raise NotVisible
        record_event(
            Verb.TOKEN_REVOKED, at=at, source=actor.source, actor=actor.account, details={"name": token.name}
        )
        token.delete()


def find_token(alias: str, secret: str, *, at: datetime) -> ApiToken | None:
    """The valid token of this alias and secret, of an active account; None otherwise."""
    token = ApiToken.objects.select_related("account").filter(alias=alias).first()
    if token is None or not secrets.compare_digest(token.secret_sha256, hash_secret(secret)):
        return None
    if not token.account.is_active or (token.expires_at is not None and token.expires_at <= at):
        return None
    if token.last_used_at is None or at - token.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
    return token


def hash_secret(secret: str) -> str:
    """SHA-256: enough for a secret of 256 random bits, and fast on every request."""
    return hashlib.sha256(secret.encode()).hexdigest()
