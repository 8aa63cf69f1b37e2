"""The one policy: roles -> actions. Every page, API, zip and feed asks here; each verdict has its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fornix.access.actors import Actor
from fornix.errors import NotAllowed, NotVisible
from fornix.models import Membership, Override, Project
from fornix.models.memberships import OverrideKind, Role
from fornix.models.projects import Accessibility


class Action(StrEnum):
    """What can be asked for on a project and all that is in it."""

    PROJECT_SEE = "project.see"  # its record: title, PI, who to ask
    DATA_READ = "data.read"  # lists, headers, downloads
    DATA_ADD = "data.add"
    DATA_EDIT = "data.edit"
    DATA_DELETE = "data.delete"
    MEMBERS_MANAGE = "members.manage"


_READ = frozenset({Action.PROJECT_SEE, Action.DATA_READ})
_WRITE = _READ | {Action.DATA_ADD, Action.DATA_EDIT}

# XNAT's meanings (contract xnat-rest section 4).
ROLE_ACTIONS: dict[Role, frozenset[Action]] = {
    Role.COLLABORATOR: _READ,
    Role.MEMBER: _WRITE,
    Role.OWNER: _WRITE | {Action.DATA_DELETE, Action.MEMBERS_MANAGE},
}
ACCESSIBILITY_ACTIONS: dict[Accessibility, frozenset[Action]] = {
    Accessibility.PRIVATE: frozenset(),
    Accessibility.PROTECTED: frozenset({Action.PROJECT_SEE}),
    Accessibility.PUBLIC: _READ,
}
ROLE_ORDER = (Role.OWNER, Role.MEMBER, Role.COLLABORATOR)


@dataclass(frozen=True, slots=True)
class Reason:
    """One row that counts for or against, in words."""

    text: str
    actions: frozenset[Action]


@dataclass(frozen=True, slots=True)
class Verdict:
    """May or may not, and why."""

    allowed: bool
    reason: str
    reasons: tuple[Reason, ...] = ()


def can(actor: Actor, action: Action, project: Project) -> Verdict:
    """Asks for one action on one project. Reads the rows anew: rights may have changed since the last question."""
    refusal = _refusal(actor, project)
    if refusal:
        return Verdict(allowed=False, reason=refusal)
    reasons = tuple(_reasons(actor, project))
    for reason in reasons:
        if action in reason.actions:
            return Verdict(allowed=True, reason=reason.text, reasons=reasons)
    if not reasons:
        return Verdict(allowed=False, reason="is not on this project by any source")
    return Verdict(allowed=False, reason=f"{action.value} is not part of: {reasons[0].text}", reasons=reasons)


def require(actor: Actor, action: Action, project: Project) -> None:
    """Raises NotVisible when the actor may not even see the project, NotAllowed when only the action is refused."""
    verdict = can(actor, action, project)
    if verdict.allowed:
        return
    seen = any(Action.PROJECT_SEE in reason.actions for reason in verdict.reasons)
    if not seen or action in _READ:
        raise NotVisible
    raise NotAllowed(f"You can see this project, but {verdict.reason}.")


def require_administrator(actor: Actor) -> None:
    """Raises NotAllowed for everybody but administrators, NotVisible for strangers."""
    if actor.is_administrator:
        return
    if actor.account is None:
        raise NotVisible
    raise NotAllowed("Only administrators can do this.")


def _refusal(actor: Actor, project: Project) -> str:
    """What outranks every grant, in words; empty if nothing does."""
    if actor.is_operator:
        return ""
    account = actor.account
    if account is None:
        return "has not logged in"
    if not account.is_active:
        return "the account is switched off"
    if account.is_administrator:
        return ""
    block = Override.objects.filter(account=account, project=project, kind=OverrideKind.BLOCK).first()
    if block:
        return "is blocked on this project by an administrator" + _because(block.reason)
    return ""


def _reasons(actor: Actor, project: Project) -> list[Reason]:
    """The rows that give something, strongest first."""
    everything = frozenset(Action)
    if actor.is_operator:
        return [Reason("is the operator at the command line", everything)]
    account = actor.account
    if account is None:
        return []
    if account.is_administrator:
        return [Reason("is a site administrator", everything)]
    pins = Override.objects.filter(account=account, project=project, kind=OverrideKind.PIN)
    reasons = [
        Reason(
            f"is pinned as {pin.role} by an administrator{_because(pin.reason)}", ROLE_ACTIONS[Role(pin.role)]
        )
        for pin in pins
    ]
    memberships = Membership.objects.filter(account=account, project=project)
    for membership in sorted(memberships, key=lambda row: ROLE_ORDER.index(Role(row.role))):
        since = f"{membership.granted_at:%Y-%m-%d %H:%M} UTC"
        text = f"is {membership.role} by {membership.source} since {since}{_because(membership.evidence)}"
        reasons.append(Reason(text, ROLE_ACTIONS[Role(membership.role)]))
    shared = ACCESSIBILITY_ACTIONS[Accessibility(project.accessibility)]
    if shared:
        reasons.append(Reason(f"the project is {project.accessibility}", shared))
    return reasons


def _because(text: str) -> str:
    return f" ({text})" if text else ""
