"""The 250,000 bookings of the large set: four bytes each, and a row only while somebody looks at it."""

import random
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ...schema import BOOKING, MEG_SCAN, MRI_SCAN
from ...world import Range, Row, Value
from ..demo.catalogue import MEG, OPERATOR
from ..demo.days import utc_of
from .people import YEARS, person_id
from .projects import Study
from .rooms import BOOKABLE, SCANNERS

TOTAL = 250_000
FIRST_ID = 300_004_170_000_000
CANCELLED_PERCENT = 9
_DAYS_AHEAD = 70
_FIRST_HOUR, _HOURS = 7, 15
_OF_SCANNERS = 0.38
_MINUTES = (30, 45, 60, 60)
_ROUND = 2_654_435_761  # Knuth's multiplier: neighbours get values that lie far apart


class BookedTimes(Mapping[str, Row]):
    """Bookings by id, in the order of their starts: on working days, at full hours, none of a resource overlapping.

    A booking is one number, (day, hour, resource) counted through; all else about it follows from that.
    """

    def __init__(self, studies: Sequence[Study], today: date, zone: ZoneInfo, chance: random.Random) -> None:
        self._today, self._zone = today, zone
        self._first = today - timedelta(days=365 * YEARS - _DAYS_AHEAD)
        self._days = _workdays(self._first, today + timedelta(days=_DAYS_AHEAD))
        self._slots = array("I", _slots(len(self._days), chance))
        self._studies = _by_resource_and_year(studies)

    def __len__(self) -> int:
        return len(self._slots)

    def __iter__(self) -> Iterator[str]:
        return (str(FIRST_ID + number) for number in range(len(self._slots)))

    def __contains__(self, key: object) -> bool:
        return self._number(str(key)) is not None

    def __getitem__(self, key: str) -> Row:
        number = self._number(key)
        if number is None:
            raise KeyError(key)
        return self._row(number)

    def starting(self, earliest: datetime | None, latest: datetime | None) -> Iterator[Row]:
        """Those that start from `earliest` to `latest`, both included, by the site's wall clock."""
        slots = range(len(self._slots))
        low = bisect_left(slots, earliest, key=self._start) if earliest else 0
        high = bisect_right(slots, latest, key=self._start) if latest else len(slots)
        return (self._row(number) for number in slots[low:high])

    def _number(self, key: str) -> int | None:
        if not (key.isascii() and key.isdigit()) or len(key) != len(str(FIRST_ID)):
            return None
        number = int(key) - FIRST_ID
        return number if 0 <= number < len(self._slots) else None

    def _start(self, number: int) -> datetime:
        day, rest = divmod(self._slots[number], _HOURS * len(BOOKABLE))
        return datetime.combine(self._days[day], time(_FIRST_HOUR + rest // len(BOOKABLE)))

    def _row(self, number: int) -> Row:
        slot = self._slots[number]
        stir = (slot * _ROUND) >> 7
        resource = BOOKABLE[slot % len(BOOKABLE)]
        start = self._start(number)
        minutes = _MINUTES[stir % len(_MINUTES)]
        candidates = self._studies.get((resource, start.year), ())
        study = candidates[stir % len(candidates)] if candidates else None
        people = study.members if study and study.members else (person_id(1),)
        is_cancelled = number * 37 % 100 < CANCELLED_PERCENT
        created = utc_of(start, self._zone) - timedelta(days=3 + stir % 25)
        status = "Requested" if start.date() > self._today and stir % 10 == 0 else "Approved"
        values: dict[str, Value] = {
            "title": f"sub-{stir % 80 + 1:03}",
            "description": None,
            "status": "Cancelled" if is_cancelled else status,
            "dateRange": Range(start, start + timedelta(minutes=minutes)),
            "durationInMinutes": minutes,
            "resource": resource,
            "project": study.id if study else None,
            "booker": people[stir % len(people)],
            "owner": people[0],
            "repeating": False,
            "cancelled": is_cancelled,
            "cancellationReason": "Participant unwell" if is_cancelled else None,
            "created": created,
            "modified": created,
        }
        if resource in SCANNERS:
            values["Operator"] = OPERATOR
        return Row(_type_of(resource), str(FIRST_ID + number), values)


def _type_of(resource: str) -> str:
    if resource == MEG:
        return MEG_SCAN
    return MRI_SCAN if resource in SCANNERS else BOOKING


def _workdays(first: date, last: date) -> Sequence[date]:
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if day.weekday() < 5]


def _slots(days: int, chance: random.Random) -> list[int]:
    """The booked ones of all slots: the scanners are busier than the rooms."""
    booked = round(TOTAL * _OF_SCANNERS)
    on_scanners = chance.sample(range(days * _HOURS * len(SCANNERS)), booked)
    rooms = len(BOOKABLE) - len(SCANNERS)
    in_rooms = chance.sample(range(days * _HOURS * rooms), TOTAL - booked)
    every = [each // len(SCANNERS) * len(BOOKABLE) + each % len(SCANNERS) for each in on_scanners]
    every += [each // rooms * len(BOOKABLE) + len(SCANNERS) + each % rooms for each in in_rooms]
    return sorted(every)


def _by_resource_and_year(studies: Sequence[Study]) -> Mapping[tuple[str, int], Sequence[Study]]:
    """Which projects may have booked a resource in a year."""
    found: dict[tuple[str, int], list[Study]] = {}
    for study in studies:
        for resource in study.resources if study.has_run else ():
            for year in range(study.begun.year, study.ended.year + 1):
                found.setdefault((resource, year), []).append(study)
    return found
