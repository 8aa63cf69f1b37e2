"""The simulated site while it runs: state, clock, faults and log. It changes only through the control interface."""

import random
import threading
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from .answers import Answer
from .certificates import VALID
from .data_sets import find_set
from .edits import EditRules, apply_edits
from .faults.effects import Effects
from .faults.rules import FaultRule, parse_rules
from .moment import Moment
from .refusals import ControlRefused
from .requests import Request, parse_target
from .script import Entry
from .switches import Switches
from .truth import PARTS, tell_truth
from .world import World

DEFAULT_CLOCK = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
_YEARS = range(1990, 2100)
_LONGEST_LOG = 10_000
_LONGEST_HISTORY = 200


@dataclass(frozen=True, slots=True)
class Beginning:
    """From what a state is built: the same beginning gives the same state."""

    set_name: str = "demo"
    seed: int = 1
    clock: datetime = DEFAULT_CLOCK
    switches: Switches = field(default_factory=Switches)


@dataclass(slots=True)
class LogEntry:
    """One request to the read interfaces. `sent_bytes` is of the body, and is set right when all is sent."""

    number: int
    clock: datetime
    method: str
    target: str
    account: str
    status: int
    sent_bytes: int
    faults: tuple[str, ...]


class Site:
    """One simulated Calpendo. Every method may be called from any thread."""

    def __init__(
        self, beginning: Beginning, username: str, password: str, *, speaks_tls: bool = False
    ) -> None:
        self._lock = threading.RLock()
        self._speaks_tls = speaks_tls
        self._first_passwords = {username: password}
        self.reset(beginning)

    def reset(self, beginning: Beginning) -> None:
        """Builds the state anew; faults, log and history are empty again."""
        data_set = find_set(beginning.set_name)
        _check_clock(beginning.clock)
        world = _built(beginning.set_name, beginning.seed, beginning.clock, beginning.switches.tz)
        with self._lock:
            self._beginning = beginning
            self._data_set = data_set
            self._world = world
            self._clock = beginning.clock
            self._passwords = dict(self._first_passwords)
            self._rules: list[FaultRule] = []
            self._chance = random.Random(beginning.seed)
            self._script = [Entry(each) for each in data_set.script(beginning.clock)]
            self._log: deque[LogEntry] = deque(maxlen=_LONGEST_LOG)
            self._requests = 0
            self._history: deque[tuple[datetime, World]] = deque([(self._clock, world)], _LONGEST_HISTORY)

    @property
    def beginning(self) -> Beginning:
        """What the present state was built from."""
        return self._beginning

    @property
    def world(self) -> World:
        """The present state."""
        return self._world

    @property
    def clock(self) -> datetime:
        """The virtual clock, UTC; it stands still until advanced."""
        return self._clock

    def advance(self, span: timedelta) -> datetime:
        """Moves the clock on and tells what it says then. What the set's script dates before that happens first."""
        with self._lock:
            try:
                clock = self._clock + span
            except OverflowError as error:
                raise ControlRefused("the clock cannot go that far") from error
            _check_clock(clock)
            for entry in self._script:
                if entry.became == "waiting" and entry.dated.at <= clock:
                    self._happen(entry)
            self._clock = clock
            return clock

    def _happen(self, entry: Entry) -> None:
        """An entry of the script that edits made impossible does not stop the clock."""
        try:
            self._apply(entry.dated.edits, max(entry.dated.at, self._clock))
            entry.became = "done"
        except ControlRefused as refusal:
            entry.became = f"refused: {refusal}"

    def edit(self, edits: object) -> None:
        """Applies edits, all or none."""
        with self._lock:
            self._apply(edits, self._clock)

    def _apply(self, edits: object, at: datetime) -> None:
        is_bumped = self._beginning.switches.member_bumps_modified == "true"
        rules = EditRules(at, is_bumped, self._data_set.overnight)
        self._world = apply_edits(self._world, edits, rules)
        self._history.append((at, self._world))

    def script(self) -> list[Entry]:
        """What the set's script holds, in the order of time, and what became of each entry so far."""
        with self._lock:
            return [replace(each) for each in self._script]

    def set_password(self, account: str, password: str | None) -> None:
        """Gives a local account a password, or takes it away."""
        with self._lock:
            self._passwords.pop(account, None)
            if password is not None:
                self._passwords[account] = password

    def set_faults(self, content: object) -> int:
        """Replaces all fault rules, their counts at zero; tells how many there are now."""
        rules = parse_rules(content)
        if not self._speaks_tls and any(rule.applied.effect.on_connection for rule in rules):
            raise ControlRefused("bad-tls needs a simulator that was started with --tls")
        with self._lock:
            self._rules = rules
        return len(rules)

    def certificate(self) -> str:
        """The name of the certificate that a new connection is shown."""
        with self._lock:
            struck = [r.applied for r in self._rules if r.strikes_connection(self._clock, self._chance)]
        return str(struck[0].parameters["certificate"]) if struck else VALID

    def look(self, request: Request) -> tuple[Moment, Effects]:
        """What a request sees, and the faults that strike it."""
        with self._lock:
            struck = [r.applied for r in self._rules if r.strikes(request, self._clock, self._chance)]
            moment = Moment(
                self._world,
                self._beginning.switches,
                self._clock,
                dict(self._passwords),
                self._earlier,
                self._elsewhere,
            )
        return moment, Effects(struck, parse_target(request.target))

    def _earlier(self, hours: float) -> World:
        with self._lock:
            then = self._clock - timedelta(hours=hours)
            past = [world for at, world in self._history if at <= then]
            return past[-1] if past else self._history[0][1]

    def _elsewhere(self) -> World:
        beginning = self._beginning
        return _built("elsewhere", beginning.seed, beginning.clock, beginning.switches.tz)

    def record(self, request: Request, answer: Answer, effects: Effects) -> LogEntry:
        """Notes a request that is about to be answered; the oldest entries go when there are too many."""
        with self._lock:
            self._requests += 1
            entry = LogEntry(
                number=self._requests,
                clock=self._clock,
                method=request.method,
                target=request.target,
                account=request.account,
                status=answer.status,
                sent_bytes=0 if request.method == "HEAD" else len(answer.body),
                faults=tuple(each.name for each in effects.applied),
            )
            self._log.append(entry)
            return entry

    def log(self) -> list[LogEntry]:
        """The requests since the last reset, oldest first."""
        with self._lock:
            return list(self._log)

    def truth(self, parts: Collection[str] = PARTS) -> dict[str, Any]:
        """What a perfect mirror of the present state contains, or these parts of it."""
        with self._lock:
            switches, world, clock = self._beginning.switches, self._world, self._clock
            data_set = self._data_set
        return tell_truth(world, switches, clock, data_set.cases, data_set.overnight, parts)


# States never change, so a second reset to the same beginning need not build it again.
@lru_cache(maxsize=2)
def _built(set_name: str, seed: int, clock: datetime, zone: str) -> World:
    return find_set(set_name).build(seed, clock, ZoneInfo(zone))


def _check_clock(clock: datetime) -> None:
    """Keeps the clock where calendars and time zones are defined."""
    if clock.year not in _YEARS:
        raise ControlRefused(f"the clock runs from {_YEARS[0]} to {_YEARS[-1]}, not in {clock.year}")
