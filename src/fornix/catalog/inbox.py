"""What is known of the inbox folder, for administrators and commands: what is watched, and what could not be taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, Sum

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.models import InboxFile, InboxState

SHOWN = 50


@dataclass(frozen=True, slots=True)
class InboxProblem:
    """A file that could not be taken or moved, or a folder that could not be read. Paths are below the inbox."""

    path: str
    reason: str
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxStatus:
    """Files that are not taken yet, those that stayed where they are, and what went wrong, the latest first."""

    watched: int
    watched_bytes: int
    oldest_still_since: datetime | None
    stayed: int
    problem_count: int
    problems: tuple[InboxProblem, ...]


def inbox_status(actor: Actor) -> InboxStatus:
    """The inbox as the last look saw it. For administrators."""
    require_administrator(actor)
    watched = InboxFile.objects.filter(state=InboxState.WATCHED)
    told = watched.aggregate(n=Count("pk"), size=Sum("length"), oldest=Min("still_since"))
    problems = InboxFile.objects.filter(~Q(reason=""))
    return InboxStatus(
        watched=told["n"],
        watched_bytes=told["size"] or 0,
        oldest_still_since=told["oldest"],
        stayed=InboxFile.objects.filter(state=InboxState.TAKEN).count(),
        problem_count=problems.count(),
        problems=tuple(
            InboxProblem(row.path, row.reason, row.told_at)
            for row in problems.order_by("-told_at", "-pk")[:SHOWN]
        ),
    )
