"""What became of a delivery: an import's report as it is kept in the row, and read again for pages and APIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fornix.ingest.filing import Filed
from fornix.ingest.importing import ImportReport
from fornix.ingest.reasons import why_it_waits
from fornix.models import ImagingSession

MOST_LINES = 500  # of each kind: a report is read by a person


@dataclass(frozen=True, slots=True)
class ReportedSession:
    """A session that the files are in now; `files` are those that are new, others were here already."""

    project: str
    subject: str
    session: str
    accession: str
    is_new: bool
    scans: int
    files: int
    bytes: int
    already_here: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportedArrival:
    """What waits for a person, and why."""

    id: str
    reason: str
    files: int
    already_here: bool


@dataclass(frozen=True, slots=True)
class ReportedFile:
    """A file that was not recognised, and is kept; or that could not be read."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """Everything that was in a delivery. Long lists are cut; the counts tell all. `problem`: why nothing was tried."""

    sessions: tuple[ReportedSession, ...] = ()
    waiting: tuple[ReportedArrival, ...] = ()
    unrecognised: tuple[ReportedFile, ...] = ()
    unreadable: tuple[ReportedFile, ...] = ()
    unrecognised_count: int = 0
    unreadable_count: int = 0
    problem: str = ""
    files: int = 0  # that were in it, archives counted as one
    bytes: int = 0


def report_of(report: ImportReport) -> DeliveryReport:
    """An import's report, cut to what a person reads."""
    return DeliveryReport(
        sessions=tuple(_session(item, item.session) for item in report.filed[:MOST_LINES] if item.session),
        waiting=tuple(
            ReportedArrival(
                item.arrival_id, item.waits_because, item.files or item.already_here, bool(item.already_here)
            )
            for item in report.filed[:MOST_LINES]
            if item.waits_because
        ),
        unrecognised=_files(report.unrecognised),
        unreadable=_files(report.unreadable),
        unrecognised_count=len(report.unrecognised),
        unreadable_count=len(report.unreadable),
    )


def _session(item: Filed, session: ImagingSession) -> ReportedSession:
    return ReportedSession(
        project=session.project.label,
        subject=session.subject.label,
        session=session.label,
        accession=session.accession,
        is_new=item.is_new,
        scans=item.scans,
        files=item.files,
        bytes=item.bytes,
        already_here=item.already_here,
        notes=tuple(item.notes),
    )


def _files(items: Sequence[Any]) -> tuple[ReportedFile, ...]:
    return tuple(ReportedFile(item.name.lstrip("/"), item.reason) for item in items[:MOST_LINES])


def as_kept(report: DeliveryReport) -> dict[str, Any]:
    """As the row has it."""
    return asdict(report)


def as_read(kept: Mapping[str, Any]) -> DeliveryReport:
    """The report of a row, as its readers see it: without advice for the command line. Empty while there is none."""
    return DeliveryReport(
        sessions=tuple(
            ReportedSession(**line | {"notes": tuple(line["notes"])}) for line in kept.get("sessions", ())
        ),
        waiting=tuple(
            ReportedArrival(**line | {"reason": why_it_waits(line["reason"])})
            for line in kept.get("waiting", ())
        ),
        unrecognised=tuple(ReportedFile(**line) for line in kept.get("unrecognised", ())),
        unreadable=tuple(ReportedFile(**line) for line in kept.get("unreadable", ())),
        unrecognised_count=kept.get("unrecognised_count", 0),
        unreadable_count=kept.get("unreadable_count", 0),
        problem=kept.get("problem", ""),
        files=kept.get("files", 0),
        bytes=kept.get("bytes", 0),
    )
