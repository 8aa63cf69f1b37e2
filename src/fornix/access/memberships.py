"""Writers of memberships and overrides. Each source writes only its own rows (contract calpendo 4.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.db import transaction
from django.db.models import QuerySet

from fornix.access.actors import Actor
from fornix.access.policy import Action, require, require_administrator
from fornix.audit.events import Verb, record_event
from fornix.errors import Invalid
from fornix.models import Account, Membership, Override, Project
from fornix.models.memberships import OverrideKind, Role

MANUAL = "manual"
LONGEST_REASON = 300
_MIRROR = Actor(source="mirror")
_NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of one account, with what it rests on, in words."""

    account_id: int
    role: Role
    evidence: str


@dataclass(frozen=True, slots=True)
class GrantChange:
    """What replace_grants did."""

    granted: tuple[Grant, ...]
    revoked: tuple[Grant, ...]


def grant(actor: Actor, project: Project, account: Account, role: Role, *, at: datetime) -> Membership:
    """Gives a role by hand. A person has one manual role per project: the new one replaces the old."""
    require(actor, Action.MEMBERS_MANAGE, project)
    evidence = f"granted by {actor.account.username}" if actor.account else "granted at the command line"
    with transaction.atomic():
        manual = Membership.objects.filter(account=account, project=project, source=MANUAL)
        held = manual.filter(role=role).first()
        if held:
            return held
        _take_back(manual, actor, at=at)
        membership = Membership.objects.create(
            account=account, project=project, role=role, source=MANUAL, granted_at=at, evidence=evidence
        )
        _record(Verb.MEMBERSHIP_GRANTED, actor, membership, at=at)
    return membership


def revoke(actor: Actor, project: Project, account: Account, *, at: datetime) -> bool:
    """Takes back what was given by hand. Other sources stay. False when there was nothing."""
    require(actor, Action.MEMBERS_MANAGE, project)
    with transaction.atomic():
        manual = Membership.objects.filter(account=account, project=project, source=MANUAL)
        return _take_back(manual, actor, at=at) > 0


def other_grounds(project: Project, account: Account) -> tuple[Membership, ...]:
    """What the account holds on a project by other sources than by hand."""
    rows = Membership.objects.filter(account=account, project=project).exclude(source=MANUAL)
    return tuple(rows.order_by("source", "pk"))


def replace_grants(
    project: Project,
    source: str,
    wanted: Iterable[Grant],
    *,
    at: datetime,
    sweep_id: int | None = None,
    decided_by: Actor | None = None,
    evidence: Mapping[str, str] = _NOTHING_MORE,
) -> GrantChange:
    """Makes the rows of one source on one project exactly `wanted`, with an Event for each change.

    Called inside the transaction of the project's other changes. Rows of other sources are not touched.

    :param decided_by: the administrator whose decision this is, for the Events; None: the mirror itself.
    :param evidence: what the source's rows rest on, for the Events too (contract calpendo 4.3.5).
    """
    by = decided_by or _MIRROR
    want = {(item.account_id, item.role): item for item in wanted}
    rows = {
        (row.account_id, Role(row.role)): row
        for row in Membership.objects.filter(project=project, source=source)
    }
    rests_on: dict[str, object] = {**evidence} | ({"sweep": sweep_id} if sweep_id else {})
    granted = [item for key, item in want.items() if key not in rows]
    revoked = [row for key, row in rows.items() if key not in want]
    for item in granted:
        row = Membership.objects.create(
            account_id=item.account_id,
            project=project,
            role=item.role,
            source=source,
            granted_at=at,
            evidence=item.evidence,
        )
        _record(Verb.MEMBERSHIP_GRANTED, by, row, at=at, rests_on=rests_on)
    for row in revoked:
        _record(Verb.MEMBERSHIP_REVOKED, by, row, at=at, rests_on=rests_on)
        row.delete()
    gone = tuple(Grant(row.account_id, Role(row.role), row.evidence) for row in revoked)
    return GrantChange(tuple(granted), gone)


def set_override(
    actor: Actor,
    project: Project,
    account: Account,
    kind: OverrideKind,
    *,
    at: datetime,
    role: Role | None = None,
    reason: str = "",
) -> Override:
    """Pins (with a role) or blocks an account on a project; outranks every source. Replaces one of the same kind."""
    require_administrator(actor)
    if kind is OverrideKind.PIN and role is None:
        raise Invalid("A pin needs a role.")
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise Invalid(f"A reason has at most {LONGEST_REASON} characters.")
    with transaction.atomic():
        override, _ = Override.objects.update_or_create(
            account=account,
            project=project,
            kind=kind,
            defaults={"role": role or "", "reason": reason, "created_at": at},
        )
        _record(Verb.OVERRIDE_SET, actor, override, at=at)
    return override


def lift_overrides(actor: Actor, project: Project, account: Account, *, at: datetime) -> tuple[Override, ...]:
    """Takes back the pin and the block of an account on a project; those there were. Memberships count again."""
    require_administrator(actor)
    with transaction.atomic():
        lifted = tuple(Override.objects.filter(account=account, project=project).order_by("kind"))
        for override in lifted:
            Override.objects.filter(pk=override.pk).delete()
            _record(Verb.OVERRIDE_LIFTED, actor, override, at=at)
    return lifted


def _take_back(rows: QuerySet[Membership], actor: Actor, *, at: datetime) -> int:
    """Ends memberships, each with its Event; returns how many."""
    found = list(rows)
    for row in found:
        _record(Verb.MEMBERSHIP_REVOKED, actor, row, at=at)
        row.delete()
    return len(found)


def _record(
    verb: Verb,
    by: Actor,
    row: Membership | Override,
    *,
    at: datetime,
    rests_on: Mapping[str, object] = _NOTHING_MORE,
) -> None:
    """One Event about a row of ours, while it is there. `rests_on`: the evidence of its source."""
    own = {"source": row.source} if isinstance(row, Membership) else {"kind": str(row.kind)}
    record_event(
        verb,
        at=at,
        source=by.source,
        actor=by.account,
        # Keys alone are written: neither is read anew for each of a sweep's rows.
        project=Project(pk=row.project_id),
        account=Account(pk=row.account_id),
        details={"role": str(row.role), **own, **rests_on},
    )
