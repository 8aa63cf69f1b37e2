"""Writer of passwords: people change their own, and must know the old one."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from fornix.access.actors import Actor
from fornix.audit.events import Verb, record_event
from fornix.errors import Invalid, NotAllowed, NotVisible
from fornix.models import Account


def change_password(actor: Actor, *, current: str, new: str, at: datetime) -> Account:
    """Sets the actor's own password. Raises Invalid when the old one is wrong or the new one is too weak."""
    if actor.account is None:
        raise NotVisible
    if actor.token is not None:
        raise NotAllowed("A token cannot change the password. Log in with it.")
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=actor.account.pk)
        if not account.check_password(current):
            raise Invalid("The current password is not right. Nothing was changed.")
        try:
            validate_password(new, user=account)
        except ValidationError as error:
            raise Invalid(" ".join(error.messages)) from None
        account.set_password(new)
        account.save(update_fields=["password"])
        record_event(Verb.PASSWORD_CHANGED, at=at, source=actor.source, actor=account, account=account)
    return account
