"""The inbox folder: what acquisition computers put there is imported once it stands still, then put aside.

A sub-folder named like a project says where its data goes; anything else is routed as usual. Safe to kill at any
moment: what was imported and not yet put aside is known again by its row, else by its bytes.
"""

from __future__ import annotations

import logging
import traceback
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.db import Error as DatabaseError

from fornix.booking.find import find_booking_project
from fornix.catalog.projects import find_project
from fornix.catalog.site_rules import SiteRules
from fornix.errors import ArchiveError, Unavailable
from fornix.ingest.importing import ImportReport, import_sources
from fornix.ingest.inbox_rows import Round, forget_gone, note_outcomes, note_shelved, note_stuck, note_survey
from fornix.ingest.inbox_shelves import shelve
from fornix.ingest.inbox_sources import open_seen, sources_of
from fornix.ingest.inbox_survey import Seen, inbox_path, survey, told
from fornix.ingest.inbox_units import Unit, finished_units
from fornix.ingest.inbox_writers import open_for_writing
from fornix.ingest.names import plain_name, printable
from fornix.ingest.receive import Destination, Origin
from fornix.models import InboxFile, InboxState
from fornix.storage.store import Store

logger = logging.getLogger(__name__)

FILES_PER_ROUND = 20_000
_KEPT_REASONS = 5  # of one archive's members


@dataclass(frozen=True, slots=True)
class Inbox:
    """The folder, for how long a file must stand still, and whether taken files stay where they are."""

    folder: Path
    still: timedelta = timedelta(seconds=30)
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What one round did."""

    taken: int = 0
    failed: int = 0
    has_more: bool = False  # more is finished than one round takes


def take_inbox(inbox: Inbox, store: Store, rules: SiteRules, *, at: datetime) -> Taken:
    """One round: look, import what is finished, put it aside. Raises Unavailable when the store does not take it."""
    found = note_survey(survey(inbox.folder), at=at, stays=inbox.stays)
    if not inbox.stays:
        _put_aside(inbox, found.settled)
    units, has_more = _choose(_finished(inbox, found, at))
    taken = failed = 0
    for folder, chosen in _by_sender(units).items():
        for part in _import(inbox, folder, chosen, store, rules):
            settled = note_outcomes(part.taken, part.failed, part.changed, part.arrivals, at=at)
            if not inbox.stays:
                _put_aside(inbox, settled)
            taken, failed = taken + len(part.taken), failed + len(part.failed)
    return Taken(taken, failed, has_more or (bool(units) and not found.is_whole))


def forget_what_is_gone(inbox: Inbox) -> None:
    """Forgets files that somebody took out of the folder after they were taken, or had failed."""
    if inbox.folder.is_dir():
        forget_gone(inbox.folder)


def _finished(inbox: Inbox, found: Round, at: datetime) -> Iterator[Unit]:
    stood = [one.seen.place for one in found.watched if at - one.still_since >= inbox.still]
    written = open_for_writing(stood)
    watched = [replace(one, is_open=one.seen.place in written) for one in found.watched]
    return finished_units(watched, open_seen, at=at, still=inbox.still)


def _choose(units: Iterator[Unit]) -> tuple[list[Unit], bool]:
    chosen: list[Unit] = []
    count = 0
    for unit in units:
        if chosen and count + len(unit.files) > FILES_PER_ROUND:
            return chosen, True
        chosen.append(unit)
        count += len(unit.files)
    return chosen, False


def _by_sender(units: Sequence[Unit]) -> dict[str, list[Unit]]:
    folders: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        folders[unit.sender_folder].append(unit)
    return folders


@dataclass(frozen=True, slots=True)
class _Outcome:
    taken: list[Seen]
    failed: dict[Seen, str]
    changed: list[Seen]
    arrivals: list[str]


def _import(
    inbox: Inbox, folder: str, units: Sequence[Unit], store: Store, rules: SiteRules
) -> Iterator[_Outcome]:
    """Imports units of one sender. One that breaks the import is found by halving, and held up no others."""
    files = [seen for unit in units for seen in unit.files]
    origin = Origin("inbox", came_from=f"inbox {folder}"[:200].strip())
    try:
        report = import_sources(sources_of(inbox.folder, files), _destination(folder), origin, store, rules)
    except (Unavailable, DatabaseError):
        raise
    except Exception as error:  # noqa: BLE001 - one odd file must not keep the others out; it is told
        if len(units) > 1:
            half = len(units) // 2
            yield from _import(inbox, folder, units[:half], store, rules)
            yield from _import(inbox, folder, units[half:], store, rules)
            return
        why = (
            str(error)
            if isinstance(error, ArchiveError)
            else f"an error of Fornix itself ({type(error).__name__})"
        )
        _log(error)
        yield _Outcome([], dict.fromkeys(files, why), [], [])
    else:
        yield _outcome(files, report)


def _log(error: Exception) -> None:
    """Where it happened, not the error's own text: that can hold a patient's name."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("action=inbox-import-failed error=%s\n%s", type(error).__name__, where)


def _destination(folder: str) -> Destination:
    """The project that the folder names, if there is one; else the files say where they belong, or a person does."""
    name = plain_name(folder)
    if name and (find_project(name) is not None or find_booking_project(name, on=None) is not None):
        return Destination(project=name)
    return Destination()


def _outcome(files: Sequence[Seen], report: ImportReport) -> _Outcome:
    """Which files are in the archive now. One that is not as it was seen any more is no failure: it comes again."""
    reasons = _reasons(report, files)
    outcome = _Outcome([], {}, [], [filed.arrival_id for filed in report.filed])
    for seen in files:
        if not seen.is_as_seen():
            outcome.changed.append(seen)
        elif seen in reasons:
            outcome.failed[seen] = reasons[seen]
        else:
            outcome.taken.append(seen)
    return outcome


def _reasons(report: ImportReport, files: Sequence[Seen]) -> dict[Seen, str]:
    """Why files could not be read; of an archive, why some of its members could not."""
    named = {plain_name(str(seen.place)): seen for seen in files}
    for seen in files:
        named.setdefault(plain_name(str(seen.place.with_suffix(""))), seen)  # what is under gzip is called so
    lines: dict[Seen, list[str]] = defaultdict(list)
    for unreadable in report.unreadable:
        name = unreadable.name
        while name and name not in named:
            name = name.rpartition("/")[0]
        if name:
            inside = unreadable.name[len(name) :].lstrip("/")
            lines[named[name]].append(
                f"{printable(inside)}: {unreadable.reason}" if inside else unreadable.reason
            )
    return {seen: _shortened(reasons) for seen, reasons in lines.items()}


def _shortened(reasons: list[str]) -> str:
    more = len(reasons) - _KEPT_REASONS
    return "; ".join(reasons[:_KEPT_REASONS]) + (f"; and {more} more" if more > 0 else "")


def _put_aside(inbox: Inbox, settled: Sequence[tuple[Seen, InboxFile]]) -> None:
    """Moves what was taken, and what failed with the reason beside it. What cannot be moved stays, and is told."""
    moved = []
    for seen, row in settled:
        reason = row.reason if row.state == InboxState.FAILED else ""
        try:
            place = shelve(inbox.folder, seen, reason=reason)
        except OSError as error:
            note_stuck(row, f"it could not be moved: {told(error)}")
            continue
        if place is not None:
            row.path = inbox_path(inbox.folder, place)
            moved.append(row)
    note_shelved(moved)
