"""Which projects an arrival may reach: a person's upload only those to which that person may add; what the centre
took in all; what was recovered none by itself, for nobody knows whose rights bound it."""

from __future__ import annotations

from dataclasses import dataclass

from fornix.access.actors import Actor
from fornix.access.policy import ROLE_ACTIONS, Action, can
from fornix.booking.load import as_booked_project, as_person
from fornix.booking.mirror import Part
from fornix.booking.roles import roles_after
from fornix.models import Account, Arrival, BookingProject, BookingRole, Project
from fornix.models.booking import Hold
from fornix.models.memberships import Role

RECOVERED = "recovered"  # Upload.source of bytes that no row named: who sent them is not known


@dataclass(frozen=True, slots=True)
class Reach:
    """`account`: whose upload it is; None: the operator's, the inbox's or a scanner's, or nobody knows whose.

    `is_known`: whether it is known who sent it. Where it is not, only a person's decision files it.
    """

    account: Account | None = None
    is_known: bool = True

    @property
    def is_limited(self) -> bool:
        """Whether some projects are out of reach, and must not even be told of."""
        return self.account is not None and not Actor(account=self.account).is_administrator

    def may_add_to(self, project: Project) -> bool:
        """Asked anew each time: rights may have changed since the data came."""
        return self.account is None or can(Actor(account=self.account), Action.DATA_ADD, project).allowed

    def may_add_to_booked(self, booked: BookingProject) -> bool:
        """The same of a project that has no data yet: by the role that its first data would give."""
        if not self.is_limited or self.account is None:
            return True
        role = _roles_to_be(booked).get(self.account.pk)
        return self.account.is_active and role is not None and Action.DATA_ADD in ROLE_ACTIONS[role]


EVERYWHERE = Reach()


def reach_of(arrival: Arrival) -> Reach:
    """Whose rights count: of the person who decided where it goes, else of who sent it."""
    if arrival.project_label and arrival.decided_at is not None:
        return Reach(arrival.decided_by)
    return Reach(arrival.upload.account, is_known=arrival.upload.source != RECOVERED)


def _roles_to_be(booked: BookingProject) -> dict[int, Role]:
    roles = list(BookingRole.objects.filter(booking_project=booked).select_related("person"))
    people = {role.person.external_id: as_person(role.person) for role in roles}
    parts = {Part(role.person.external_id, role.part): Hold(role.hold) for role in roles}
    return roles_after(as_booked_project(booked, parts), people, {})
