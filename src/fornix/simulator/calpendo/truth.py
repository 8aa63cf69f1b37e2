"""The test oracle: what a perfect mirror of a state contains, by contract sections 4.1, 4.2 and 4.8.

Computed from the state alone, by rules written down a second time: it shares nothing with the mirror it judges.
"""

import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .cases import Case
from .schema import BOOKING, PROJECT, RESOURCE, RESOURCE_SETTING, USER, table_of
from .switches import Switches
from .world import Mark, Range, Row, Value, World

# Resource ids of MRI and MEG scanners, and codes that are no research projects: a site configures both.
SCANNERS = frozenset({"11", "12", "13"})
PSEUDO_CODES = frozenset({"BLOCKER", "QA_PHANTOM", "TRAINING"})
_STATES = {
    "Normal": "active",
    "Password must be reset at next login": "active",
    "Requested": "pending",
    "Blocked": "suspended",
    "Denied": "suspended",
    "Expired": "suspended",
}
_TREATMENT = {
    "Approved": ("mirrored", "yes"),
    "Restricted": ("mirrored", "yes"),
    "Terminated": ("mirrored", "grace"),
    "Draft": ("known", "no"),
    "Requested": ("known", "no"),
    "Denied": ("ignored", "no"),
    "Unbookable": ("ignored", "no"),
}


PARTS = ("resources", "people", "projects", "bookings", "cases")


def tell_truth(
    world: World,
    switches: Switches,
    clock: datetime,
    cases: Sequence[Case],
    scripts: Mapping[int, object],
    parts: Collection[str] = PARTS,
) -> dict[str, Any]:
    """Everything, or the parts that are wanted, as JSON values by id."""
    oracle = _Oracle(world, switches, clock, _people_by_email(world))
    told: Mapping[str, Callable[[], dict[str, Any]]] = {
        "resources": lambda: {row.id: row.formatted_name for row in world.rows(RESOURCE)},
        "people": lambda: {row.id: oracle.person(row) for row in world.rows(USER)},
        "projects": lambda: {row.id: oracle.project(row) for row in world.rows(PROJECT)},
        "bookings": lambda: {row.id: oracle.booking(row) for row in world.rows(BOOKING)},
        "cases": lambda: {str(case.number): _told(case, world, scripts) for case in cases},
    }
    return {part: told[part]() for part in PARTS if part in parts}


def _told(case: Case, world: World, scripts: Mapping[int, object]) -> dict[str, Any]:
    rows = [world.find(PROJECT, each) for each in case.projects]
    return {
        "what": case.what,
        "projects": list(case.projects),
        "codes": [row.values.get("projectCode") if row else None for row in rows],
        "people": list(case.people),
        "bookings": list(case.bookings),
        "has_script": case.number in scripts,
    }


def _email_key(email: Value) -> str:
    """Trimmed, lower case, NFC, the domain as IDNA; nothing stripped from the local part."""
    local, at, domain = unicodedata.normalize("NFC", str(email or "").strip()).lower().rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{local}{at}{domain}"


