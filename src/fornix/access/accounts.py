"""Writers of accounts and tokens. There is no self-registration: only administrators and the operator come in here."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Lower

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.audit.events import Verb, record_event
from fornix.errors import Invalid, NotAllowed, NotVisible, Refused
from fornix.models import Account, ApiToken

# A script asks many times a minute; for seeing which tokens are in use this is fine enough.
USE_NOTED_EVERY = timedelta(minutes=5)
USERNAME = re.compile(r"[\w.@+-]{1,150}\Z", re.ASCII)  # SQLite compares other letters with their case
EMAIL = re.compile(r"^[^\s@]+@[^\s@]+\Z")
LONGEST_EMAIL = 320
LONGEST_NAME = 300
LONGEST_PASSWORD = 1000


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
        raise Invalid("A user name has 1 to 150 letters (a to z), digits or @ . + - _ and no space.")
    _check_password(password)
    email = _checked_email(email)
    if len(name) > LONGEST_NAME or "\0" in name:
        raise Invalid(f"A person's name has at most {LONGEST_NAME} characters.")
    with transaction.atomic():
        if Account.objects.filter(username__iexact=username).exists():
            raise UsernameTaken(f"There is an account {username} already. Choose another name.")
        account = Account(
            username=username,
            name=name,
            email=email,
            is_administrator=is_administrator,
            created_at=at,
        )
        account.set_password(password)
        account.save()
        _record(Verb.ACCOUNT_CREATED, actor, account, at)
    return account


def reset_password(actor: Actor, account: Account, password: str, *, at: datetime) -> None:
    """Sets somebody's password, weak or not; every log-in with the old one ends (the session's hash is of it)."""
    require_administrator(actor)
    _check_password(password)
    with transaction.atomic():
        account.set_password(password)
        account.save(update_fields=["password"])
        _record(Verb.PASSWORD_CHANGED, actor, account, at)


def set_active(actor: Actor, account: Account, *, is_active: bool, at: datetime) -> bool:
    """Switches an account off or on; False when it was so already. Off: log-ins and tokens are refused at once.

    What a person switched off, the mirror does not switch on. What it had switched off and a person switches on, it
    leaves on until Calpendo lets the person in question work.
    """
    require_administrator(actor)
    with transaction.atomic():
        rows = Account.objects.filter(pk=account.pk)
        changed = rows.filter(is_active=not is_active).update(is_active=is_active)
        if not is_active:
            changed += rows.filter(suspended_at__isnull=False).update(suspended_at=None)
        account.is_active = is_active
        if changed:
            _record(Verb.ACCOUNT_ACTIVATED if is_active else Verb.ACCOUNT_DEACTIVATED, actor, account, at)
    return bool(changed)


def set_email(actor: Actor, account: Account, email: str, *, at: datetime) -> bool:
    """Corrects an e-mail ("" for none); False when it is the same. The caller links by it, in its transaction."""
    require_administrator(actor)
    email = _checked_email(email)
    if email == account.email:
        return False
    with transaction.atomic():
        before, account.email = account.email, email
        account.save(update_fields=["email"])
        _record(Verb.EMAIL_CHANGED, actor, account, at, details={"before": before, "after": email})
    return True


def find_accounts(actor: Actor) -> tuple[Account, ...]:
    """All accounts by name, with the people of Calpendo that they are linked to. For administrators."""
    require_administrator(actor)
    return tuple(Account.objects.order_by(Lower("username")).prefetch_related("booking_people"))


def _check_password(password: str) -> None:
    if not password:
        raise Invalid("The password is empty.")
    if len(password) > LONGEST_PASSWORD:
        raise Invalid(f"A password has at most {LONGEST_PASSWORD} characters.")


def _checked_email(text: str) -> str:
    email = text.strip()
    if email and (len(email) > LONGEST_EMAIL or not EMAIL.match(email) or "\0" in email):
        raise Invalid("This is no e-mail address. It looks like anna@centre.org.")
    return email


def _record(
    verb: Verb, actor: Actor, account: Account, at: datetime, details: Mapping[str, object] | None = None
) -> None:
    record_event(
        verb, at=at, source=actor.source, actor=actor.account, account=account, details=details or {}
    )


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
