"""Pure: what the mirror holds of one Calpendo, as values: the state that a plan starts from and the one it ends in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from fornix.booking.booked_times import BookedTime
from fornix.booking.standing import ProjectStanding, project_standing
from fornix.catalog.person_names import full_name
from fornix.models.booking import Hold, usual_roles
from fornix.models.memberships import Role

OWNER, PI, USER = "owner", "pi", "user"


@dataclass(frozen=True, slots=True)
class Absence:
    """Since when a row has been missing from complete answers; `is_gone` when that is believed (contract 4.5)."""

    since: datetime | None = None
    is_gone: bool = False


PRESENT = Absence()


@dataclass(frozen=True, slots=True)
class Person:
    """A Calpendo user as last known. `account_id`: the account that is theirs.

    `is_active`: may work there, as far as the mirror acts on it; `hold` where it acts otherwise than Calpendo says.
    """

    id: str
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    folded_email: str = ""
    login_name: str = ""
    login_identifier: str = ""
    status: str = ""
    expires_on: date | None = None
    is_active: bool = False
    hold: Hold = Hold.NONE
    modified_text: str = ""
    absence: Absence = PRESENT
    account_id: int | None = None
    linked_how: str = ""
    may_be_linked: bool = True  # by itself; False once a person undid a link

    @property
    def display_name(self) -> str:
        """The name for people to read; the id where there is none."""
        return full_name(self.given_name, self.family_name) or self.login_name or self.id


@dataclass(frozen=True, slots=True)
class Part:
    """One person's part in a project: owner, pi or user."""

    person_id: str
    part: str


def as_roles(written: Mapping[str, str]) -> dict[str, Role]:
    """Which role each part gives, as a row writes it."""
    return {part: Role(written[part]) for part in (OWNER, PI, USER)}


@dataclass(frozen=True, slots=True)
class RolesHeld:
    """Roles that the site chose and that wait, or were refused; `since` is None until it is written down."""

    roles: Mapping[str, Role]
    hold: Hold
    since: datetime | None = None


# Parts that Calpendo no longer tells of, and that count here all the same.
OUTLASTING = frozenset({Hold.ENDING, Hold.WAITING, Hold.KEPT})
# Parts that Calpendo tells of, and that do not count here.
POWERLESS = frozenset({Hold.PENDING, Hold.REFUSED})


@dataclass(frozen=True, slots=True)
class BookedProject:
    """A Calpendo project as last known, with the part that each person has in it and how that part is held.

    `status` is what the mirror acts on; while `hold` keeps it, `held_status` is what Calpendo says. `ending_since`:
    when its parts that are ENDING were first missing. `part_roles`: which role each part gives;
    `roles_held`: other ones that the site chose, and that are held.
    """

    id: str
    code: str = ""
    name: str = ""
    status: str = ""
    status_since: datetime | None = None
    hold: Hold = Hold.NONE
    held_status: str = ""
    type: str = ""
    groups: tuple[str, ...] = ()
    pi_text: str = ""
    pi_email: str = ""
    resource_ids: tuple[str, ...] = ()
    is_eligible: bool = False
    part_roles: Mapping[str, Role] = field(default_factory=lambda: as_roles(usual_roles()))
    roles_held: RolesHeld | None = None
    created_text: str = ""
    modified_text: str = ""
    absence: Absence = PRESENT
    parts: Mapping[Part, Hold] = field(default_factory=dict)
    ending_since: datetime | None = None

    @property
    def standing(self) -> ProjectStanding:
        """What the mirror does with it; one that is gone is frozen, whatever its last status."""
        return ProjectStanding.FROZEN if self.absence.is_gone else project_standing(self.status)

    @property
    def title(self) -> str:
        """How messages name it."""
        return self.code or f"(no code, id {self.id})"

    @property
    def counting(self) -> frozenset[Part]:
        """The parts that give something here."""
        return frozenset(part for part, hold in self.parts.items() if hold not in POWERLESS)

    @property
    def told(self) -> frozenset[Part]:
        """The parts that Calpendo told of last."""
        return frozenset(part for part, hold in self.parts.items() if hold not in OUTLASTING)


@dataclass(frozen=True, slots=True)
class BookedResource:
    """A resource of Calpendo; `modality` is empty for what is no scanner."""

    id: str
    name: str
    modality: str


@dataclass(frozen=True, slots=True)
class ArchiveProject:
    """A project of Fornix; `roles` are this Calpendo's grants: account id -> role."""

    id: int
    label: str
    folded_label: str
    name: str
    booked_id: str | None
    roles: Mapping[int, Role]


@dataclass(frozen=True, slots=True)
class AccountCard:
    """What linking needs to know of an account, and who may log in.

    `subjects`: what the site's realm of single sign-on knows it as. `is_suspended`: the mirror switched its log-in off;
    with `is_active` too, a person gave it back meanwhile.
    """

    id: int
    username: str
    folded_email: str
    is_active: bool
    is_administrator: bool
    subjects: frozenset[str] = frozenset()
    is_suspended: bool = False
    is_linked: bool = False  # to any person of any Calpendo

    @property
    def is_linkable(self) -> bool:
        """Whether it is in use; what the mirror itself switched off, it can switch on again."""
        return self.is_active or self.is_suspended


@dataclass(frozen=True, slots=True)
class Mirror:
    """All of it, by Calpendo's ids."""

    people: Mapping[str, Person]
    projects: Mapping[str, BookedProject]
    resources: Mapping[str, BookedResource]
    archive: tuple[ArchiveProject, ...]
    accounts: tuple[AccountCard, ...]
    bookings: Mapping[str, BookedTime] = field(default_factory=dict)
