"""Log-ins that the mirror switches off and on; never an administrator's, nor what a person switched off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fornix.access.actors import Actor
from fornix.audit.events import Verb, record_event
from fornix.models import Account

MIRROR = Actor(source="mirror")


def suspend_login(
    account: Account, *, at: datetime, by: Actor = MIRROR, details: Mapping[str, object] | None = None
) -> bool:
    """Switches a log-in off, in the caller's transaction: sessions and tokens are refused at once. False: not ours."""
    mine = Account.objects.filter(
        pk=account.pk, is_active=True, suspended_at__isnull=True, is_administrator=False
    )
    if not mine.update(is_active=False, suspended_at=at):
        return False
    _record(Verb.ACCOUNT_DEACTIVATED, account, at, by, details)
    return True


def restore_login(
    account: Account,
    *,
    at: datetime,
    by: Actor = MIRROR,
    is_decision: bool = False,
    details: Mapping[str, object] | None = None,
) -> bool:
    """Switches a log-in on that the mirror had switched off; False when it had not.

    :param is_decision: against Calpendo: the mirror does not switch it off again until Calpendo has changed its mind.
    """
    mine = Account.objects.filter(pk=account.pk, is_active=False, suspended_at__isnull=False)
    if not (mine.update(is_active=True) if is_decision else mine.update(is_active=True, suspended_at=None)):
        return False
    _record(Verb.ACCOUNT_ACTIVATED, account, at, by, details)
    return True


def settle_login(account: Account) -> None:
    """Forgets that somebody gave a log-in back against Calpendo, which agrees by now."""
    Account.objects.filter(pk=account.pk, is_active=True).update(suspended_at=None)


def _record(
    verb: Verb, account: Account, at: datetime, by: Actor, details: Mapping[str, object] | None
) -> None:
    record_event(verb, at=at, source=by.source, actor=by.account, account=account, details=details or {})
