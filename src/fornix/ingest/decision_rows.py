"""The rows that a decision is about: found, locked and looked at before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from fornix.access.actors import Actor
from fornix.access.policy import Action, can
from fornix.audit.events import Verb, record_event
from fornix.catalog.arrivals import is_sender, named_label, named_projects, visible_arrivals
from fornix.errors import Invalid, NotAllowed, NotVisible, Refused
from fornix.ingest.arrival_moves import filed_as
from fornix.ingest.owners import LEASE, is_gone
from fornix.models import Arrival, Project

MOST = 500  # decided on at once
NOTHING_MORE: Mapping[str, object] = MappingProxyType({})
FREE: Mapping[str, object] = {"lease_owner": "", "lease_until": None}


class ArrivalBusy(Refused):
    """This arrival is being filed at this moment. Look again in a minute."""


class ArrivalIncomplete(Refused):
    """This arrival is still coming in. Wait until all of it is here."""


class ArrivalHalfFiled(Refused):
    """Part of this arrival is filed already, so that it cannot go elsewhere. Try again: the rest follows."""


class ArrivalDeleted(Refused):
    """This arrival is deleted. Bring it back first."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """One that nothing was done with."""

    id: str
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a decision about several."""

    ids: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """Locked rows that may be changed now, and the others."""

    rows: tuple[Arrival, ...]
    skipped: tuple[Skipped, ...]

    def outcome(self) -> Outcome:
        """All of the rows were changed."""
        return Outcome(tuple(row.pk for row in self.rows), self.skipped)


def lock_chosen(
    actor: Actor, ids: Iterable[str], *, at: datetime, deleted: bool = False, whole: bool = False
) -> Chosen:
    """Locks those that can be changed now. Called in the transaction of the change.

    :param deleted: those in the trash are wanted, else those that are not.
    :param whole: nothing of them may be filed yet.
    :raises NotVisible: none of them is there any more, or was ever the actor's to see.
    :raises Refused: all of them are in a state that forbids it; the first one's reason.
    """
    wanted = list(dict.fromkeys(each for each in ids if each and "\0" not in each))
    if len(wanted) > MOST:
        raise Invalid(f"Decide on {MOST} arrivals at once, not on more.")
    seen = set(visible_arrivals(actor).filter(pk__in=wanted).values_list("pk", flat=True))
    rows = list(
        Arrival.objects.select_for_update(of=("self",))
        .filter(pk__in=seen)
        .select_related("upload__account", "sender", "decided_by")
        .order_by("pk")
    )
    refused = {row.pk: _refusal(row, at, deleted=deleted, whole=whole) for row in rows}
    free = tuple(row for row in rows if refused[row.pk] is None)
    if not free:
        raise next(filter(None, refused.values()), _where_filed(actor, wanted))
    gone = [
        Skipped(each, "it is not here any more: filed, or deleted for good")
        for each in wanted
        if each not in refused
    ]
    return Chosen(free, (*(Skipped(pk, str(why)) for pk, why in refused.items() if why is not None), *gone))


def _where_filed(actor: Actor, ids: Sequence[str]) -> NotVisible:
    """Of those that are gone: as which sessions they were filed, where the actor may see these."""
    filed = filed_as(actor, ids)
    told = ", ".join(f"{key} as session {accession}" for key, accession in filed.items())
    return NotVisible(f"Filed already: {told}." if told else None)


def _refusal(row: Arrival, at: datetime, *, deleted: bool, whole: bool) -> Refused | None:
    if is_busy(row, at):
        return ArrivalBusy()
    if row.deleted_at is not None and not deleted:
        return ArrivalDeleted()
    if row.deleted_at is None and deleted:
        return Refused("This arrival is not deleted.")
    return ArrivalHalfFiled() if whole and (row.filed_scans or row.filed_files) else None


def is_busy(row: Arrival, at: datetime) -> bool:
    """Whether a process is at work on it. The lease of one that died on this host holds nobody up."""
    if not row.lease_owner or row.lease_until is None or row.lease_until <= at:
        return False
    return not is_gone(row.lease_owner, last_sign_at=row.lease_until - LEASE, now=at)


def require_on_named(actor: Actor, rows: Sequence[Arrival], action: Action) -> None:
    """What administrators and senders may do with theirs needs a right on the named project of others."""
    if actor.is_administrator:
        return
    others = [row for row in rows if not is_sender(actor, row)]
    projects = named_projects(map(named_label, others))
    for row in others:
        project = projects.get(named_label(row))
        if project is None:
            raise NotVisible
        verdict = can(actor, action, project)
        if not verdict.allowed:
            raise NotAllowed(
                f"This arrival is for {project.label}, where your role does not include this: {verdict.reason}."
            )


def change(rows: Sequence[Arrival], **fields: object) -> None:
    """Writes the same fields into all, and takes leases of the dead away."""
    Arrival.objects.filter(pk__in=[row.pk for row in rows]).update(**FREE, **fields)


def tell(
    verb: Verb,
    actor: Actor,
    rows: Iterable[Arrival],
    *,
    at: datetime,
    project: Project | None = None,
    details: Mapping[str, object] = NOTHING_MORE,
) -> None:
    """One Event for each arrival. Labels stay out of it: people have used names for them."""
    for row in rows:
        record_event(
            verb,
            at=at,
            source=actor.source,
            actor=actor.account,
            project=project,
            details={"arrival": row.pk, "files": row.file_count, "bytes": row.byte_count} | dict(details),
        )
