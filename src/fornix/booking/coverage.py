"""Bookings without scans and scans without bookings of the last fortnight (contract calpendo 4.9). Read only.

What it can tell: no row says which of several scanners a session is from, nor when it ended. So a session fills a
booking when its project, its kind of scanner and the time of its first scan agree. What still waits fills none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.access.visibility import visible_sessions
from fornix.booking.booked_times import DENIED
from fornix.booking.wall_clock import instants
from fornix.models import Booking, ImagingSession, Project, Scanner

SPAN = timedelta(days=14)
# People come early and overrun (contract 4.8).
EARLY, LATE = timedelta(minutes=30), timedelta(minutes=60)
LISTED = 50
READ = 5_000  # of each kind, the newest


class Gap(StrEnum):
    """What there is instead."""

    NOTHING = "nothing"
    OTHER_TIME = "other-time"  # the project's, on that day, at another time
    CALLED_OFF = "called-off"  # it was cancelled, denied or withdrawn
    OTHER_PROJECT = "other-project"  # another project's, on a scanner of that kind, at that time
    NOT_MIRRORED = "not-mirrored"  # the session's project is none of Calpendo's


@dataclass(frozen=True, slots=True)
class UnfilledBooking:
    """A booked time that no session fills. `label` is the project's here, "" before its first data."""

    external_id: str
    code: str
    label: str
    scanner: str
    status: str
    starts_at: datetime
    ends_at: datetime
    gap: Gap


