"""The bookings of the demo set: those that make a case, and ordinary ones around the clock's day."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ...schema import BOOKING, MEG_SCAN, MRI_SCAN
from ...world import Range, Row, Value
from .catalogue import MEG, MOCK, MRI_3T, MRI_7T, OPERATOR, STIMULUS_ROOM
from .days import clock_changes, odd_hour, utc_of, workday, workdays
from .people import PEOPLE
from .projects import PROJECTS, Project, members

TOTAL = 400
_PREFIX = "300004160"
_REASONS = ("Participant unwell", "Scanner fault", "Participant did not attend", "No longer needed")
# Titles are free text, and some people write the participant's name there: a mirror must not keep it.
PARTICIPANTS = ("Margaret Thornbury", "Mr D. Achebe", "Iris Novotná", "J. Whitcombe (2nd visit)")
_HOURS = (time(9, 0), time(10, 30), time(12, 0), time(13, 30), time(15, 0), time(16, 30))


def case_booking_id(case: int, number: int) -> str:
    """The id of one of the bookings of a case."""
    return f"{_PREFIX}{case:03}{number:03}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A booking before it has people: `project` is a project's short number, or empty."""

    id: str
    resource: str
    day: date
    begins: time
    minutes: int
    project: str
    title: str
    status: str = "Approved"
    repeating: bool = False
    changed: datetime | None = None

    @property
    def start(self) -> datetime:
        """Wall clock."""
        return datetime.combine(self.day, self.begins)

    @property
    def finish(self) -> datetime:
        """Wall clock."""
        return self.start + timedelta(minutes=self.minutes)

    def overlaps(self, other: "Slot") -> bool:
        """Whether both want the same resource at the same time."""
        return self.resource == other.resource and self.start < other.finish and other.start < self.finish


def booking_rows(clock: datetime, zone: ZoneInfo, chance: random.Random) -> Iterator[Row]:
    """All bookings as rows, in the order of their ids."""
    today = clock.astimezone(zone).date()
    special = list(_case_slots(today, zone))
    ordinary = _ordinary_slots(today, special, chance)
    by_number = {project.number: project for project in PROJECTS}
    for slot in sorted([*special, *ordinary], key=lambda each: each.id):
        yield _row(slot, by_number.get(slot.project), clock, zone, chance)


def _case_slots(today: date, zone: ZoneInfo) -> Iterator[Slot]:
    yield from _terminated_slots(today)
    yield from _cancelled_slots(today, zone)
    yield from _matching_slots(today)
    yield from _odd_slots(today, zone)
    yield Slot(case_booking_id(25, 1), MEG, workday(today, 0), time(11, 0), 90, "412", "HIN_014")


def _terminated_slots(today: date) -> Iterator[Slot]:
    """Case 10: one booking in each of 36 months, the last half a year ago."""
    for number in range(36):
        day = workday(today - timedelta(days=180 + 30 * number), 0)
        title = f"DP{36 - number:02}"
        yield Slot(case_booking_id(10, number + 1), MRI_3T, day, time(10, 0), 60, "427", title)


def _cancelled_slots(today: date, zone: ZoneInfo) -> Iterator[Slot]:
    """Case 22: cancelled before, during, and after the scan took place; the fourth is cancelled overnight."""
    yesterday, before = workday(today, -1), workday(today, -2)
    halfway = utc_of(datetime.combine(yesterday, time(10, 30)), zone)
    afterwards = utc_of(datetime.combine(yesterday, time(16, 0)), zone)
    yield Slot(
        case_booking_id(22, 1), MRI_3T, workday(today, 3), time(10, 0), 60, "412", "HIN_031", "Cancelled"
    )
    yield Slot(
        case_booking_id(22, 2), MRI_3T, yesterday, time(10, 0), 60, "412", "HIN_029", "Cancelled",
        changed=halfway,
    )  # fmt: skip
    yield Slot(
        case_booking_id(22, 3), MRI_3T, before, time(10, 0), 60, "414", "SP041", "Cancelled",
        changed=afterwards,
    )  # fmt: skip
    yield Slot(case_booking_id(22, 4), MRI_3T, workday(today, 1), time(10, 0), 60, "414", "SP042")


def _matching_slots(today: date) -> Iterator[Slot]:
    """Case 23: back to back; two that swap overnight; one used 40 minutes late; scanner with stimulus room."""
    yesterday, before, late, pair = (workday(today, -steps) for steps in (1, 2, 3, 4))
    yield Slot(case_booking_id(23, 1), MRI_3T, yesterday, time(13, 0), 60, "412", "HIN_030")
    yield Slot(case_booking_id(23, 2), MRI_3T, yesterday, time(14, 0), 60, "412", "HIN_017")
    yield Slot(case_booking_id(23, 3), MRI_3T, before, time(13, 0), 60, "414", "SP039")
    yield Slot(case_booking_id(23, 4), MRI_3T, before, time(14, 0), 60, "421", "HA3-0602")
    yield Slot(case_booking_id(23, 5), MRI_3T, late, time(9, 0), 60, "412", "HIN_028")
    yield Slot(case_booking_id(23, 6), MRI_3T, pair, time(15, 0), 90, "412", "HIN_027")
    yield Slot(case_booking_id(23, 7), STIMULUS_ROOM, pair, time(14, 30), 120, "412", "HIN_027")


