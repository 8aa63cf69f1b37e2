"""Imports finished units of the inbox, and tells what became of each file."""

from __future__ import annotations

import logging
import traceback
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import Error as DatabaseError

from fornix.booking.find import find_booking_project
from fornix.catalog.projects import find_project
from fornix.catalog.site_rules import SiteRules
from fornix.errors import ArchiveError, Unavailable
from fornix.ingest.importing import ImportReport, import_sources
from fornix.ingest.inbox_earlier import earlier_files
from fornix.ingest.inbox_sources import sources_of
from fornix.ingest.inbox_survey import Seen
from fornix.ingest.inbox_units import Unit
from fornix.ingest.names import plain_name, printable
from fornix.ingest.receive import Destination, Origin
from fornix.storage.store import Store

logger = logging.getLogger(__name__)

_KEPT_REASONS = 5  # of one archive's members


@dataclass(frozen=True, slots=True)
class Outcome:
    """Files that are in the archive now, those that could not be read and why, and those that changed meanwhile."""

    taken: list[Seen]
    failed: dict[Seen, str]
    changed: list[Seen]
    arrivals: list[str]


def import_units(
    inbox: Path, folder: str, units: Sequence[Unit], store: Store, rules: SiteRules
) -> Iterator[Outcome]:
    """Imports units of one sender. One that breaks the import is found by halving, and held up no others."""
    files = [seen for unit in units for seen in unit.files]
    origin = Origin("inbox", came_from=f"inbox {folder}"[:200].strip())
    try:
        sources = sources_of(inbox, [*files, *earlier_files(inbox, files)])
        report = import_sources(sources, _destination(folder), origin, store, rules)
    except (Unavailable, DatabaseError):
        raise
    except Exception as error:  # noqa: BLE001 - one odd file must not keep the others out; it is told
        if len(units) > 1:
            half = len(units) // 2
            yield from import_units(inbox, folder, units[:half], store, rules)
            yield from import_units(inbox, folder, units[half:], store, rules)
            return
        why = (
            str(error)
            if isinstance(error, ArchiveError)
            else f"an error of Fornix itself ({type(error).__name__})"
        )
        _log(error)
        yield Outcome([], dict.fromkeys(files, why), [], [])
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


def _outcome(files: Sequence[Seen], report: ImportReport) -> Outcome:
    """Which files are in the archive now. One that is not as it was seen any more is no failure: it comes again."""
    reasons = _reasons(report, files)
    outcome = Outcome([], {}, [], [filed.arrival_id for filed in report.filed])
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