@dataclass(frozen=True, slots=True)
class UnbookedSession:
    """A session that no booking covers; `booked_for`: codes of the projects that had the time."""

    accession: str
    label: str
    project: str
    modality: str
    acquired_on: date
    acquired_time: str
    gap: Gap
    booked_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Both lists, the newest first, at most LISTED of each, and how many there are.

    `is_known`: bookings were read at all; without them nothing can be told. `is_cut`: more was there than was read.
    """

    since: datetime
    unfilled: tuple[UnfilledBooking, ...] = ()
    unfilled_count: int = 0
    unbooked: tuple[UnbookedSession, ...] = ()
    unbooked_count: int = 0
    is_known: bool = True
    is_cut: bool = False


def coverage(actor: Actor, zone: ZoneInfo, *, at: datetime) -> Coverage:
    """How bookings and sessions of the last fortnight fit together. For administrators.

    :param zone: the scanners' wall clock, which the files are written in.
    """
    require_administrator(actor)
    since = at - SPAN
    booked = _bookings(since, at)
    if not booked:
        return Coverage(since, is_known=False)
    sessions = _sessions(actor, since, at, zone)
    unfilled = [*_unfilled(booked, sessions, zone, since, at)]
    unbooked = [*_unbooked(booked, sessions, zone, since.astimezone(zone).date())]
    listed = unfilled[:LISTED]
    labels = _labels(row.booking_project_id for row, _ in listed)
    return Coverage(
        since=since,
        unfilled=tuple(_unfilled_line(row, gap, labels) for row, gap in listed),
        unfilled_count=len(unfilled),
        unbooked=tuple(unbooked[:LISTED]),
        unbooked_count=len(unbooked),
        is_cut=READ in (len(booked), len(sessions)),
    )


@dataclass(frozen=True, slots=True)
class _Session:
    """A session with what is compared; `starts` are the instants that its written time can mean, none without one."""

    row: ImagingSession
    day: date
    starts: frozenset[datetime]
    booking_project_id: int | None

    def began_in(self, booked: Booking) -> bool:
        """Whether it began in a booked time. One whose files tell no time counts for its whole day."""
        begin, end = booked.starts_at - EARLY, booked.ends_at + LATE
        return not self.starts or any(begin <= start < end for start in self.starts)


def _bookings(since: datetime, at: datetime) -> list[Booking]:
    """Of scanners, called off or not, with a day more than asked for."""
    rows = Booking.objects.filter(starts_at__gte=since - timedelta(days=1), starts_at__lt=at + EARLY)
    rows = rows.exclude(scanner=None).exclude(scanner__modality="")
    return list(rows.select_related("scanner", "booking_project").order_by("-starts_at", "-pk")[:READ])


def _sessions(actor: Actor, since: datetime, at: datetime, zone: ZoneInfo) -> list[_Session]:
    """Those of a kind of scanner that Calpendo has."""
    kinds = set(Scanner.objects.exclude(modality="").values_list("modality", flat=True))
    first, last = ((each).astimezone(zone).date() for each in (since - timedelta(days=1), at))
    rows = visible_sessions(actor).filter(acquired_on__range=(first, last), modality__in=kinds)
    rows = rows.select_related("project").order_by("-acquired_on", "-acquired_time", "-pk")
    return [
        _Session(
            row=row,
            day=row.acquired_on,
            starts=frozenset(instants(f"{row.acquired_on}T{row.acquired_time}", zone))
            if row.acquired_time
            else frozenset(),
            booking_project_id=row.project.booking_project_id,
        )
        for row in rows[:READ]
        if row.acquired_on is not None
    ]


def _unfilled(
    booked: Sequence[Booking], sessions: Iterable[_Session], zone: ZoneInfo, since: datetime, at: datetime
) -> Iterable[tuple[Booking, Gap]]:
    """Over for a while, and of projects whose data belongs here."""
    found: defaultdict[tuple[int | None, str, date], list[_Session]] = defaultdict(list)
    for session in sessions:
        found[session.booking_project_id, session.row.modality, session.day].append(session)
    for row in booked:
        project, scanner = row.booking_project, row.scanner
        if project is None or scanner is None or not project.is_eligible or _is_called_off(row):
            continue
        if row.starts_at < since or row.ends_at + LATE > at:
            continue
        of_the_day = [
            each for day in _days(row, zone) for each in found.get((project.pk, scanner.modality, day), ())
        ]
        if not any(each.began_in(row) for each in of_the_day):
            yield row, Gap.OTHER_TIME if of_the_day else Gap.NOTHING


def _unbooked(
    booked: Iterable[Booking], sessions: Iterable[_Session], zone: ZoneInfo, first: date
) -> Iterable[UnbookedSession]:
    of_day: defaultdict[tuple[str, date], list[Booking]] = defaultdict(list)
    for row in booked:
        for day in _days(row, zone):
            of_day[row.scanner.modality if row.scanner else "", day].append(row)
    for session in sessions:
        if session.day < first:
            continue
        gap, codes = _gap(session, of_day.get((session.row.modality, session.day), ()))
        if gap is not None:
            yield UnbookedSession(
                accession=session.row.accession,
                label=session.row.label,
                project=session.row.project.label,
                modality=session.row.modality,
                acquired_on=session.day,
                acquired_time=session.row.acquired_time,
                gap=gap,
                booked_for=codes,
            )


def _gap(session: _Session, of_the_day: Sequence[Booking]) -> tuple[Gap | None, tuple[str, ...]]:
    """What a session lacks, None when it was booked; and whose the time was."""
    at_the_time = [row for row in of_the_day if session.began_in(row)]
    mine = [row for row in of_the_day if row.booking_project_id == session.booking_project_id]
    if session.booking_project_id is None:
        mine = []
    mine_then = [row for row in mine if row in at_the_time]
    theirs = (row for row in at_the_time if row.booking_project_id and row not in mine)
    others = tuple(sorted({_code(row) for row in theirs if not _is_called_off(row)}))
    if any(not _is_called_off(row) for row in mine_then):
        return None, ()
    if mine_then:
        return Gap.CALLED_OFF, others
    if session.booking_project_id is None:
        return Gap.NOT_MIRRORED, others
    if any(not _is_called_off(row) for row in mine):
        return Gap.OTHER_TIME, others
    return (Gap.OTHER_PROJECT if others else Gap.NOTHING), others


def _is_called_off(row: Booking) -> bool:
    return row.is_cancelled or row.status == DENIED or row.withdrawn_at is not None


def _days(row: Booking, zone: ZoneInfo) -> set[date]:
    """The days on which a session of this booking may begin, by the wall clock. Some last for days."""
    begin, end = (each.astimezone(zone).date() for each in (row.starts_at - EARLY, row.ends_at + LATE))
    return {begin + timedelta(days=number) for number in range(min((end - begin).days, SPAN.days) + 1)}


def _code(row: Booking) -> str:
    return str(row.booking_project) if row.booking_project else ""


def _labels(booking_project_ids: Iterable[int | None]) -> dict[int, str]:
    rows = Project.objects.filter(booking_project__in=set(booking_project_ids))
    return dict(rows.values_list("booking_project", "label"))


def _unfilled_line(row: Booking, gap: Gap, labels: dict[int, str]) -> UnfilledBooking:
    return UnfilledBooking(
        external_id=row.external_id,
        code=_code(row),
        label=labels.get(row.booking_project_id or 0, ""),
        scanner=row.scanner.name if row.scanner else "",
        status=row.status,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        gap=gap,
    )