def _odd_slots(today: date, zone: ZoneInfo) -> Iterator[Slot]:
    """Case 24: no project; repeating; in the hour that comes twice and in the one that is missing; to midnight."""
    forward, back = clock_changes(today, zone)
    yield Slot(case_booking_id(24, 1), MOCK, workday(today, 1), time(9, 0), 60, "", "Open day")
    for week in range(4):
        day = workday(today, 2) + timedelta(weeks=week)
        weekly = case_booking_id(24, 2 + week)
        yield Slot(weekly, MRI_7T, day, time(8, 0), 60, "426", "Weekly phantom", repeating=True)
    twice, never = odd_hour(back, zone), odd_hour(forward, zone)
    begins_twice, begins_before = twice.replace(minute=30), never.replace(hour=never.hour - 1, minute=30)
    yield Slot(case_booking_id(24, 6), MRI_7T, back, begins_twice, 60, "415", "Clocks go back")
    yield Slot(case_booking_id(24, 7), MRI_7T, forward, begins_before, 60, "415", "Clocks go forward")
    yield Slot(case_booking_id(24, 8), MRI_7T, workday(today, -1), time(23, 30), 30, "425", "Late")


def _ordinary_slots(today: date, taken: list[Slot], chance: random.Random) -> list[Slot]:
    bookable = [p for p in PROJECTS if p.status in {"Approved", "Restricted"} and p.users != "*course"]
    candidates = [
        Slot("", resource, day, begins, minutes, "", "")
        for day in workdays(today, -40, 21)
        for resource in (MRI_3T, MRI_7T, MEG)
        for begins, minutes in zip(_HOURS, chance.choices((60, 75, 90), k=len(_HOURS)), strict=True)
    ]
    free = [slot for slot in candidates if not any(slot.overlaps(other) for other in taken)]
    chosen = chance.sample(free, TOTAL - len(taken))
    chosen.sort(key=lambda slot: (slot.start, slot.resource))
    return [_filled(n, slot, today, bookable, chance) for n, slot in enumerate(chosen, 1)]


def _filled(number: int, slot: Slot, today: date, bookable: list[Project], chance: random.Random) -> Slot:
    project = chance.choice([each for each in bookable if slot.resource in each.resources.split()])
    status = "Cancelled" if chance.random() < 0.09 else "Approved"
    if slot.day > today and chance.random() < 0.2:
        status = chance.choice(("Requested", "Tentative"))
    title = chance.choice(PARTICIPANTS) if chance.random() < 0.06 else f"sub-{chance.randrange(1, 60):03}"
    row_id = f"{_PREFIX}{500_000 + number}"
    return Slot(row_id, slot.resource, slot.day, slot.begins, slot.minutes, project.number, title, status)


def _row(slot: Slot, project: Project | None, clock: datetime, zone: ZoneInfo, chance: random.Random) -> Row:
    start = utc_of(slot.start, zone)
    created = min(start, clock) - timedelta(minutes=chance.randrange(4_000, 40_000))
    changed = min(slot.changed, clock) if slot.changed else created
    values: dict[str, Value] = {
        "title": slot.title,
        "description": None,
        "status": slot.status,
        "dateRange": Range(slot.start, slot.finish),
        "durationInMinutes": slot.minutes,
        "resource": slot.resource,
        "project": project.id if project else None,
        "booker": chance.choice(_bookers(project)),
        "owner": _id_of(project.owner) if project else None,
        "repeating": slot.repeating,
        "cancelled": slot.status == "Cancelled",
        "cancellationReason": chance.choice(_REASONS) if slot.status == "Cancelled" else None,
        "created": created,
        "modified": changed,
    }
    return Row(*_scan(slot), {**values, **_scan_values(slot, chance)})


def _scan(slot: Slot) -> tuple[str, str]:
    types: Mapping[str, str] = {MRI_3T: MRI_SCAN, MRI_7T: MRI_SCAN, MEG: MEG_SCAN}
    return types.get(slot.resource, BOOKING), slot.id


def _scan_values(slot: Slot, chance: random.Random) -> dict[str, Value]:
    if slot.resource in {MRI_3T, MRI_7T}:
        return {"Operator": OPERATOR, "coil": chance.choice(("32-channel head", "64-channel head/neck"))}
    return {"Operator": OPERATOR, "emptyRoom": False} if slot.resource == MEG else {}


def _bookers(project: Project | None) -> tuple[str, ...]:
    if project is None:
        return (_id_of("ekaplan"),)
    return members(project) or (_id_of(project.owner),)


def _id_of(login: str) -> str:
    return next(person.id for person in PEOPLE if person.login == login)
