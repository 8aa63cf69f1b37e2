"""Property paths such as `project.owner.email`: checked against the types, then followed through the rows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

from ..refusals import QueryRefused
from ..schema import Kind, Property, visible_properties
from ..switches import Switches
from ..world import Mark, Range, Row, Value, World

Found: TypeAlias = "Value | Mark | tuple[Found, ...]"
_MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class Path:
    """A path as it was asked for, and the properties it leads through."""

    text: str
    steps: tuple[Property, ...]

    @property
    def end(self) -> Property:
        """The property at the path's end: its kind is the kind of the value."""
        return self.steps[-1]

    @property
    def crosses_set(self) -> bool:
        """Whether the path yields several values, being followed through a set."""
        return any(step.kind is Kind.REFERENCES for step in self.steps[:-1])


def resolve_path(type_name: str, text: str, switches: Switches) -> Path:
    """The path for a text; QueryRefused when the type has no such property."""
    names = text.split(".")
    if len(names) > _MOST_STEPS:
        raise QueryRefused(f"path too long: {len(names)} steps")
    steps: list[Property] = []
    for name in names:
        known = _sub_properties(steps[-1], switches) if steps else visible_properties(type_name, switches)
        if name not in known:
            raise QueryRefused(f"{type_name} has no property {text}")
        steps.append(known[name])
    return Path(text, tuple(steps))


def _sub_properties(parent: Property, switches: Switches) -> dict[str, Property]:
    if parent.kind in {Kind.REFERENCE, Kind.REFERENCES}:
        return dict(visible_properties(parent.target, switches))
    if parent.kind is Kind.RANGE:
        names = ("start", switches.range_end)
        return {name: Property(name, Kind.LOCAL_TIME) for name in names}
    if parent.kind in {Kind.LOCAL_TIME, Kind.STAMP}:
        return {"date": Property("date", Kind.DATE)}
    return {}


def read(world: World, row: Row, path: Path) -> Found:
    """What stands at the end of a path: a value, HIDDEN, or one of these per member of a crossed set."""
    return _follow(world, world.value(row, path.steps[0].name), path.steps)


def _follow(world: World, value: Value | Mark, steps: tuple[Property, ...]) -> Found:
    here, rest = steps[0], steps[1:]
    if not rest or value is None or isinstance(value, Mark):
        return value
    if isinstance(value, tuple):
        return tuple(_through(world, here, each, rest) for each in value)
    if isinstance(value, Range):
        return _follow(world, value.start if rest[0].name == "start" else value.finish, rest)
    if isinstance(value, datetime):
        return _wall_date(value, world)
    return _through(world, here, str(value), rest)


def _through(world: World, reference: Property, row_id: str, rest: tuple[Property, ...]) -> Found:
    target = world.find(reference.target, row_id)
    if target is None:
        return None
    return _follow(world, world.value(target, rest[0].name), rest)


def _wall_date(moment: datetime, world: World) -> date:
    """The site's calendar day of a wall-clock time or of a UTC stamp."""
    if moment.tzinfo is UTC:
        return moment.astimezone(world.zone).date()
    return moment.date()
