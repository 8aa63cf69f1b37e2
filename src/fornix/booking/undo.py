"""Takes back what one sweep did to people's rights (contract calpendo 4.3.5): the plan that it recorded, backwards.

Titles, codes and statuses are Calpendo's and stay. What is taken back is held, so that the next sweep does not do it
again, until Calpendo changes its mind. Rows of other sources are never touched.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.db import transaction

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.access.suspensions import restore_login, suspend_login
from fornix.audit.events import Verb, record_event
from fornix.booking.config import source_of
from fornix.booking.hold_effects import projects_of, regrant
from fornix.booking.lease import require_no_sweep
from fornix.booking.mirror import OUTLASTING
from fornix.booking.people import undo_link
from fornix.booking.report import JOINED, LEFT, LINKED, LOGIN_OFF, LOGIN_ON, RESUMED, SUSPENDED
from fornix.catalog.mirror import FIRST_INSTANCE, GOOD
from fornix.catalog.people import PARTS
from fornix.errors import NotVisible, Refused
from fornix.models import (
    BookingPerson,
    BookingProject,
    BookingRole,
    Event,
    Membership,
    Project,
    Sweep,
    SweepOutcome,
)
from fornix.models.booking import Hold

_OF_PERSON = (SUSPENDED, RESUMED, LINKED, LOGIN_OFF, LOGIN_ON)
_OF_LOGIN = (LOGIN_OFF, LOGIN_ON)
_OF_PART = (JOINED, LEFT)

Lines = Sequence[Mapping[str, str]]


class NoSuchSweep(NotVisible):
    """There is no sweep of this number."""


class CannotUndo(Refused):
    """This sweep cannot be undone."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back. `skipped` are changes whose rows are no longer as that sweep left them.

    `restored`: parts in projects that had ended; `taken_back`: parts that had begun. `reactivated` and `suspended`
    are people, as are those `unlinked` from an account; `logins_on` and `logins_off` are accounts. `in_force`: rights
    that the sweep gave and that are there still, because the mirror's rows say so otherwise by now.
    """

    restored: int = 0
    taken_back: int = 0
    reactivated: int = 0
    skipped: int = 0
    suspended: int = 0
    unlinked: int = 0
    logins_on: int = 0
    logins_off: int = 0
    in_force: int = 0


def undo_sweep(actor: Actor, sweep_id: int, *, at: datetime) -> Undone:
    """Takes back the changes of rights that a sweep recorded, those of each project and person in one transaction.

    Cut off in between, asking again does the rest.

    :raises NoSuchSweep: there is none of this number.
    :raises CannotUndo: it changed nothing, or was undone already.
    :raises SweepRunning: a sweep is running; when one begins in between, what was taken back stays so.
    """
    require_administrator(actor)
    undoing = _Undoing(actor, find_undoable(sweep_id), at)
    people, projects = _grouped(undoing.sweep.changes)
    outcomes: Counter[str] = Counter()
    for undo, lines_by_id in ((undoing.of_person, people), (undoing.of_project, projects)):
        for external_id, lines in lines_by_id.items():
            with transaction.atomic():
                require_no_sweep(at)
                outcomes.update(undo(external_id, lines))
    with transaction.atomic():
        require_no_sweep(at)
        undone = replace(Undone(**outcomes), in_force=undoing.count_in_force())
        _close(undoing, undone)
    return undone


def was_applied(outcome: str, changes: Collection[object]) -> bool:
    """Whether a sweep was allowed to change the archive: all of its plan, or up to where it was cut off.

    One that was not believed has no plan written down, and one that only planned was not allowed.
    """
    return outcome in GOOD or (outcome == SweepOutcome.INCOMPLETE and bool(changes))


def find_undoable(sweep_id: int) -> Sweep:
    """The sweep of this number, if it can be undone; raises as `undo_sweep` where it cannot."""
    sweep = Sweep.objects.filter(pk=sweep_id).first()
    if sweep is None:
        raise NoSuchSweep(f"There is no sweep {sweep_id}. `fornix mirror status` names the last one.")
    if sweep.undone_at is not None:
        raise CannotUndo(f"Sweep {sweep_id} was undone already, at {sweep.undone_at:%Y-%m-%d %H:%M} UTC.")
    if not was_applied(sweep.outcome, sweep.changes):
        raise CannotUndo(f"Sweep {sweep_id} is {sweep.outcome}: only a sweep that was applied can be undone.")
    return sweep


def _close(undoing: _Undoing, undone: Undone) -> None:
    sweep = undoing.sweep
    if not Sweep.objects.filter(pk=sweep.pk, undone_at=None).update(undone_at=undoing.at):
        raise CannotUndo(f"Sweep {sweep.pk} was undone by somebody else at this moment.")
    record_event(
        Verb.SWEEP_UNDONE,
        at=undoing.at,
        source=undoing.actor.source,
        actor=undoing.actor.account,
        details={"sweep": sweep.pk, **asdict(undone)},
    )


def _grouped(changes: Lines) -> tuple[Mapping[str, Lines], Mapping[str, Lines]]:
    """The changes of rights by person and by project, by Calpendo's ids."""
    people: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    projects: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    for line in changes:
        kind, person_id, project_id = (line.get(name, "") for name in ("kind", "person_id", "project_id"))
        if kind in _OF_PERSON and person_id:
            people[person_id].append(line)
        elif kind in _OF_PART and person_id and project_id:
            projects[project_id].append(line)
    return people, projects


