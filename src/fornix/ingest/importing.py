"""`fornix import` from end to end: after the dead are tidied up, receive, seal, file, settle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from fornix.catalog.site_rules import SiteRules
from fornix.ingest.dicom_plan import NO_HEADERS, Headers
from fornix.ingest.filing import Filed, absorb_waiting, file_arrival
from fornix.ingest.leftovers import settle_upload, tidy_after_the_dead
from fornix.ingest.receive import Destination, Reception, open_upload, receive
from fornix.ingest.seal import Sealed, Unrecognised, seal
from fornix.ingest.sources import Unreadable, find_sources
from fornix.models import Arrival, Upload
from fornix.storage.store import Store

SOURCE = "import"


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


def import_paths(paths: list[Path], destination: Destination, store: Store, rules: SiteRules) -> ImportReport:
    """Imports files, folders and archives. Safe to kill at any moment and to repeat."""
    file_leftovers(store, rules, by_person=True)
    with open_upload(store, destination, source=SOURCE, at=timezone.now()) as reception:
        receive(reception, find_sources(paths))
        sealed = seal(reception, rules.time_zone)
    filed = _file_upload(reception, sealed, rules)
    settle_upload(reception.upload, store, at=timezone.now())
    return ImportReport(tuple(filed), sealed.unrecognised, tuple(reception.unreadable))


def file_leftovers(store: Store, rules: SiteRules, *, by_person: bool) -> list[Filed]:
    """Finishes what importers that died had sealed, and discards what they had not."""
    unfiled = tidy_after_the_dead(store)
    filed = _file(unfiled, store, rules, by_person=by_person)
    for upload in Upload.objects.filter(pk__in={arrival.upload_id for arrival in unfiled}):
        settle_upload(upload, store, at=timezone.now())
    return filed


def waiting_arrivals() -> list[Arrival]:
    """All that wait for a person or for news from the booking system, the oldest first."""
    return list(Arrival.objects.exclude(refusal="").order_by("id"))


def retry_arrival(arrival: Arrival, store: Store, rules: SiteRules) -> list[Filed]:
    """Tries once more to file what waits: what was unknown then may be known now. Empty when others are at it."""
    try:
        return _file([arrival], store, rules, by_person=False)
    finally:
        for upload in Upload.objects.filter(pk=arrival.upload_id):
            settle_upload(upload, store, at=timezone.now())


def _file_upload(reception: Reception, sealed: Sealed, rules: SiteRules) -> list[Filed]:
    arrivals = list(reception.upload.arrivals.order_by("id"))
    arrivals += [arrival for arrival in sealed.joined if not arrival.refusal]
    filed = _file(arrivals, reception.store, rules, by_person=True, headers=reception.headers)
    filed += [
        Filed(arrival.id, arrival.group, already_here=arrival.file_count, waits_because=arrival.refusal)
        for arrival in sealed.joined
        if arrival.refusal
    ]
    return filed


def _file(
    arrivals: Iterable[Arrival],
    store: Store,
    rules: SiteRules,
    *,
    by_person: bool,
    headers: Headers = NO_HEADERS,
) -> list[Filed]:
    filed = []
    for arrival in arrivals:
        outcome = file_arrival(arrival, store, rules, source=SOURCE, by_person=by_person, headers=headers)
        if outcome is None:
            continue
        filed.append(outcome)
        if outcome.session is not None:
            absorb_waiting(outcome.session, store)
    return filed
