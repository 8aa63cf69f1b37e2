"""What is remembered of the inbox's files: since when they stand still, and what became of them. Moves no file.

Sizes and times of files are compared with themselves alone: how wrong the clock of their machine is does not matter.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from fornix.ingest.inbox_parts import Watched
from fornix.ingest.inbox_survey import FAILED, Seen, Trouble
from fornix.models import InboxFile, InboxState

logger = logging.getLogger(__name__)

MAX_WATCHED = 100_000  # in one round; the others are seen once these are taken
REASON_LENGTH = 1000
_PORTION = 500
Settled = tuple[Seen, InboxFile]  # taken or failed


@dataclass(slots=True)
class Round:
    """What one look at the folder found."""

    watched: list[Watched] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)  # lying there still, to be put aside
    troubles: set[str] = field(default_factory=set)
    is_whole: bool = True


def note_survey(found: Iterable[Seen | Trouble], *, at: datetime, stays: bool) -> Round:
    """Notes what is new or changed, and forgets what went away by itself. `stays`: nothing is ever put aside."""
    result = Round()
    remaining = iter(found)
    while portion := list(islice(remaining, _PORTION)):
        with transaction.atomic():
            rows = dict(rows_of([one.path for one in portion]))
            _note_troubles([one for one in portion if isinstance(one, Trouble)], rows, result, at)
            settled = _note_files([one for one in portion if isinstance(one, Seen)], rows, result, at)
        result.settled += [] if stays else settled
        if len(result.watched) >= MAX_WATCHED:
            result.is_whole = False
            return result
    _forget(result)
    return result


def _note_files(
    files: Sequence[Seen], rows: Mapping[str, InboxFile], result: Round, at: datetime
) -> list[Settled]:
    """Adds what is to be watched; returns what was taken, or failed, and has not changed since."""
    new: list[InboxFile] = []
    changed: list[InboxFile] = []
    settled: list[Settled] = []
    for seen in files:
        row = rows.get(seen.path)
        if row is None:
            row = InboxFile(path=seen.path)
            new.append(watch_anew(row, seen, at))
        elif (row.length, row.modified_ns) != (seen.length, seen.modified_ns):
            changed.append(watch_anew(row, seen, at))
        elif row.state != InboxState.WATCHED:
            settled.append((seen, row))
            continue
        elif row.still_since > at:  # our own clock was set back
            changed.append(watch_anew(row, seen, at))
        result.watched.append(Watched(seen, row.still_since))
    InboxFile.objects.bulk_create(new)
    save_rows(changed)
    return settled


def watch_anew(row: InboxFile, seen: Seen, at: datetime) -> InboxFile:
    """The row of a file that is new, or another one than before. Not written yet."""
    row.length, row.modified_ns, row.still_since = seen.length, seen.modified_ns, at
    row.state, row.reason, row.told_at, row.arrivals = InboxState.WATCHED, "", None, []
    return row


def _note_troubles(
    troubles: Sequence[Trouble], rows: Mapping[str, InboxFile], result: Round, at: datetime
) -> None:
    """Told once in the log, and on the pages for as long as it lasts."""
    for trouble in troubles:
        result.troubles.add(trouble.path)
        row = rows.get(trouble.path)
        if row is not None and (row.state, row.reason) == (InboxState.FAILED, trouble.reason):
            continue
        logger.warning("action=inbox-trouble reason=%s", trouble.reason)
        # A row without length and time tells of a folder, or of a link.
        none = {"length": 0, "modified_ns": 0, "still_since": at, "arrivals": []}
        reason = {"state": InboxState.FAILED, "reason": trouble.reason[:REASON_LENGTH], "told_at": at}
        InboxFile.objects.update_or_create(path=trouble.path, defaults=none | reason)


def _forget(result: Round) -> None:
    """Files that went away while they were watched, and troubles that are over."""
    present = {one.seen.path for one in result.watched}
    watched = InboxFile.objects.filter(state=InboxState.WATCHED).values_list("pk", "path")
    gone = [pk for pk, path in watched if path not in present]
    told = InboxFile.objects.filter(state=InboxState.FAILED, length=0, modified_ns=0)
    troubles = told.exclude(path__startswith=f"{FAILED}/").values_list("pk", "path")
    delete_rows([*gone, *(pk for pk, path in troubles if path not in result.troubles)])


def forget_gone(inbox: Path) -> int:
    """Forgets taken and failed files that nobody finds in the folder any more; returns how many."""
    rows = InboxFile.objects.exclude(state=InboxState.WATCHED).exclude(length=0, modified_ns=0)
    gone = [pk for pk, path in rows.values_list("pk", "path").iterator() if _is_gone(inbox, path)]
    delete_rows(gone)
    return len(gone)


def _is_gone(inbox: Path, path: str) -> bool:
    # A name with bytes that are no text, or that is very long, is not written as it is on the disk.
    is_written_so = "\\udc" not in path and len(path) < 900
    return is_written_so and not os.path.lexists(inbox / path)


def rows_of(paths: Sequence[str]) -> Iterator[tuple[str, InboxFile]]:
    """What is remembered of these paths."""
    for start in range(0, len(paths), _PORTION):
        for row in InboxFile.objects.filter(path__in=paths[start : start + _PORTION]):
            yield row.path, row


def save_rows(rows: Sequence[InboxFile]) -> None:
    """Writes rows that were changed, in portions."""
    columns = ["length", "modified_ns", "still_since", "state", "reason", "told_at", "arrivals"]
    InboxFile.objects.bulk_update(rows, columns, batch_size=_PORTION)


def delete_rows(keys: Sequence[int]) -> None:
    """Forgets, in portions."""
    for start in range(0, len(keys), _PORTION):
        InboxFile.objects.filter(pk__in=keys[start : start + _PORTION]).delete()