@dataclass(frozen=True, slots=True)
class _Undoing:
    """One undoing. Its methods work in the caller's transaction; each line becomes the name of one of the counts."""

    actor: Actor
    sweep: Sweep
    at: datetime

    @property
    def _instance(self) -> str:
        return str(self.sweep.details.get("instance", FIRST_INSTANCE))

    def of_person(self, external_id: str, lines: Lines) -> list[str]:
        """Takes back that a person could no longer work, could again, or was linked."""
        people = BookingPerson.objects.select_for_update()
        row = people.filter(instance=self._instance, external_id=external_id).first()
        if row is None:
            return ["skipped" for _ in lines]
        # A log-in follows from the person: what becomes of it is settled after that of its person.
        ordered = sorted(lines, key=lambda line: line["kind"] in _OF_LOGIN)
        outcomes = [self._of_line(row, line["kind"]) for line in ordered]
        regrant(projects_of(row), self.actor, self.at, self.sweep.pk)
        return outcomes

    def _of_line(self, row: BookingPerson, kind: str) -> str:
        if kind == LINKED:
            return self._unlink(row)
        return self._switch_login(row, kind) if kind in _OF_LOGIN else self._switch(row, kind)

    def _switch_login(self, row: BookingPerson, kind: str) -> str:
        account = row.account
        if account is None:
            return "skipped"
        details = {"sweep": self.sweep.pk, "calpendo_id": row.external_id}
        may_work = BookingPerson.objects.filter(account=account, is_active=True).exists()
        if kind == LOGIN_OFF:
            is_ours = account.suspended_at == self.sweep.started_at
            done = is_ours and restore_login(
                account, at=self.at, by=self.actor, is_decision=not may_work, details=details
            )
            return "logins_on" if done else "skipped"
        done = (
            row.hold == Hold.REFUSED
            and not may_work
            and suspend_login(account, at=self.at, by=self.actor, details=details)
        )
        return "logins_off" if done else "skipped"

    def _unlink(self, row: BookingPerson) -> str:
        if row.account_id is None or row.linked_at != self.sweep.started_at:
            return "skipped"
        undo_link(row, self.actor, at=self.at, sweep_id=self.sweep.pk)
        return "unlinked"

    def _switch(self, row: BookingPerson, kind: str) -> str:
        had_resumed = kind == RESUMED
        if row.is_active is not had_resumed or row.hold != Hold.NONE:
            return "skipped"
        row.is_active, row.held_at = not had_resumed, self.at
        row.hold = Hold.REFUSED if had_resumed else Hold.KEPT
        row.save(update_fields=["is_active", "hold", "held_at"])
        return "suspended" if had_resumed else "reactivated"

    def of_project(self, external_id: str, lines: Lines) -> list[str]:
        """Takes back who joined a project and who left it."""
        booked = BookingProject.objects.select_for_update().filter(
            instance=self._instance, external_id=external_id
        )
        row = booked.first()
        if row is None:
            return ["skipped" for _ in lines]
        outcomes = [
            self._refuse(row, line) if line["kind"] == JOINED else self._restore(row, line) for line in lines
        ]
        regrant(Project.objects.filter(booking_project=row), self.actor, self.at, self.sweep.pk)
        return outcomes

    def _refuse(self, booked: BookingProject, line: Mapping[str, str]) -> str:
        # A part may be older than the sweep that let it count: by its project's status, or by attaching it.
        joined = BookingRole.objects.filter(
            booking_project=booked,
            person__external_id=line["person_id"],
            part=line.get("part", ""),
            since__lte=self.sweep.started_at,
        )
        if joined.filter(hold=Hold.NONE).update(hold=Hold.REFUSED, held_at=self.at):
            return "taken_back"
        # Calpendo did not list it then, either: there is nothing that a next sweep could bring.
        outlasting = joined.filter(hold__in=OUTLASTING, held_at__lte=self.sweep.started_at)
        return "taken_back" if outlasting.delete()[0] else "skipped"

    def count_in_force(self) -> int:
        """How many rights the sweep gave that never ended since."""
        given = Event.objects.filter(
            verb=Verb.MEMBERSHIP_GRANTED, source="mirror", details__sweep=self.sweep.pk
        ).values_list("project_id", "account_id")
        rows = Membership.objects.filter(
            source=source_of(self._instance), granted_at=self.sweep.started_at
        ).values_list("project_id", "account_id")
        return len(set(given) & set(rows))

    def _restore(self, booked: BookingProject, line: Mapping[str, str]) -> str:
        people = BookingPerson.objects.filter(instance=booked.instance, external_id=line["person_id"])
        person, part = people.first(), line.get("part", "")
        if person is None or part not in PARTS:
            return "skipped"
        _, is_new = BookingRole.objects.get_or_create(
            booking_project=booked,
            person=person,
            part=part,
            defaults={"since": self.at, "hold": Hold.KEPT, "held_at": self.at},
        )
        return "restored" if is_new else "skipped"
