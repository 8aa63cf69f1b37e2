"""Writes booked projects with their codes and parts, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet

from fornix.booking.held_roles import write_roles
from fornix.booking.mirror import Absence, BookedProject, Part
from fornix.booking.plan import ProjectChange
from fornix.booking.write_names import write_names
from fornix.dicom.labels import fold_code
from fornix.models import BookingCode, BookingPerson, BookingProject, BookingRole
from fornix.models.booking import Hold

PROJECT_FIELDS = (
    "code",
    "name",
    "status",
    "status_since",
    "hold",
    "held_status",
    "type",
    "pi_text",
    "pi_email",
    "is_eligible",
    "created_text",
    "modified_text",
)
BATCH = 500
FOLDED_LENGTH = BookingCode._meta.get_field("folded_code").max_length


def write_projects(changes: Sequence[ProjectChange], instance: str, at: datetime) -> list[BookingProject]:
    """The rows as written. People must be there already."""
    known = {
        row.external_id: row
        for row in BookingProject.objects.select_for_update().filter(
            instance=instance, external_id__in=[change.after.id for change in changes]
        )
    }
    rows = [_set(known.get(change.after.id), change, instance, at) for change in changes]
    BookingProject.objects.bulk_create([row for row in rows if row.pk is None], batch_size=BATCH)
    for row in known.values():
        row.save()
    _write_codes(rows, changes, at)
    write_names(rows, changes, at)
    _write_parts(rows, changes, instance, at)
    return rows


def _set(row: BookingProject | None, change: ProjectChange, instance: str, at: datetime) -> BookingProject:
    after = change.after
    row = row or BookingProject(instance=instance, external_id=after.id, first_seen_at=at)
    for name in PROJECT_FIELDS:
        setattr(row, name, getattr(after, name))
    row.part_roles = write_roles(after.part_roles, after.roles_held, at)
    row.groups, row.resource_ids = list(after.groups), list(after.resource_ids)
    row.held_at = held_since(row.held_at, change.before.hold if change.before else Hold.NONE, after.hold, at)
    write_absence(row, after.absence, at)
    row.last_seen_at = at
    return row


def held_since(known: datetime | None, before: Hold, after: Hold, at: datetime) -> datetime | None:
    """Since when something is held as it is."""
    if after is Hold.NONE:
        return None
    return known if known is not None and before is after else at


def write_absence(row: BookingPerson | BookingProject, absence: Absence, at: datetime) -> None:
    """Since when a row has been missing; what is gone is so from the sweep that found it out."""
    row.missing_since = absence.since
    row.vanished_at = (row.vanished_at or at) if absence.is_gone else None


def _write_codes(rows: Sequence[BookingProject], changes: Sequence[ProjectChange], at: datetime) -> None:
    """A code once carried stays an alias, for data acquired while it was valid (contract calpendo 4.7)."""
    new = []
    for row, change in zip(rows, changes, strict=True):
        former = change.before.code if change.before else ""
        if former == change.after.code:
            continue
        if former:
            BookingCode.objects.filter(booking_project=row, code=former).update(last_seen_at=at)
        if change.after.code and not BookingCode.objects.filter(booking_project=row, code=row.code).exists():
            new.append(
                BookingCode(
                    booking_project=row,
                    code=row.code,
                    # Folding may lengthen a code; what is found by it is folded whole, so a cut one is never found.
                    folded_code=fold_code(row.code)[:FOLDED_LENGTH],
                    first_seen_at=at,
                    last_seen_at=at,
                )
            )
    BookingCode.objects.bulk_create(new, batch_size=BATCH)


def _write_parts(
    rows: Sequence[BookingProject], changes: Sequence[ProjectChange], instance: str, at: datetime
) -> None:
    added = [
        (row, part, hold)
        for row, change in zip(rows, changes, strict=True)
        for part, hold in sorted(change.after.parts.items(), key=str)
        if part not in _before(change).parts
    ]
    people = _people({part.person_id for _, part, _ in added}, instance)
    BookingRole.objects.bulk_create(
        [
            BookingRole(
                booking_project=row,
                person_id=people[part.person_id],
                part=part.part,
                since=at,
                hold=hold,
                held_at=at if hold else None,
            )
            for row, part, hold in added
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    for row, change in zip(rows, changes, strict=True):
        before, after = _before(change).parts, change.after.parts
        for part, hold in before.items():
            if part not in after:
                _role(row, part).delete()
            elif after[part] is not hold:
                _role(row, part).update(hold=after[part], held_at=at if after[part] else None)


def _role(row: BookingProject, part: Part) -> QuerySet[BookingRole]:
    return BookingRole.objects.filter(booking_project=row, person__external_id=part.person_id, part=part.part)


def _before(change: ProjectChange) -> BookedProject:
    return change.before or BookedProject(change.after.id)


def _people(ids: set[str], instance: str) -> Mapping[str, int]:
    people = BookingPerson.objects.filter(instance=instance).only("external_id")
    return {row.external_id: row.pk for row in rows_of(people, ids)}


def rows_of(people: QuerySet[BookingPerson], ids: Iterable[str]) -> Iterator[BookingPerson]:
    """Those of these ids alone, in parts: a statement takes only so many parameters."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), BATCH):
        yield from people.filter(external_id__in=wanted[start : start + BATCH])
