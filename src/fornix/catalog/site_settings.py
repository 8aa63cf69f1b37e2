"""What administrators chose on pages, by dotted key, each change with an Event. Knows no key's meaning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.audit.events import Verb, record_event
from fornix.models import SiteSetting


def chosen_settings() -> Mapping[str, Any]:
    """All that was chosen, by key. Never a secret: such are refused before they come here."""
    return dict(SiteSetting.objects.values_list("key", "value"))


def change_setting(actor: Actor, key: str, value: Any, *, at: datetime) -> bool:
    """Chooses a value, with its Event; False when it was chosen already."""
    require_administrator(actor)
    with transaction.atomic():
        row = SiteSetting.objects.select_for_update().filter(key=key).first()
        if row is not None and row.value == value:
            return False
        before = row.value if row else None
        SiteSetting.objects.update_or_create(key=key, defaults={"value": value, "changed_at": at})
        _record(actor, key, before, value, at)
    return True


def reset_setting(actor: Actor, key: str, *, at: datetime) -> bool:
    """Goes back to what holds without a choice, with its Event; False when nothing was chosen."""
    require_administrator(actor)
    with transaction.atomic():
        row = SiteSetting.objects.select_for_update().filter(key=key).first()
        if row is None:
            return False
        row.delete()
        _record(actor, key, row.value, None, at)
    return True


def _record(actor: Actor, key: str, before: Any, after: Any, at: datetime) -> None:
    """`before` and `after` are None where nothing was chosen."""
    record_event(
        Verb.SETTING_CHANGED,
        at=at,
        source=actor.source,
        actor=actor.account,
        details={"key": key, "before": before, "after": after},
    )
