"""The database anew, from manifests and bytes alone: for the day on which no backup of it can be read.

One transaction: the new database holds all of it, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.apps import apps
from django.core.management.color import no_style
from django.db import IntegrityError, connection, models, transaction

from fornix.errors import ArchiveError, Refused
from fornix.integrity.adopt import adopt_session
from fornix.integrity.counters import count_anew, mend_last_changes
from fornix.integrity.findings import Inspection
from fornix.integrity.lost_changes import lost_since, settle_numbers
from fornix.integrity.manifest_text import ManifestUnreadable, manifest_owners, read_lines, stored_numbers
from fornix.integrity.named_keys import side_by_side
from fornix.integrity.recover import end_recovery, recover
from fornix.integrity.site_manifest import load_site
from fornix.integrity.site_names import SITE
from fornix.integrity.site_tables import TABLES
from fornix.models import (
    Account,
    Arrival,
    Blob,
    BookingPerson,
    Event,
    File,
    ImagingSession,
    Project,
    Subject,
    Sweep,
    Upload,
)
from fornix.storage.keys import MANIFESTS, manifest_key
from fornix.storage.store import Stat

# Any row of these is somebody's work: then this is no new database.
_HELD = (Account, Project, Subject, ImagingSession, File, Upload, Arrival, Event, BookingPerson, Sweep)
_TOLD_EVERY = 100


class DatabaseNotEmpty(Refused):
    """This database holds something already."""


@dataclass(slots=True)
class Rebuilt:
    """What was made. `notes` says, in sentences, what could not be made as it was."""

    accounts: int = 0
    sessions: int = 0
    files: int = 0
    lost: int = 0  # files whose rows are there and whose bytes are not
    recovered: int = 0  # files that no manifest names: they wait as arrivals
    numbers_skipped: int = 0  # of subjects and of sessions: somebody may have them already
    notes: list[str] = field(default_factory=list)


def rebuild(inspection: Inspection) -> Rebuilt:
    """Fills a new database. Raises DatabaseNotEmpty, or Refused where there is nothing to make it from."""
    _require_empty()
    rebuilt = Rebuilt()
    owners = sorted(manifest_owners(inspection.store), key=lambda of: (len(of), of))
    with transaction.atomic():
        site_number = _load_site(inspection, rebuilt)
        _reset_sequences()
        for count, of in enumerate(of for of in owners if of != SITE):
            _adopt(inspection, of, rebuilt)
            if count % _TOLD_EVERY == 0:
                inspection.tell("sessions", count)
        _reset_sequences()
        newest_at = _settle_bytes(inspection, rebuilt)
        for model in (Arrival, Subject, Project):
            count_anew(model._default_manager.all())
        mend_last_changes()  # sessions may have changed after the site's manifest was written
        Arrival.objects.filter(files__isnull=True).delete()
        if site_number and (lost := lost_since(inspection.store, site_number, newest_at)):
            rebuilt.notes.append(lost)
        rebuilt.numbers_skipped = settle_numbers(
            inspection.store, all_read=not rebuilt.notes and not rebuilt.recovered
        )
        rebuilt.accounts, rebuilt.sessions = Account.objects.count(), ImagingSession.objects.count()
        rebuilt.files = Blob.objects.count()
    return rebuilt


def _require_empty() -> None:
    held = [
        f"{model._default_manager.count()} of {model.__name__}"
        for model in _HELD
        if model._default_manager.exists()
    ]
    if held:
        raise DatabaseNotEmpty(
            f"This database holds something already ({', '.join(held)}). `fornix rebuild` fills a new one: move "
            "the old one out of the data folder, or name an empty one in FORNIX_DATABASE."
        )


def _load_site(inspection: Inspection, rebuilt: Rebuilt) -> int:
    """Returns the number of the manifest that was read; 0: none."""
    for number in reversed(stored_numbers(inspection.store, SITE)):
        try:
            with transaction.atomic():
                load_site(inspection.store, number)
                _drop_dangling()
        except (ArchiveError, IntegrityError):
            rebuilt.notes.append(f"the site's manifest {number} cannot be read")
            continue
        return number
    rebuilt.notes.append(
        "there is no manifest of the site: accounts, rights and settings are to be made anew"
    )
    return 0


def _adopt(inspection: Inspection, of: str, rebuilt: Rebuilt) -> None:
    for number in reversed(stored_numbers(inspection.store, of)):
        try:
            with transaction.atomic():
                lines = read_lines(inspection.store, manifest_key(of, number))
                adopt_session(lines, manifest_number=number, keeps_ids=True)
        except ManifestUnreadable:
            rebuilt.notes.append(f"{of}: manifest {number} cannot be read")
        except (ArchiveError, IntegrityError) as error:
            told = str(error) if isinstance(error, ArchiveError) else "it contradicts another one"
            rebuilt.notes.append(f"{of}: manifest {number} was not used: {told}")
        else:
            return
    rebuilt.notes.append(f"{of}: no manifest could be used; its files wait as arrivals")


def _drop_dangling() -> None:
    """A row whose other end was gone when that was written down: a reference is emptied, else the row goes."""
    found = True
    while found:
        found = False
        for table in TABLES:
            for column in table.model._meta.concrete_fields:
                if isinstance(column, models.ForeignKey):
                    found |= _drop_dangling_of(table.model, column)


def _drop_dangling_of(
    model: type[models.Model], column: models.ForeignKey[models.Model, models.Model]
) -> bool:
    parents = column.related_model._default_manager.values("pk")
    dangling = model._default_manager.filter(**{f"{column.attname}__isnull": False}).exclude(
        **{f"{column.attname}__in": parents}
    )
    if column.null:
        return bool(dangling.update(**{column.attname: None}))
    return bool(dangling._raw_delete(dangling.db))


def _reset_sequences() -> None:
    """Rows that came with their keys: the next key of a table is after them (PostgreSQL counts by itself)."""
    ours = list(apps.get_app_config("fornix").get_models())
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), ours):
            cursor.execute(statement)


def _settle_bytes(inspection: Inspection, rebuilt: Rebuilt) -> datetime | None:
    """Rows against bytes: what no row names becomes arrivals again, what has no bytes is told. Returns when the
    newest of the former were written."""
    newest_at = None
    for stat in _unnamed(inspection, rebuilt):
        newest_at = max(newest_at or stat.modified_at, stat.modified_at)
        try:
            recover(inspection, stat.key)
            rebuilt.recovered += 1
        except (ArchiveError, OSError):
            rebuilt.notes.append(f"{stat.key}: these bytes cannot be read")
        inspection.tell("files without a manifest", rebuilt.recovered)
    end_recovery(inspection)
    if rebuilt.lost:
        rebuilt.notes.append(f"the bytes of {rebuilt.lost} files are not there: `fornix check` names them")
    return newest_at


def _unnamed(inspection: Inspection, rebuilt: Rebuilt) -> Iterator[Stat]:
    for named, stat in side_by_side(inspection.store):
        if stat is None:
            rebuilt.lost += 1
        elif named is None and not stat.key.startswith(MANIFESTS):
            yield stat
