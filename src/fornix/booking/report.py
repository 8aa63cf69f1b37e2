"""Pure: a plan in words, line by line, for the Sweep's row, the command line and pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from fornix.booking.logins import LoginChange, Switch
from fornix.booking.mirror import AccountCard, BookedProject, Mirror, Part, Person
from fornix.booking.plan import GrantChange, PersonChange, Plan, ProjectChange
from fornix.models.booking import Hold

HELD = "change.held"
_PROJECT_FIELDS = {
    "code": "code",
    "name": "name",
    "status": "status",
    "held_status": "status held",
    "type": "type",
    "pi_text": "PI",
    "pi_email": "e-mail of the PI",
}
_PERSON_FIELDS = {"email": "e-mail", "login_name": "login", "status": "status", "expires_on": "expires on"}
# Claims are told as what is so now, not as true or false: (when it became true, when it became false).
_CLAIMS = {
    "is_eligible": ("counts: it books a scanner", "does not count: it books no scanner, or is excluded"),
}
SUSPENDED, RESUMED = "person.suspended", "person.resumed"
JOINED, LEFT, LINKED = "person.joined", "person.left", "person.linked"
LOGIN_OFF, LOGIN_ON = "login.suspended", "login.restored"
_HELD_AS = {
    Hold.ENDING: "no longer listed; ends with the next sweep",
    Hold.WAITING: "no longer listed; the removal waits",
    Hold.PENDING: "listed; the addition waits",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One change. `kind` is noun.verb; `about` names the project or person.

    Changes of rights carry Calpendo's ids too: by these a sweep is undone (undo.py).
    """

    kind: str
    about: str
    text: str
    project_id: str = ""
    person_id: str = ""
    part: str = ""

    def as_json(self) -> dict[str, str]:
        """For the Sweep's row and `--json`: what is told, and nothing empty."""
        return {name: value for name, value in asdict(self).items() if value}


def lines_of(plan: Plan, mirror: Mirror, usernames: Mapping[int, str]) -> tuple[Line, ...]:
    """All changes, rights first: they are what one looks for."""
    # Who is new in this very sweep has a name too.
    mirror = replace(mirror, people={**mirror.people, **{each.after.id: each.after for each in plan.people}})
    changed = {change.after.id: change for change in plan.projects}
    begins = {change.booked_id: change.begins for change in plan.grants if change.begins}
    return (
        *(line for change in plan.grants for line in _grant_lines(change, usernames)),
        *(Line(HELD, _title(each.project_id, mirror), each.reason, each.project_id) for each in plan.waiting),
        *(line for person in plan.people for line in _person_lines(person, usernames)),
        *(line for change in plan.logins for line in _login_lines(change, usernames, mirror)),
        *(line for project in plan.projects for line in _project_lines(project, mirror)),
        *(
            line
            for project_id, parts in begins.items()
            for line in _begin_lines(project_id, parts, changed, mirror)
        ),
        *(line for project_id in plan.opened for line in _opened_lines(project_id, changed, mirror)),
        *_booking_lines(plan),
        *(Line("resource.changed", each.name, each.modality or "no scanner") for each in plan.resources),
    )


def _booking_lines(plan: Plan) -> Iterator[Line]:
    """What is missing for the first time is no change yet."""
    withdrawn = sum(each.withdrawn_at is not None for each in plan.bookings)
    told = sum(each.missing_sweeps == 0 for each in plan.bookings)
    if told:
        yield Line("bookings.changed", "bookings", f"{told} are new or different")
    if withdrawn:
        yield Line("bookings.withdrawn", "bookings", f"{withdrawn} are withdrawn")


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
    elif changed := _changed(before, after, _PERSON_FIELDS) + _absence_changed(before, after):
        yield Line("person.changed", after.display_name, "; ".join(changed))
    if before is not None and before.is_active != after.is_active:
        kind, text = (
            (RESUMED, "may work in Calpendo")
            if after.is_active
            else (SUSPENDED, "may no longer work in Calpendo")
        )
        yield Line(kind, after.display_name, text, person_id=after.id)
    if after.account_id is not None and (before is None or before.account_id != after.account_id):
        name = usernames.get(after.account_id, f"account {after.account_id}")
        yield Line(
            LINKED, after.display_name, f"is the account {name}, by {after.linked_how}", person_id=after.id
        )


