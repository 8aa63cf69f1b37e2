"""The same policy as querysets: every reader starts with one of these."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from fornix.access.actors import Actor
from fornix.access.policy import ACCESSIBILITY_ACTIONS, ROLE_ACTIONS, Action
from fornix.models import ImagingSession, Membership, Override, Project, Subject
from fornix.models.memberships import OverrideKind, Role
from fornix.models.projects import Accessibility


def visible_projects(actor: Actor) -> QuerySet[Project]:
    """Projects whose record the actor may see: those with data that they may read, and protected ones."""
    return _projects(actor, (Accessibility.PUBLIC, Accessibility.PROTECTED))


def readable_projects(actor: Actor) -> QuerySet[Project]:
    """Projects whose data the actor may read: by membership, pin, or because they are public; never when blocked."""
    return _projects(actor, (Accessibility.PUBLIC,))


def projects_for(actor: Actor, action: Action) -> QuerySet[Project]:
    """Projects on which the actor may do this: what `policy.can` says of each, as one query."""
    open_to_all = [each for each, actions in ACCESSIBILITY_ACTIONS.items() if action in actions]
    return _projects(
        actor, open_to_all, [role for role, actions in ROLE_ACTIONS.items() if action in actions]
    )


def visible_subjects(actor: Actor) -> QuerySet[Subject]:
    """Subjects that have a session, in projects that the actor may read."""
    return Subject.objects.filter(project__in=readable_projects(actor), session_count__gt=0)


def visible_sessions(actor: Actor) -> QuerySet[ImagingSession]:
    """Sessions that are filed completely, in projects that the actor may read."""
    return ImagingSession.objects.filter(project__in=readable_projects(actor), visible_at__isnull=False)


def _projects(
    actor: Actor, open_to_all: Sequence[Accessibility], roles: Sequence[Role] = tuple(Role)
) -> QuerySet[Project]:
    if actor.is_administrator:
        return Project.objects.all()
    account = actor.account
    if account is None or not account.is_active:
        return Project.objects.none()
    mine = Membership.objects.filter(account=account, project=OuterRef("pk"), role__in=roles)
    pinned = Override.objects.filter(
        account=account, project=OuterRef("pk"), kind=OverrideKind.PIN, role__in=roles
    )
    blocked = Override.objects.filter(account=account, project=OuterRef("pk"), kind=OverrideKind.BLOCK)
    return Project.objects.filter(
        Exists(mine) | Exists(pinned) | Q(accessibility__in=open_to_all), ~Exists(blocked)
    )
