"""The inbox folder: what acquisition computers put there is imported once it stands still, then put aside.

A sub-folder named like a project says where its data goes; anything else is routed as usual. Safe to kill at any
moment: what was imported and not yet put aside is known again by its row, else by its bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from fornix.catalog.site_rules import SiteRules
from fornix.ingest.inbox_import import import_units
from fornix.ingest.inbox_outcomes import note_outcomes, note_shelved, note_stuck
from fornix.ingest.inbox_rows import Round, forget_gone, note_survey
from fornix.ingest.inbox_shelves import shelve
from fornix.ingest.inbox_sources import open_seen
from fornix.ingest.inbox_survey import Seen, inbox_path, survey, told
from fornix.ingest.inbox_units import Unit, finished_units
from fornix.ingest.inbox_writers import open_for_writing
from fornix.models import InboxFile, InboxState
from fornix.storage.store import Store

FILES_PER_ROUND = 20_000


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
        for part in import_units(inbox.folder, folder, chosen, store, rules):
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