def _people_by_email(world: World) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in world.rows(USER):
        if row.values.get("email"):
            found.setdefault(_email_key(row.values["email"]), []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Oracle:
    world: World
    switches: Switches
    clock: datetime
    by_email: Mapping[str, list[Row]]

    def person(self, row: Row) -> dict[str, Any]:
        """`unique_email`: no other active person has it, so it may link an account."""
        same = self.by_email.get(_email_key(self.known(row, "email")), [])
        active = [each for each in same if self.state(each) == "active"]
        return {
            "name": row.formatted_name,
            "given_name": self.known(row, "givenName"),
            "family_name": self.known(row, "familyName"),
            "email": self.known(row, "email"),
            "login": self.known(row, "loginName"),
            "identifier": self.known(row, "loginIdentifier"),
            "status": self.known(row, "status"),
            "state": self.state(row),
            "unique_email": active == [row],
        }

    def state(self, row: Row) -> str:
        """active, pending, suspended, or unknown for a status never heard of."""
        expires = self.known(row, "expiryDate")
        state = _STATES.get(str(self.known(row, "status")), "unknown")
        today = self.clock.astimezone(self.world.zone).date()
        is_past = expires is not None and str(expires) < today.isoformat()
        return "suspended" if state == "active" and is_past else state

    def project(self, row: Row) -> dict[str, Any]:
        """`treatment` mirrored, known, ignored or frozen; `granted` people have the role by Calpendo now."""
        treatment, routable = _TREATMENT.get(str(row.values.get("status")), ("frozen", "no"))
        resources = self._resources(row)
        counts = bool(resources & SCANNERS)
        code = row.values.get("projectCode")
        is_mirrored = treatment == "mirrored" and counts
        return {
            "code": code,
            "name": row.values.get("name"),
            "status": row.values.get("status"),
            "resources": sorted(resources),
            "is_scanner_project": counts,
            "is_pseudo": code in PSEUDO_CODES,
            "treatment": treatment,
            "is_mirrored": is_mirrored,
            "routable": routable if is_mirrored and code else "no",
            "owner": self.known(row, "owner"),
            "pi": self.pi(row),
            "people": self._people(row, is_mirrored=is_mirrored),
            "hidden": sorted(n for table, i, n in self.world.hidden if (table, i) == (PROJECT, row.id)),
            "never_seen": sorted(
                key[2]
                for key, value in self.world.hidden.items()
                if key[:2] == (PROJECT, row.id) and value is Mark.NEVER_SEEN
            ),
        }

    def known(self, row: Row, name: str) -> Value:
        """What a mirror knows: the value, or of a hidden one the last that could be read, or nothing."""
        value = self.world.hidden.get((table_of(row.type_name), row.id, name), row.values.get(name))
        return None if isinstance(value, Mark) else value

    def pi(self, row: Row) -> dict[str, Any]:
        """The PI by reference, else by an e-mail that one active person has, else as text without a person."""
        mode = self.switches.pi_mode
        name = self.known(row, "piName") if mode in {"reference", "text-email", "text-name"} else None
        email = self.known(row, "piEmail") if mode in {"reference", "text-email"} else None
        person = self.known(row, "principalInvestigator") if mode == "reference" else None
        if person is None and email:
            same = [each for each in self.by_email.get(_email_key(email), []) if self.state(each) == "active"]
            person = same[0].id if len(same) == 1 else None
        if mode == "on-user":
            owner = self.world.find(USER, str(self.known(row, "owner")))
            name = owner.values.get("groupLeader") if owner else None
        return {"person": person, "name": name, "email": email}

    def _people(self, row: Row, *, is_mirrored: bool) -> dict[str, Any]:
        owner, pi = self.known(row, "owner"), self.pi(row)["person"]
        users = self.known(row, "users")
        listed = users if isinstance(users, tuple) else ()
        leaders = [str(each) for each in (owner, pi) if each is not None]
        told = {}
        for person in dict.fromkeys([*leaders, *listed]):
            found = self.world.find(USER, person)
            state = self.state(found) if found else "unknown"
            places = {"owner": owner == person, "pi": pi == person, "users": person in listed}
            told[person] = {
                "role": "owner" if person in leaders else "member",
                "as": [place for place, is_there in places.items() if is_there],
                "state": state,
                "granted": is_mirrored and state == "active",
            }
        return told

    def _resources(self, row: Row) -> set[str]:
        settings = self.known(row, "projectResourceSettings")
        listed = settings if isinstance(settings, tuple) else ()
        found = [self.world.find(RESOURCE_SETTING, each) for each in listed]
        return {str(each.values["resource"]) for each in found if each is not None}

    def booking(self, row: Row) -> dict[str, Any]:
        """Times in UTC; `odd_hour` when a wall-clock time comes twice or never on that day."""
        span = row.values["dateRange"]
        assert isinstance(span, Range)
        return {
            "type": row.type_name,
            "status": row.values.get("status"),
            "resource": row.values.get("resource"),
            "project": row.values.get("project"),
            "owner": row.values.get("owner"),
            "booker": row.values.get("booker"),
            "starts_at": self._utc(span.start).isoformat(),
            "ends_at": self._utc(span.finish).isoformat(),
            "odd_hour": self._is_odd(span.start) or self._is_odd(span.finish),
        }

    def _utc(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self.world.zone).astimezone(UTC)

    def _is_odd(self, wall: datetime) -> bool:
        first, second = (wall.replace(tzinfo=self.world.zone, fold=fold).utcoffset() for fold in (0, 1))
        return first != second
