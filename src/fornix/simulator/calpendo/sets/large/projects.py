"""The 5,000 projects of the large set: when each ran, on what, and who is on it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import NormalDist

from ...schema import PROJECT, RESOURCE_SETTING
from ...world import Row, Value
from ..demo.catalogue import AUDITORY, CLINICAL, HUMAN, MEMORY, METHODS, VISION
from .people import TOTAL as PEOPLE
from .people import YEARS, person_id
from .rooms import ROOM_IDS, SCANNERS

STATUSES = {
    "Terminated": 2_750,
    "Approved": 1_500,
    "Restricted": 250,
    "Requested": 125,
    "Draft": 125,
    "Denied": 125,
    "Unbookable": 125,
}
TOTAL = sum(STATUSES.values())
FIRST_ID = 300_004_158_000_000
_FIRST_SETTING = 100_001
_MEDIAN_MEMBERS, _SPREAD, _MOST_MEMBERS, _EMPTY = 12, 0.8, 400, 25
_HAS_RUN = {"Terminated", "Approved", "Restricted"}
_SUBJECTS = """
    attention audition balance colour consolidation dyslexia empathy epilepsy fatigue gait grief handedness
    inhibition insomnia language migraine motion music navigation numeracy pain perception planning reading reward
    rhythm sleep smell speech stress stroke taste timing touch vision
"""
_GROUPS = (AUDITORY, VISION, CLINICAL, METHODS, MEMORY)


@dataclass(frozen=True, slots=True)
class Study:
    """A project before it has a row: `number` from 0, in the order of beginning."""

    number: int
    status: str
    begun: date
    ended: date
    resources: tuple[str, ...]
    members: tuple[str, ...]

    @property
    def id(self) -> str:
        """The Calpendo id, fifteen digits."""
        return project_id(self.number)

    @property
    def has_run(self) -> bool:
        """Whether it could be booked once, or can be now."""
        return self.status in _HAS_RUN


def project_id(number: int) -> str:
    """The Calpendo id of the project that began as so-manieth, from 0."""
    return str(FIRST_ID + number)


def studies(today: date, chance: random.Random) -> Sequence[Study]:
    """All projects; terminated ones lie in the past, the others are of the last four years."""
    statuses = [status for status, count in STATUSES.items() for _ in range(count)]
    sizes = _sizes(chance)
    first = today - timedelta(days=365 * YEARS)
    began = [_began(status, chance) for status in statuses]
    order = sorted(range(TOTAL), key=lambda each: (began[each], each))
    return [
        _study(number, statuses[each], began[each], sizes[each], first, chance)
        for number, each in enumerate(order)
    ]


def _sizes(chance: random.Random) -> Sequence[int]:
    """How many users the projects have: log-normal, taken at even steps, so that the median is what it should be."""
    curve = NormalDist()
    median, spread = _MEDIAN_MEMBERS, _SPREAD
    sizes = [round(median * 2.718281828 ** (spread * curve.inv_cdf((n + 0.5) / TOTAL))) for n in range(TOTAL)]
    sizes[:_EMPTY], sizes[-1] = [0] * _EMPTY, _MOST_MEMBERS
    chance.shuffle(sizes)
    return sizes


def _began(status: str, chance: random.Random) -> float:
    """When a project began, as a share of the ten years."""
    if status == "Terminated":
        return chance.uniform(0.0, 0.8)
    return chance.uniform(0.6, 0.97) if status in _HAS_RUN else chance.uniform(0.85, 0.99)


def _study(number: int, status: str, began: float, size: int, first: date, chance: random.Random) -> Study:
    begun = first + timedelta(days=round(365 * YEARS * began))
    ended = begun + timedelta(days=chance.randrange(400, 1_500))
    if status == "Terminated":
        ended = min(ended, first + timedelta(days=365 * YEARS - 30))
    elif status in _HAS_RUN:
        ended = first + timedelta(days=365 * YEARS + 365)
    return Study(number, status, begun, ended, _resources(chance), _members(began, size, chance))


def _resources(chance: random.Random) -> tuple[str, ...]:
    rooms = tuple(chance.sample(ROOM_IDS, 2))
    if chance.random() < 0.3:
        return rooms
    return (*chance.sample(SCANNERS, chance.choice((1, 1, 2))), rooms[0])


def _members(began: float, size: int, chance: random.Random) -> tuple[str, ...]:
    """People who came at about the time at which the project began."""
    middle = round(began * PEOPLE)
    around = max(300, size)
    low = min(max(1, middle - around), PEOPLE - 2 * around)
    return tuple(person_id(number) for number in chance.sample(range(low, low + 2 * around), size))


def project_rows(every: Sequence[Study], clock: datetime, chance: random.Random) -> Iterator[Row]:
    """The projects, each behind its per-resource settings."""
    setting = _FIRST_SETTING
    for study in every:
        settings = tuple(str(setting + n) for n in range(len(study.resources)))
        setting += len(settings)
        for row_id, resource in zip(settings, study.resources, strict=True):
            yield Row(RESOURCE_SETTING, row_id, {"resource": resource, "maxHours": 40})
        yield _row(study, settings, clock, chance)


def _row(study: Study, settings: tuple[str, ...], clock: datetime, chance: random.Random) -> Row:
    subjects = chance.sample(_SUBJECTS.split(), 2)
    begun = datetime.combine(study.begun, time(8, 14), tzinfo=UTC)
    owner = study.members[0] if study.members else person_id(PEOPLE - 1 - chance.randrange(500))
    leader = chance.choice(study.members) if study.members and chance.random() < 0.8 else None
    values: dict[str, Value] = {
        "name": f"{subjects[0].capitalize()} and {subjects[1]}, study {study.number + 1}",
        "projectCode": f"{study.begun.year}_{study.number + 1:04}" if study.has_run else None,
        "status": study.status,
        "type": HUMAN,
        "groups": (chance.choice(_GROUPS),),
        "owner": owner,
        "users": study.members,
        "principalInvestigator": leader,
        "piName": None if leader else "Prof. R. Lindqvist-Moore",
        "piEmail": None,
        "ethicsNumber": None,
        "projectResourceSettings": settings,
        "created": begun,
        "modified": min(begun + timedelta(days=chance.randrange(1, 900)), clock),
    }
    return Row(PROJECT, study.id, values)
