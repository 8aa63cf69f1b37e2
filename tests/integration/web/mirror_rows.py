"""Rows of the mirror, made directly: people, projects, who is in them, sweeps."""

from __future__ import annotations

from itertools import count

from tests import factories

from fornix.models import (
    Account,
    BookingPerson,
    BookingProject,
    BookingRole,
    Membership,
    Project,
    Sweep,
)
from fornix.models.booking import Hold
from fornix.models.memberships import Role

AT = factories.AT
_ids = count(1000)


def booked_project(code: str = "P001", **fields) -> BookingProject:
    """An approved project of Calpendo that books a scanner."""
    told = {"name": f"Title of {code}", "status": "Approved", "is_eligible": True} | fields
    return BookingProject.objects.create(
        instance="main", external_id=str(next(_ids)), code=code, first_seen_at=AT, last_seen_at=AT, **told
    )


def booked_person(name: str = "Carol", **fields) -> BookingPerson:
    told = {"is_active": True, "status": "Normal"} | fields
    return BookingPerson.objects.create(
        instance="main",
        external_id=str(next(_ids)),
        given_name=name,
        first_seen_at=AT,
        last_seen_at=AT,
        folded_email=told.get("email", "").lower(),
        **told,
    )


def place(
    booked: BookingProject, person: BookingPerson, part: str = "user", hold: Hold = Hold.NONE
) -> BookingRole:
    """The person's part in the project."""
    return BookingRole.objects.create(
        booking_project=booked,
        person=person,
        part=part,
        since=AT,
        hold=hold,
        held_at=AT if hold else None,
    )


def mirrored(project: Project, account: Account, role: Role = Role.MEMBER) -> Membership:
    """What the mirror gives."""
    return Membership.objects.create(
        project=project,
        account=account,
        role=role,
        source="calpendo:main",
        granted_at=AT,
        evidence="user in Calpendo",
    )


def sweep(outcome: str = "complete", *, kinds: tuple[str, ...] = (), **fields) -> Sweep:
    """A sweep that ended, with a line of each kind."""
    changes = [{"kind": kind, "about": "P001", "text": f"{kind} {n}"} for n, kind in enumerate(kinds)]
    told = {"started_at": AT, "finished_at": AT, "changes": changes} | fields
    return Sweep.objects.create(outcome=outcome, **told)


def held_removal(username: str = "carol") -> tuple[BookingProject, Account]:
    """Somebody whom Calpendo does not list any more, and whose right waits for a decision."""
    account = factories.make_account(username, name=username.title())
    booked = booked_project()
    linked = {"account": account, "linked_how": "e-mail", "linked_at": AT}
    place(booked, booked_person(username.title(), **linked), hold=Hold.WAITING)
    mirrored(factories.make_project("P001", booking_project=booked), account)
    return booked, account
