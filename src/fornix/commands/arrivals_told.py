"""Arrivals on a terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterator

from fornix.ingest.arrival_card import ArrivalCard
from fornix.ingest.arrival_lines import ArrivalLine
from fornix.ingest.arrival_series import SeriesFound
from fornix.ingest.names import printable
from fornix.web.arrival_words import SOURCES, STATES, what_arrived
from fornix.web.formats import plural, size


def as_json(line: ArrivalLine) -> dict[str, object]:
    """One arrival for programs."""
    return {
        "id": line.id,
        "state": line.state.value,
        "kind": line.kind,
        "subject": line.subject,
        "acquired_on": line.acquired_on.isoformat() if line.acquired_on else None,
        "reason": line.reason,
        "project": line.destination,
        "guesses": [{"project": each.target, "why": each.why} for each in line.guesses],
        "source": line.source,
        "came_from": line.came_from,
        "files": line.files,
        "bytes": line.bytes,
        "received_at": line.received_at.isoformat(),
    }


def line_in_words(line: ArrivalLine) -> str:
    """One arrival as a line."""
    about = f"{what_arrived(line.kind)}{f' of {line.subject}' if line.subject else ''}"
    why = f": {line.reason}" if line.reason else ""
    guess = f" (perhaps {line.best.target}: {line.best.why})" if line.best else ""
    amount = f"{plural(line.files, 'file')}, {size(line.bytes)}"
    return printable(f"{line.id}  {STATES[line.state].lower()}  {about}, {amount}{why}{guess}")


def in_words(card: ArrivalCard, series: SeriesFound) -> Iterator[str]:
    """All about one."""
    line = card.line
    pairs = {
        "arrival": line_in_words(line),
        "from": f"{SOURCES.get(line.source, line.source)} {line.came_from}",
        "acquired": str(line.acquired_on or ""),
        "station": line.station,
        "study": card.study_uid,
        "patient id": card.patient_id,
        "project": line.destination,
        "labels": " / ".join(filter(None, (card.subject_label, card.session_label))),
        "decided by": card.decided_by,
    }
    for name, value in pairs.items():
        if value.strip():
            yield f"{name}: {printable(value)}"
    for guess in line.guesses:
        yield printable(f"perhaps {guess.target}: {guess.why}")
    for each in series.lines:
        number = "?" if each.number is None else each.number
        yield printable(
            f"  series {number}  {each.modality}  {plural(each.files, 'file')}  {each.description}"
        )
    if series.read < series.of:
        yield f"  (as {series.read:,} of {series.of:,} files say)"
