"""What waits for a person: arrivals that could not be filed, what they are, and why. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.models import Arrival, File

PAGE = 50


@dataclass(frozen=True, slots=True)
class ArrivalLine:
    """One arrival that waits. `kind` is what holds it together: study, no-study, MEG, EEG, beside or nothing."""

    id: str
    kind: str
    subject: str
    acquired_on: date | None
    first_file: str
    reason: str
    destination: str
    files: int
    bytes: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """A page of what waits; `next` is the key of the older ones, empty at the end."""

    rows: tuple[ArrivalLine, ...]
    next: str
    total: int


def waiting_count(actor: Actor) -> int:
    """How many arrivals wait; 0 for everybody who may not see them."""
    return _waiting().count() if actor.is_administrator else 0


def waiting_lines(actor: Actor, *, before: str = "") -> WaitingPage:
    """Arrivals that wait, newest first, from the one before `before` on. For administrators."""
    require_administrator(actor)
    first_file = File.objects.filter(arrival=OuterRef("pk")).order_by("pk").values("name")[:1]
    rows = (
        _waiting().annotate(first_file=Subquery(first_file)).order_by("-pk")
    )  # ids are in the order of time
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    page = found[:PAGE]
    return WaitingPage(
        rows=tuple(map(_line, page)),
        next=page[-1].pk if len(found) > PAGE else "",
        total=_waiting().count(),
    )


def _waiting() -> QuerySet[Arrival]:
    return Arrival.objects.exclude(refusal="")


def _line(row: Arrival) -> ArrivalLine:
    kind, subject, written = _told_by(row.group)
    return ArrivalLine(
        id=row.pk,
        kind=kind,
        subject=row.subject_label or subject,
        acquired_on=_day(written),
        first_file=vars(row)["first_file"] or "",  # what annotate() put there is not on the class
        reason=row.refusal,
        destination=row.project_label,
        files=row.file_count,
        bytes=row.byte_count,
        received_at=row.received_at,
    )


def _told_by(group: str) -> tuple[str, str, str]:
    """Kind, subject and day of `study:uid:patient`, `no-study:patient:day:root`, `MEG:subject:day:project`."""
    kind, *told = group.split(":")
    padded = [*told, "", ""]
    if kind == "study":
        return kind, _patient(padded[1]), ""
    if kind in ("no-study", "MEG", "EEG"):
        return kind, _patient(padded[0]), padded[1]
    return kind, "", ""


def _patient(written: str) -> str:
    """Without what keeps ids apart that only clean alike; "" where a folder stands for who is not known."""
    return "" if written.startswith("?") else written.partition("~")[0]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)  # both 2026-02-19 and DICOM's 20260219
    except ValueError:
        return None
