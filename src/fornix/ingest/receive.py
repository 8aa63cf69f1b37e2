"""Bytes in: an upload takes files in durable batches, and groups DICOM instances into arrivals by study."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice

from django.db import transaction
from django.utils import timezone

from fornix.dicom.header import DicomHeader
from fornix.errors import Invalid
from fornix.ingest.leftovers import discard_upload
from fornix.ingest.owners import this_process
from fornix.ingest.source_files import Source, SourceFile, Unreadable
from fornix.ingest.take import Taken, take
from fornix.models import Account, Arrival, Blob, File, Upload
from fornix.storage.keys import blob_key, new_upload_id
from fornix.storage.store import Batch, Store

BATCH_FILES = 256
BATCH_BYTES = 256 * 1024 * 1024
SPOOLED_BYTES = 32 * 1024 * 1024  # of a batch out of an archive: these are in memory
WORKERS = min(4, os.cpu_count() or 1)  # hashing lets the others run, so one for each core is enough
NAME_LENGTH = 1000
KEPT_HEADERS = 5_000  # some kB each
AHEAD = 2  # batches under way: one is read and hashed while the other is synced
OTHER = "other"  # the group of what is no DICOM instance, until the upload is sealed

Outcome = Taken | Unreadable
Job = tuple[Source, str]  # and the key that it gets


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the sender wants the data, as far as they said so."""

    project: str = ""
    may_create_project: bool = False
    subject: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sends, and by which way in: "import", "inbox", "browser", "push", "rest".

    Data of a person's account reaches only projects to which that person may add; the operator's and the inbox's
    reach all.
    """

    source: str
    account: Account | None = None
    came_from: str = ""  # for people: a person's name, a folder


@dataclass(slots=True)
class Reception:
    """An upload under way, and what it brought so far."""

    upload: Upload
    store: Store
    destination: Destination
    origin: Origin
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)  # file name -> the folder or archive named for import
    copies: dict[str, int] = field(default_factory=dict)  # how often a name came
    reasons: dict[str, str] = field(default_factory=dict)  # of files that are no DICOM instance
    folders: dict[str, dict[str, str]] = field(
        default_factory=dict
    )  # folder -> arrival group -> first file name
    headers: dict[int, DicomHeader] = field(
        default_factory=dict
    )  # of the first files, by row; others are read again
    unreadable: list[Unreadable] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)


@contextmanager
def open_upload(
    store: Store, destination: Destination, origin: Origin, *, at: datetime
) -> Iterator[Reception]:
    """An upload that is thrown away whole if it ends before it was sealed."""
    upload = Upload.objects.create(
        id=new_upload_id(), source=origin.source, account=origin.account, owner=this_process(), started_at=at
    )
    try:
        yield Reception(upload, store, destination, origin)
    finally:
        unsealed = Upload.objects.filter(pk=upload.pk, sealed_at__isnull=True).first()
        if unsealed is not None:
            discard_upload(unsealed, store)


def receive(reception: Reception, sources: Iterable[Source]) -> None:
    """Takes the files in batches: the bytes are synced, then the rows are committed.

    While one batch is synced and its rows are written, the next one is read and hashed.
    """
    remaining = iter(sources)
    under_way: deque[Future[list[Outcome]]] = deque()
    with ThreadPoolExecutor(WORKERS) as hands, ThreadPoolExecutor(AHEAD) as batches:
        while batch := list(_next_batch(remaining)):
            under_way.append(batches.submit(_store, reception.store, _jobs(reception, batch), hands))
            if len(under_way) == AHEAD:
                _note(reception, under_way.popleft().result())
        while under_way:
            _note(reception, under_way.popleft().result())


def _next_batch(sources: Iterator[Source]) -> Iterator[Source]:
    size = spooled = 0
    for source in islice(sources, BATCH_FILES):
        yield source
        if isinstance(source, SourceFile):
            size += source.length
            spooled += source.length if source.is_spooled else 0
        if size >= BATCH_BYTES or spooled >= SPOOLED_BYTES:
            return


def _jobs(reception: Reception, sources: list[Source]) -> list[Job]:
    day, upload = reception.upload.started_at.date(), reception.upload.id
    return [(source, blob_key(day, upload, next(reception.numbers))) for source in sources]


def _store(store: Store, jobs: list[Job], hands: ThreadPoolExecutor) -> list[Outcome]:
    """Durable when it returns."""
    with store.batch() as batch:
        return list(hands.map(lambda job: _take(batch, *job), jobs))


def _note(reception: Reception, outcomes: list[Outcome]) -> None:
    reception.unreadable += [outcome for outcome in outcomes if isinstance(outcome, Unreadable)]
    with transaction.atomic():
        _keep(reception, [outcome for outcome in outcomes if isinstance(outcome, Taken)])


def _take(batch: Batch, source: Source, key: str) -> Outcome:
    if isinstance(source, Unreadable):
        return source
    try:
        return take(batch, source, key)
    except OSError as error:
        return Unreadable(source.name, error.strerror or "it cannot be read")
    except Invalid as error:
        return Unreadable(source.name, str(error))


def _keep(reception: Reception, taken: list[Taken]) -> None:
    blobs = Blob.objects.bulk_create(
        [
            Blob(
                key=item.key,
                length=item.digests.length,
                sha256=item.digests.sha256,
                md5=item.digests.md5,
                crc32=item.digests.crc32,
            )
            for item in taken
        ]
    )
    files = []
    for item, blob in zip(taken, blobs, strict=True):
        arrival = arrival_of(reception, item.group or OTHER, item.study_uid)
        arrival.file_count += 1
        arrival.byte_count += item.digests.length
        name = _remember(reception, item)
        files.append(
            File(
                arrival=arrival,
                name=name,
                blob=blob,
                sop_instance_uid=item.sop_instance_uid,
                transfer_syntax_uid=item.transfer_syntax_uid,
                content_sha256=(item.digests.tail_sha256 or "") if item.group else "",
            )
        )
    File.objects.bulk_create(files)
    for item, file in zip(taken, files, strict=True):
        if item.header is not None and len(reception.headers) < KEPT_HEADERS:
            reception.headers[file.pk] = item.header
    Arrival.objects.bulk_update(reception.arrivals.values(), ["file_count", "byte_count"])


def arrival_of(reception: Reception, group: str, study_uid: str = "") -> Arrival:
    """The upload's arrival for a group, made when it is new."""
    if group not in reception.arrivals:
        wanted, now = reception.destination, timezone.now()
        reception.arrivals[group] = Arrival.objects.create(
            id=new_upload_id(),
            upload=reception.upload,
            group=group,
            study_uid=study_uid,
            project_label=wanted.project,
            may_create_project=wanted.may_create_project,
            subject_label=wanted.subject,
            session_label=wanted.session,
            came_from=reception.origin.came_from,
            received_at=now,
            last_byte_at=now,
        )
    return reception.arrivals[group]


def _remember(reception: Reception, item: Taken) -> str:
    """Notes where the file came from, for its neighbours; returns the name that its row gets."""
    name = item.source.name[-NAME_LENGTH:]
    if item.group:
        folder = name.rpartition("/")[0]
        reception.folders.setdefault(folder, {}).setdefault(item.group, name)
    else:
        # An archive may hold one name twice.
        reception.copies[name] = copy = reception.copies.get(name, 0) + 1
        if copy > 1:
            name = f"{name[-(NAME_LENGTH - 12) :]}~{copy}"
        reception.roots[name] = item.source.root
        reception.reasons[name] = item.reason
    return name