def _login_lines(change: LoginChange, usernames: Mapping[int, str], mirror: Mirror) -> Iterator[Line]:
    name = usernames.get(change.account_id, f"account {change.account_id}")
    person = mirror.people.get(change.person_id)
    if change.switch is Switch.OFF and person is not None:
        text = (
            f"may no longer log in: {person.display_name} is {person.status or 'without status'} in Calpendo"
        )
        yield Line(LOGIN_OFF, name, text, person_id=change.person_id)
    elif change.switch is Switch.ON:
        yield Line(LOGIN_ON, name, "may log in again", person_id=change.person_id)


def _begin_lines(
    project_id: str, parts: frozenset[Part], changed: Mapping[str, ProjectChange], mirror: Mirror
) -> Iterator[Line]:
    """The people of a project that begins to give rights, but for those who are told of as new to it."""
    change = changed.get(project_id)
    project = change.after if change else mirror.projects[project_id]
    told = change.after.counting - change.before.counting if change and change.before else frozenset[Part]()
    for part in sorted(parts - told, key=str):
        yield _part_line(JOINED, project, part, mirror)


def _opened_lines(project_id: str, changed: Mapping[str, ProjectChange], mirror: Mirror) -> Iterator[Line]:
    """A project that is shown before its data begins to give rights to all of its people."""
    project = changed[project_id].after if project_id in changed else mirror.projects[project_id]
    yield Line("project.opened", project.title, "is shown before data of it are here", project.id)
    yield from _begin_lines(project_id, project.counting, changed, mirror)


def _project_lines(change: ProjectChange, mirror: Mirror) -> Iterator[Line]:
    """Of a new project that gives nobody anything yet, its people are not told one by one."""
    before, after = change.before, change.after
    if before is None:
        yield Line("project.new", after.title, after.status or "status not told")
        return
    if changed := _changed(before, after, _PROJECT_FIELDS) + _absence_changed(before, after):
        yield Line("project.changed", after.title, "; ".join(changed))
    for part in sorted(after.counting - before.counting, key=str):
        yield _part_line(JOINED, after, part, mirror)
    for part in sorted(before.counting - after.counting, key=str):
        yield _part_line(LEFT, after, part, mirror)
    for part, hold in sorted(after.parts.items(), key=str):
        if hold in _HELD_AS and before.parts.get(part) is not hold:
            text = f"{_name(part.person_id, mirror)} as {part.part}: {_HELD_AS[hold]}"
            yield Line("person.held", after.title, text)


def _part_line(kind: str, project: BookedProject, part: Part, mirror: Mirror) -> Line:
    text = f"{_name(part.person_id, mirror)} as {part.part}"
    return Line(kind, project.title, text, project.id, part.person_id, part.part)


def _absence_changed(before: BookedProject | Person, after: BookedProject | Person) -> list[str]:
    if before.absence.is_gone != after.absence.is_gone:
        return ["is gone from Calpendo" if after.absence.is_gone else "is back in Calpendo"]
    if (before.absence.since is None) != (after.absence.since is None):
        return ["Calpendo does not list it" if after.absence.since else "Calpendo lists it again"]
    return []


def _changed(before: object, after: object, fields: Mapping[str, str]) -> list[str]:
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
    return values + claims


def _title(project_id: str, mirror: Mirror) -> str:
    project = mirror.projects.get(project_id)
    return project.title if project else "everybody"


def _name(person_id: str, mirror: Mirror) -> str:
    person: Person | None = mirror.people.get(person_id)
    return person.display_name if person else f"person {person_id}"
