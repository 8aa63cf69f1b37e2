"""Writes a plan: people first, then projects; each project that holds data in a transaction of its own, with Events.

Every transaction asks first whether this sweep still holds the lease: one that was taken for dead must not go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from fornix.access.suspensions import restore_login, settle_login, suspend_login
from fornix.audit.events import Verb, record_event
from fornix.booking.attach import attach_new_project
from fornix.booking.bookings import write_bookings
from fornix.booking.grants import apply_grants
from fornix.booking.identity import BY_EMAIL, Linking
from fornix.booking.lease import require_lease
from fornix.booking.links import LINKED_BY_IDENTITY, logs_in_as
from fornix.booking.load import load_accounts
from fornix.booking.logins import LoginChange, Switch
from fornix.booking.mirror import AccountCard, Person
from fornix.booking.people import write_link
from fornix.booking.plan import GrantChange, PersonChange, Plan, ProjectChange
from fornix.booking.write_projects import held_since, rows_of, write_absence, write_projects
from fornix.catalog.projects import create_project, free_label, lock_creation
from fornix.models import Account, BookingPerson, BookingProject, Project, Scanner, Sweep
from fornix.models.booking import Hold

BATCH = 200
BOOKINGS = 3000  # of a year's, in one transaction: other writers wait for it
PERSON_FIELDS = (
    "given_name",
    "family_name",
    "email",
    "folded_email",
    "login_name",
    "login_identifier",
    "status",
    "expires_on",
    "is_active",
    "hold",
    "modified_text",
)


def apply_plan(plan: Plan, instance: str, sweep: Sweep, at: datetime, *, linking: Linking = BY_EMAIL) -> None:
    """Writes everything. Cut off anywhere, the next sweep finds the rest still to do.

    :param linking: as the plan was made with, to find the same accounts again.
    """
    if plan.resources or plan.people or plan.logins:
        with transaction.atomic():
            require_lease(sweep)
            _write_resources(plan, instance)
            people = _write_people(plan.people, instance, at)
            _link(people, plan.people, sweep, at, linking)
            _switch_logins(plan.logins, sweep, at)
    with_data = {change.booked_id for change in plan.grants} | _attached(plan, instance)
    for batch in _batches([change for change in plan.projects if change.after.id not in with_data]):
        with transaction.atomic():
            require_lease(sweep)
            rows = write_projects(batch, instance, at)
            # One of them may have got its first data since the plan was made.
            for project in Project.objects.filter(booking_project__in=rows).order_by("pk"):
                apply_grants(project, at=at, sweep_id=sweep.pk)
    projects = {change.after.id: change for change in plan.projects}
    grants = {change.booked_id: change for change in plan.grants}
    for booked_id in sorted(with_data):
        with transaction.atomic():
            require_lease(sweep)
            _apply_project(projects.get(booked_id), grants.get(booked_id), booked_id, instance, sweep, at)
    for booked_id in plan.opened:
        with transaction.atomic():
            require_lease(sweep)
            _open_project(booked_id, instance, sweep, at)
    for start in range(0, len(plan.bookings), BOOKINGS):
        with transaction.atomic():
            require_lease(sweep)
            write_bookings(plan.bookings[start : start + BOOKINGS], instance)


def _open_project(booked_id: str, instance: str, sweep: Sweep, at: datetime) -> None:
    """Shows a project before there is data of it; unless its first data came since the plan was made."""
    lock_creation()
    booked = BookingProject.objects.select_for_update().get(instance=instance, external_id=booked_id)
    if not Project.objects.filter(booking_project=booked).exists():
        project = create_project(free_label(booked.code), at=at, source="mirror")
        attach_new_project(project, booked, at=at, sweep_id=sweep.pk)


def _attached(plan: Plan, instance: str) -> set[str]:
    ids = [change.after.id for change in plan.projects]
    attached = Project.objects.filter(booking_project__instance=instance)
    return set(ids) & set(attached.values_list("booking_project__external_id", flat=True))


def _apply_project(
    change: ProjectChange | None,
    grants: GrantChange | None,
    booked_id: str,
    instance: str,
    sweep: Sweep,
    at: datetime,
) -> None:
    if change is not None:
        write_projects([change], instance, at)
    booked = BookingProject.objects.select_for_update().get(instance=instance, external_id=booked_id)
    if grants is not None and grants.attaches:
        project = Project.objects.select_for_update().get(pk=grants.archive.id)
        if project.booking_project_id is None:
            attach_new_project(project, booked, at=at, sweep_id=sweep.pk)
        return
    project = Project.objects.select_for_update().get(booking_project=booked)
    if change is not None:
        _mirror_metadata(project, change, sweep, at)
    apply_grants(project, at=at, sweep_id=sweep.pk)


def _mirror_metadata(project: Project, change: ProjectChange, sweep: Sweep, at: datetime) -> None:
    """The title follows Calpendo; the label is ours and stays (contract calpendo 4.7)."""
    before, after = change.before, change.after
    changed = {
        name: [getattr(before, name, ""), getattr(after, name)]
        for name in ("code", "name", "status", "held_status", "pi_text")
        if getattr(before, name, "") != getattr(after, name)
    }
    if after.name and project.name != after.name:
        project.name = after.name
        project.save(update_fields=["name"])
    if changed:
        record_event(
            Verb.PROJECT_MIRRORED,
            at=at,
            source="mirror",
            project=project,
            details={"sweep": sweep.pk, "changed": changed},
        )


def _write_resources(plan: Plan, instance: str) -> None:
    for each in plan.resources:
        Scanner.objects.update_or_create(
            instance=instance,
            external_id=each.id,
            defaults={"name": each.name, "modality": each.modality},
        )


def _write_people(changes: Sequence[PersonChange], instance: str, at: datetime) -> Sequence[BookingPerson]:
    new = [_new_person(change, instance, at) for change in changes if change.before is None]
    BookingPerson.objects.bulk_create(new, batch_size=BATCH)
    known = {change.after.id: change for change in changes if change.before is not None}
    rows = list(rows_of(BookingPerson.objects.select_for_update().filter(instance=instance), known))
    for row in rows:
        _set_person(row, known[row.external_id], at)
    written = [*PERSON_FIELDS, "held_at", "missing_since", "vanished_at", "last_seen_at"]
    BookingPerson.objects.bulk_update(rows, written, batch_size=BATCH)
    return [*new, *rows]


def _link(
    rows: Sequence[BookingPerson],
    changes: Sequence[PersonChange],
    sweep: Sweep,
    at: datetime,
    linking: Linking,
) -> None:
    """Makes the planned links, unless an account has changed since the plan was made: see `new_links`."""
    planned = {
        each.after.id: (each.after, each.after.account_id) for each in changes if each.after.account_id
    }
    wanted = [
        (row, *planned[row.external_id])
        for row in rows
        if row.external_id in planned and row.account_id is None and row.unlinked_at is None
    ]
    if not wanted:
        return
    locked = Account.objects.select_for_update().filter(pk__in=[pk for *_, pk in wanted]).order_by("pk")
    accounts = {account.pk: account for account in locked}
    cards = {card.id: card for card in load_accounts(linking) if card.is_linkable}
    sharing = Counter(card.folded_email for card in cards.values())
    for row, person, pk in wanted:
        card = cards.get(pk)
        if card is not None and not card.is_administrator and _is_still(person, card, sharing):
            write_link(row, accounts[pk], at=at, how=person.linked_how, sweep_id=sweep.pk)


def _switch_logins(changes: Sequence[LoginChange], sweep: Sweep, at: datetime) -> None:
    locked = Account.objects.select_for_update().filter(pk__in=[each.account_id for each in changes])
    accounts = {account.pk: account for account in locked.order_by("pk")}
    for change in changes:
        account = accounts.get(change.account_id)
        details = {"sweep": sweep.pk, "calpendo_id": change.person_id}
        if account is None:
            continue
        if change.switch is Switch.OFF:
            suspend_login(account, at=at, details=details)
        elif change.switch is Switch.ON:
            restore_login(account, at=at, details=details)
        else:
            settle_login(account)


def _is_still(person: Person, card: AccountCard, sharing: Mapping[str, int]) -> bool:
    if person.linked_how == LINKED_BY_IDENTITY:
        return logs_in_as(person, card)
    return card.folded_email == person.folded_email and sharing[card.folded_email] == 1


def _new_person(change: PersonChange, instance: str, at: datetime) -> BookingPerson:
    row = BookingPerson(instance=instance, external_id=change.after.id, first_seen_at=at)
    _set_person(row, change, at)
    return row


def _set_person(row: BookingPerson, change: PersonChange, at: datetime) -> None:
    after = change.after
    for name in PERSON_FIELDS:
        setattr(row, name, getattr(after, name))
    row.held_at = held_since(row.held_at, change.before.hold if change.before else Hold.NONE, after.hold, at)
    write_absence(row, after.absence, at)
    row.last_seen_at = at


def _batches(changes: Sequence[ProjectChange]) -> Iterator[Sequence[ProjectChange]]:
    for start in range(0, len(changes), BATCH):
        yield changes[start : start + BATCH]
