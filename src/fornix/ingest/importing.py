"""`fornix import` from end to end: after the dead are tidied up, receive, seal, file, settle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils import timezone

from fornix.catalog.projects import check_code
from fornix.catalog.site_rules import SiteRules
from fornix.dicom.labels import clean_label
from fornix.ingest.due import file_all
from fornix.ingest.filing import Filed
from fornix.ingest.leftovers import tidy_after_the_dead
from fornix.ingest.receive import Destination, Origin, Reception, open_upload, receive
from fornix.ingest.seal import Sealed, Unrecognised, seal
from fornix.ingest.source_files import Source, Unreadable
from fornix.ingest.sources import find_sources
from fornix.ingest.waiting import settle_uploads
from fornix.models import Arrival
from fornix.storage.store import Store

OPERATOR = Origin("import")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of everything that was given."""

    filed: tuple[Filed, ...]
    unrecognised: tuple[Unrecognised, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def waits(self) -> bool:
        """Whether something waits for a person."""
        return any(item.waits_because for item in self.filed)

    def keeper_of(self, passenger: Unrecognised) -> str:
        """Who keeps what was not recognised: the accession of a session, or the arrival that waits."""
        for item in self.filed:
            if item.group == passenger.group:
                return item.session.accession if item.session else f"arrival {item.arrival_id}"
        return "what was here already"

    @property
    def has_failed(self) -> bool:
        """Whether something could not be read, or broke."""
        return bool(self.unreadable) or any(item.is_failure for item in self.filed)


def import_paths(paths: list[Path], destination: Destination, store: Store, rules: SiteRules) -> ImportReport:
    """Imports files, folders and archives for the operator: see `import_sources`."""
    return import_sources(find_sources(paths), destination, OPERATOR, store, rules)


def import_sources(
    sources: Iterable[Source], destination: Destination, origin: Origin, store: Store, rules: SiteRules
) -> ImportReport:
    """Imports readable files from wherever they come. Safe to kill at any moment and to repeat.

    Raises Invalid, before anything is read, for a project code that no project can have.
    """
    if destination.project:
        check_code(destination.project)
    destination = replace(
        destination, subject=clean_label(destination.subject), session=clean_label(destination.session)
    )
    file_leftovers(store, rules, by_person=True)
    with open_upload(store, destination, origin, at=timezone.now()) as reception:
        receive(reception, sources)
        sealed = seal(reception, rules.time_zone)
    filed = _file_upload(reception, sealed, rules)
    settle_uploads([reception.upload.pk, *sealed.joined.upload_ids], store)
    return ImportReport(tuple(filed), sealed.unrecognised, tuple(reception.unreadable))


def file_leftovers(store: Store, rules: SiteRules, *, by_person: bool) -> list[Filed]:
    """Finishes what importers that died had sealed, and discards what they had not."""
    unfiled = tidy_after_the_dead(store)
    filed = file_all(unfiled, store, rules, by_person=by_person)
    settle_uploads([arrival.upload_id for arrival in unfiled], store)
    return filed


def waiting_arrivals() -> list[Arrival]:
    """All that wait for a person or for news from the booking system, the oldest first."""
    return list(Arrival.objects.filter(deleted_at=None).exclude(refusal="").order_by("id"))


def retry_arrival(arrival: Arrival, store: Store, rules: SiteRules) -> list[Filed]:
    """Tries once more to file what waits: what was unknown then may be known now. Empty when others are at it."""
    try:
        return file_all([arrival], store, rules, by_person=False)
    finally:
        settle_uploads([arrival.upload_id], store)


def _file_upload(reception: Reception, sealed: Sealed, rules: SiteRules) -> list[Filed]:
    arrivals = list(reception.upload.arrivals.order_by("id"))
    filed = file_all(arrivals, reception.store, rules, by_person=True, headers=reception.headers)
    again = file_all(sealed.joined.arrivals, reception.store, rules, by_person=True)
    return _told_once(filed, {arrival.pk for arrival in arrivals}) + [
        replace(item, files=0, already_here=item.files) if item.waits_because else item for item in again
    ]


def _told_once(filed: list[Filed], came_now: set[str]) -> list[Filed]:
    """Leaves out what had waited, and held nothing but what came now to the same session."""
    told = {item.session.pk for item in filed if item.session and item.arrival_id in came_now}

    def is_news(item: Filed) -> bool:
        return bool(item.files or item.notes or item.session is None or item.session.pk not in told)

    return [item for item in filed if item.arrival_id in came_now or is_news(item)]
