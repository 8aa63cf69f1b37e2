"""The only writer of Events. Called inside the transaction of the change that it records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from fornix.models import Account, Event, ImagingSession, Project, Subject


class Verb(StrEnum):
    """What can happen, as noun.verb."""

    ACCOUNT_ACTIVATED = "account.activated"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_DEACTIVATED = "account.deactivated"
    ACCOUNT_LINKED = "account.linked"
    ACCOUNT_UNLINKED = "account.unlinked"
    ARRIVAL_DECIDED = "arrival.decided"
    ARRIVAL_DELETED = "arrival.deleted"
    ARRIVAL_LABELLED = "arrival.labelled"
    ARRIVAL_LOOKED_AT = "arrival.looked_at"
    ARRIVAL_MERGED = "arrival.merged"
    ARRIVAL_RESTORED = "arrival.restored"
    ARRIVAL_RETRIED = "arrival.retried"
    ARRIVAL_SPLIT = "arrival.split"
    EMAIL_CHANGED = "email.changed"
    HOLD_APPROVED = "hold.approved"
    HOLD_REJECTED = "hold.rejected"
    IDENTITY_GIVEN = "identity.given"
    IDENTITY_REMOVED = "identity.removed"
    MEMBERSHIP_GRANTED = "membership.granted"
    MEMBERSHIP_REVOKED = "membership.revoked"
    OVERRIDE_SET = "override.set"
    OVERRIDE_LIFTED = "override.lifted"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - the name of an event
    PROJECT_CREATED = "project.created"
    PROJECT_MIRRORED = "project.mirrored"
    RULE_CHANGED = "rule.changed"
    RULE_CREATED = "rule.created"
    RULE_DELETED = "rule.deleted"
    SENDER_CHANGED = "sender.changed"
    SENDER_CREATED = "sender.created"
    SENDER_DELETED = "sender.deleted"
    SESSION_FILED = "session.filed"
    SETTING_CHANGED = "setting.changed"
    SWEEP_ASKED = "sweep.asked"
    SWEEP_UNDONE = "sweep.undone"
    TOKEN_CREATED = "token.created"  # noqa: S105 - the name of an event
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - the name of an event


def record_event(
    verb: Verb,
    *,
    at: datetime,
    source: str,
    actor: Account | None = None,
    project: Project | None = None,
    subject: Subject | None = None,
    session: ImagingSession | None = None,
    account: Account | None = None,
    details: Mapping[str, object] | None = None,
) -> Event:
    """Writes one Event. `account` is the person it is about, `actor` who did it (None: the archive itself)."""
    return Event.objects.create(
        verb=verb.value,
        at=at,
        source=source,
        actor=actor,
        project=project,
        subject=subject,
        session=session,
        account=account,
        details=dict(details or {}),
    )
