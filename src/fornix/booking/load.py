"""Reads the mirror's rows into values, with a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from fornix.booking.booked_times import NOTHING_READ, ReadBookings
from fornix.booking.bookings import load_bookings
from fornix.booking.config import source_of
from fornix.booking.held_roles import read_held
from fornix.booking.identity import BY_EMAIL, Linking, fold_email
from fornix.booking.mirror import (
    Absence,
    AccountCard,
    ArchiveProject,
    BookedProject,
    BookedResource,
    Mirror,
    Part,
    Person,
    as_roles,
)
from fornix.booking.roles import strongest
from fornix.models import (
    Account,
    BookingPerson,
    BookingProject,
    BookingRole,
    Identity,
    Membership,
    Project,
    Scanner,
)
from fornix.models.booking import Hold
from fornix.models.memberships import Role


def load_mirror(
    instance: str, bookings: ReadBookings = NOTHING_READ, *, linking: Linking = BY_EMAIL
) -> Mirror:
    """What the mirror holds of one Calpendo, of its bookings these, and what it can touch in the archive."""
    people = BookingPerson.objects.filter(instance=instance)
    projects = BookingProject.objects.filter(instance=instance)
    return Mirror(
        people={row.external_id: as_person(row) for row in people},
        projects=_projects(projects, instance),
        resources={
            row.external_id: BookedResource(row.external_id, row.name, row.modality)
            for row in Scanner.objects.filter(instance=instance)
        },
        archive=_archive(instance),
        accounts=load_accounts(linking),
        bookings=load_bookings(instance, bookings),
    )


def load_accounts(linking: Linking = BY_EMAIL) -> tuple[AccountCard, ...]:
    """All accounts, with the e-mail and the subjects that link them here."""
    subjects: defaultdict[int, set[str]] = defaultdict(set)
    for account_id, subject in Identity.objects.filter(realm=linking.realm or None).values_list(
        "account_id", "subject"
    ):
        subjects[account_id].add(subject)
    linked = set(BookingPerson.objects.filter(account__isnull=False).values_list("account_id", flat=True))
    return tuple(
        AccountCard(
            id=row.pk,
            username=row.username,
            folded_email=fold_email(row.email, linking.aliases),
            is_active=row.is_active,
            is_administrator=row.is_administrator,
            subjects=frozenset(subjects.get(row.pk, ())),
            is_suspended=row.suspended_at is not None,
            is_linked=row.pk in linked,
        )
        for row in Account.objects.order_by("pk")
    )


def as_person(row: BookingPerson) -> Person:
    """One row as a value."""
    return Person(
        id=row.external_id,
        given_name=row.given_name,
        family_name=row.family_name,
        email=row.email,
        folded_email=row.folded_email,
        login_name=row.login_name,
        login_identifier=row.login_identifier,
        status=row.status,
        expires_on=row.expires_on,
        is_active=row.is_active,
        hold=Hold(row.hold),
        modified_text=row.modified_text,
        absence=_absence(row),
        account_id=row.account_id,
        linked_how=row.linked_how,
        may_be_linked=row.unlinked_at is None,
    )


def _absence(row: BookingPerson | BookingProject) -> Absence:
    return Absence(row.missing_since, row.vanished_at is not None)


def as_booked_project(
    row: BookingProject, parts: Mapping[Part, Hold], ending_since: datetime | None = None
) -> BookedProject:
    """One row as a value, with the parts that people have in it and how each is held."""
    return BookedProject(
        id=row.external_id,
        code=row.code,
        name=row.name,
        status=row.status,
        status_since=row.status_since,
        hold=Hold(row.hold),
        held_status=row.held_status,
        type=row.type,
        groups=tuple(row.groups),
        pi_text=row.pi_text,
        pi_email=row.pi_email,
        resource_ids=tuple(row.resource_ids),
        is_eligible=row.is_eligible,
        part_roles=as_roles(row.part_roles),
        roles_held=read_held(row.part_roles),
        created_text=row.created_text,
        modified_text=row.modified_text,
        absence=_absence(row),
        parts=dict(parts),
        ending_since=ending_since,
    )


def current_roles(rows: Iterable[Membership]) -> dict[int, Role]:
    """Account id -> strongest role among these rows."""
    found: defaultdict[int, list[Role]] = defaultdict(list)
    for row in rows:
        found[row.account_id].append(Role(row.role))
    return {account_id: strongest(roles) for account_id, roles in found.items()}


def _projects(projects: Iterable[BookingProject], instance: str) -> dict[str, BookedProject]:
    parts: defaultdict[int, dict[Part, Hold]] = defaultdict(dict)
    ending: dict[int, datetime] = {}
    roles = BookingRole.objects.filter(booking_project__instance=instance)
    columns = ("booking_project_id", "person__external_id", "part", "hold", "held_at")
    for project_pk, person_id, part, hold, held_at in roles.values_list(*columns):
        parts[project_pk][Part(person_id, part)] = Hold(hold)
        if hold == Hold.ENDING and held_at is not None:
            ending[project_pk] = max(held_at, ending.get(project_pk, held_at))
    return {row.external_id: as_booked_project(row, parts[row.pk], ending.get(row.pk)) for row in projects}


def _archive(instance: str) -> tuple[ArchiveProject, ...]:
    grants: defaultdict[int, list[Membership]] = defaultdict(list)
    for row in Membership.objects.filter(source=source_of(instance)):
        grants[row.project_id].append(row)
    rows = Project.objects.select_related("booking_project").order_by("pk")
    return tuple(
        ArchiveProject(
            id=row.pk,
            label=row.label,
            folded_label=row.folded_label,
            name=row.name,
            booked_id=row.booking_project.external_id if row.booking_project else None,
            roles=current_roles(grants[row.pk]),
        )
        for row in rows
        if row.booking_project is None or row.booking_project.instance == instance
    )
