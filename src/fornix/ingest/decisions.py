"""What a person decides about arrivals: where they go, what they are called, that they are tried again or not wanted.

A decision is written down, with its Event, and the worker files: a click never waits for a long filing. All of these
lock the rows, so that two people, or one who clicks twice, change each arrival once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from fornix.access.actors import Actor
from fornix.access.policy import Action
from fornix.audit.events import Verb
from fornix.catalog.arrivals import is_sender, named_label, named_projects
from fornix.errors import Invalid, NotAllowed
from fornix.ingest.decision_rows import Chosen, Outcome, change, lock_chosen, require_on_named, tell
from fornix.ingest.decision_targets import Target, find_target
from fornix.ingest.typed_labels import typed_label
from fornix.models import Arrival

REASON_LENGTH = 300


def file_to(
    actor: Actor,
    ids: Iterable[str],
    project: str,
    *,
    subject: str = "",
    session: str = "",
    may_create: bool = False,
    at: datetime,
) -> Outcome:
    """Sends arrivals to a project (its label, a code, or `calpendo:ID`); labels that are given replace theirs.

    From the commit on they are due. Raises UnfitLabel, NoSuchProject, NotAllowed, and what `lock_chosen` raises.
    """
    labels = _labels(subject, session)
    with transaction.atomic():
        chosen = lock_chosen(actor, ids, at=at, whole=True)
        target = find_target(actor, project, may_create=may_create)
        _require_there(actor, chosen, target)
        change(
            chosen.rows,
            project_label=target.name,
            may_create_project=may_create and target.project is None,
            decided_by=actor.account,
            decided_at=at,
            committed_at=at,
            refusal="",
            attempts=0,
            **labels,
        )
        tell(
            Verb.ARRIVAL_DECIDED,
            actor,
            chosen.rows,
            at=at,
            project=target.project,
            details={"destination": target.label},
        )
    return chosen.outcome()


def edit_labels(
    actor: Actor, ids: Iterable[str], *, subject: str | None = None, session: str | None = None, at: datetime
) -> Outcome:
    """Says what subject and session are called; None keeps, "" leaves it to the files. Nothing is filed by it."""
    given = {"subject_label": subject, "session_label": session}
    fields = {name: typed_label(text) for name, text in given.items() if text is not None}
    if not fields:
        raise Invalid("Give a label of the subject, of the session, or both.")
    with transaction.atomic():
        chosen = lock_chosen(actor, ids, at=at, whole=True)
        require_on_named(actor, chosen.rows, Action.DATA_ADD)
        change(chosen.rows, **fields)
        tell(Verb.ARRIVAL_LABELLED, actor, chosen.rows, at=at, details={"changed": sorted(fields)})
    return chosen.outcome()


def retry(actor: Actor, ids: Iterable[str], *, at: datetime) -> Outcome:
    """Has them tried again, at once: what was unknown then may be known now, and what broke may work."""
    with transaction.atomic():
        chosen = lock_chosen(actor, ids, at=at)
        require_on_named(actor, chosen.rows, Action.DATA_ADD)
        change(chosen.rows, committed_at=at, refusal="", attempts=0)
        tell(Verb.ARRIVAL_RETRIED, actor, chosen.rows, at=at)
    return chosen.outcome()


def delete(actor: Actor, ids: Iterable[str], *, reason: str = "", at: datetime) -> Outcome:
    """Puts them into the trash, where they stay for 30 days. Of others' data that takes a role that may delete."""
    if len(reason) > REASON_LENGTH or "\0" in reason:
        raise Invalid(f"A reason has up to {REASON_LENGTH} characters.")
    with transaction.atomic():
        chosen = lock_chosen(actor, ids, at=at, whole=True)
        require_on_named(actor, chosen.rows, Action.DATA_DELETE)
        change(chosen.rows, deleted_at=at, deleted_by=actor.account)
        told = {"reason": reason.strip()} if reason.strip() else {}
        tell(Verb.ARRIVAL_DELETED, actor, chosen.rows, at=at, details=told)
    return chosen.outcome()


def undelete(actor: Actor, ids: Iterable[str], *, at: datetime) -> Outcome:
    """Brings them back as they were. Where data of the same study came meanwhile, both are there."""
    with transaction.atomic():
        chosen = lock_chosen(actor, ids, at=at, deleted=True)
        require_on_named(actor, chosen.rows, Action.DATA_DELETE)
        for row in chosen.rows:
            change([row], deleted_at=None, deleted_by=None, closed_at=_closed_at(row, at))
        tell(Verb.ARRIVAL_RESTORED, actor, chosen.rows, at=at)
    return chosen.outcome()


def _closed_at(row: Arrival, at: datetime) -> datetime | None:
    """One arrival of a group is open at a time: another one that was begun meanwhile goes on."""
    others = Arrival.objects.filter(upload=row.upload_id, group=row.group, closed_at=None, deleted_at=None)
    return at if others.exclude(pk=row.pk).exists() else row.closed_at


def _require_there(actor: Actor, chosen: Chosen, target: Target) -> None:
    """Who neither sent an arrival nor is an administrator files it where it was sent, and nowhere else."""
    if actor.is_administrator:
        return
    require_on_named(actor, chosen.rows, Action.DATA_ADD)
    projects = named_projects(named_label(row) for row in chosen.rows)
    for row in chosen.rows:
        if not is_sender(actor, row) and projects.get(named_label(row)) != target.project:
            raise NotAllowed(
                "You did not send this arrival: you can file it into the project that it was sent to, "
                "and an administrator into any."
            )


def _labels(subject: str, session: str) -> dict[str, str]:
    """Those that are given."""
    typed = {"subject_label": typed_label(subject), "session_label": typed_label(session)}
    return {name: label for name, label in typed.items() if label}
