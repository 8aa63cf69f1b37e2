"""Writers of identities: whom a realm of single sign-on knows an account as (contract calpendo 4.1.2)."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from django.db import transaction

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.audit.events import Verb, record_event
from fornix.errors import Invalid, Refused
from fornix.models import Account, Identity

LONGEST_REALM = Identity._meta.get_field("realm").max_length
LONGEST_SUBJECT = Identity._meta.get_field("subject").max_length


class IdentityTaken(Refused):
    """Another account is known as this already."""


def give_identity(actor: Actor, account: Account, realm: str, subject: str, *, at: datetime) -> bool:
    """Says that a realm knows an account as this subject; False when that was said already.

    Compared letter by letter, case included. The caller links by it, in its transaction.

    :raises IdentityTaken: it is another account's.
    """
    require_administrator(actor)
    realm, subject = (
        _checked(realm, "realm", LONGEST_REALM),
        _checked(subject, "subject", LONGEST_SUBJECT),
    )
    with transaction.atomic():
        found, is_new = Identity.objects.select_related("account").get_or_create(
            realm=realm,
            subject=subject,
            defaults={"account": account, "given_by": actor.account, "given_at": at},
        )
        if found.account_id != account.pk:
            raise IdentityTaken(
                f"In the realm {realm}, this is the account {found.account.username} already. "
                f"`fornix user identity {found.account.username} REALM SUBJECT --remove` undoes that."
            )
        if is_new:
            _record(Verb.IDENTITY_GIVEN, actor, account, realm, at)
    return is_new


def remove_identity(actor: Actor, account: Account, realm: str, subject: str, *, at: datetime) -> bool:
    """Takes an identity back; False when the account has none such. Links that were made by it stay."""
    require_administrator(actor)
    known = {"realm": unicodedata.normalize("NFC", realm), "subject": unicodedata.normalize("NFC", subject)}
    with transaction.atomic():
        removed, _ = Identity.objects.filter(account=account, **known).delete()
        if removed:
            _record(Verb.IDENTITY_REMOVED, actor, account, known["realm"], at)
    return bool(removed)


def _checked(text: str, what: str, longest: int | None) -> str:
    folded = unicodedata.normalize("NFC", text.strip())
    if not folded or not folded.isprintable() or len(folded) > (longest or 0):
        raise Invalid(f"A {what} is a text of 1 to {longest} characters on one line.")
    return folded


def _record(verb: Verb, actor: Actor, account: Account, realm: str, at: datetime) -> None:
    """The realm alone: a subject can be as good as a name."""
    record_event(
        verb, at=at, source=actor.source, actor=actor.account, account=account, details={"realm": realm}
    )
