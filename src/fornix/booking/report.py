"""Pure: a plan in words, line by line, for the Sweep's row, the command line and pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fornix.booking.mirror import AccountCard, Mirror, Person
from fornix.booking.plan import GrantChange, PersonChange, Plan, ProjectChange

REMOVAL_HELD = "removal.held"
_PROJECT_FIELDS = {
    "code": "code",
    "name": "name",
    "status": "status",
    "type": "type",
    "pi_text": "PI",
    "pi_email": "e-mail of the PI",
}
_PERSON_FIELDS = {"email": "e-mail", "login_name": "login", "status": "status", "expires_on": "expires on"}
# Claims are told as what is so now, not as true or false: (when it became true, when it became false).
_CLAIMS = {
    "is_active": ("may work in Calpendo", "may no longer work in Calpendo"),
    "is_eligible": ("counts: it books a scanner", "does not count: it books no scanner, or is excluded"),
    "is_vanished": ("is gone from Calpendo", "is back in Calpendo"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One change. `kind` is noun.verb; `about` names the project or person."""

    kind: str
    about: str
    text: str

    def as_json(self) -> dict[str, str]:
        """For the Sweep's row and `--json`."""
        return {"kind": self.kind, "about": self.about, "text": self.text}


def lines_of(plan: Plan, mirror: Mirror, usernames: Mapping[int, str]) -> tuple[Line, ...]:
    """All changes, rights first: they are what one looks for."""
    return (
        *(line for change in plan.grants for line in _grant_lines(change, usernames)),
        *(Line(REMOVAL_HELD, hold.project_id, hold.reason) for hold in plan.holds),
        *(line for person in plan.people for line in _person_lines(person, usernames)),
        *(line for project in plan.projects for line in _project_lines(project, mirror)),
        *_booking_lines(plan),
        *(Line("resource.changed", each.name, each.modality or "no scanner") for each in plan.resources),
    )


def _booking_lines(plan: Plan) -> Iterator[Line]:
    if plan.bookings:
        yield Line("bookings.changed", "bookings", f"{len(plan.bookings)} are new or different")


def usernames_of(accounts: tuple[AccountCard, ...]) -> dict[int, str]:
    """Account id -> login."""
    return {account.id: account.username for account in accounts}


def _grant_lines(change: GrantChange, usernames: Mapping[int, str]) -> Iterator[Line]:
    label = change.archive.label
    if change.attaches:
        yield Line("project.attached", label, f"{label} is Calpendo's project {change.booked_id}")
    for account_id in sorted({*change.before, *change.after}):
        before, after = change.before.get(account_id), change.after.get(account_id)
        name = usernames.get(account_id, f"account {account_id}")
        if after is not None and before != after:
            yield Line("membership.granted", label, f"{name} becomes {after.value}")
        if before is not None and before != after:
            yield Line("membership.revoked", label, f"{name} is no longer {before.value}")


def _person_lines(change: PersonChange, usernames: Mapping[int, str]) -> Iterator[Line]:
    before, after = change.before, change.after
    if before is None:
        yield Line("person.new", after.display_name, after.status or "status not told")
    elif changed := _changed(before, after, _PERSON_FIELDS):
        yield Line("person.changed", after.display_name, changed)
    if after.account_id is not None and (before is None or before.account_id != after.account_id):
        name = usernames.get(after.account_id, f"account {after.account_id}")
        yield Line("person.linked", after.display_name, f"is the account {name}, by e-mail")


def _project_lines(change: ProjectChange, mirror: Mirror) -> Iterator[Line]:
    before, after = change.before, change.after
    if before is None:
        yield Line("project.new", after.title, after.status or "status not told")
        return
    if changed := _changed(before, after, _PROJECT_FIELDS):
        yield Line("project.changed", after.title, changed)
    for part in sorted(after.parts - before.parts, key=str):
        yield Line("person.joined", after.title, f"{_name(part.person_id, mirror)} as {part.part}")
    for part in sorted(before.parts - after.parts, key=str):
        yield Line("person.left", after.title, f"{_name(part.person_id, mirror)} as {part.part}")


def _changed(before: object, after: object, fields: Mapping[str, str]) -> str:
    values = [
        f"{word}: {getattr(before, name) or 'nothing'} -> {getattr(after, name) or 'nothing'}"
        for name, word in fields.items()
        if getattr(before, name) != getattr(after, name)
    ]
    claims = [
        became_true if getattr(after, name) else became_false
        for name, (became_true, became_false) in _CLAIMS.items()
        if getattr(before, name, None) != getattr(after, name, None)
    ]
    return "; ".join(values + claims)


def _name(person_id: str, mirror: Mirror) -> str:
    person: Person | None = mirror.people.get(person_id)
    return person.display_name if person else f"person {person_id}"
