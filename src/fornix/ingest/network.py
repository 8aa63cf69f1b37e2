"""Instances that come over a network, one by one: when `Intake.take` returns, bytes and row are on the disk.

Knows no association and no status word: the receiver translates.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import Error
from django.utils import timezone

from fornix.dicom.file_meta import file_meta
from fornix.dicom.header import PREFIX_BYTES
from fornix.dicom.labels import clean_label
from fornix.errors import Unavailable
from fornix.ingest.daily import DailyUploads, Place
from fornix.ingest.landing import Landed, Recorded, UploadEnded
from fornix.ingest.names import instance_name
from fornix.ingest.recording import RecordUnknown, record_together, refusal_of
from fornix.ingest.seal import NOTHING
from fornix.ingest.take import clean_uid, group_of, header_of
from fornix.ingest.together import Together
from fornix.models import Arrival, Sender
from fornix.storage.digests import Digests
from fornix.storage.store import Store

logger = logging.getLogger(__name__)

SOURCE = "dicom"


@dataclass(frozen=True, slots=True)
class Instance:
    """What the network says of an instance before its data set: the UIDs of the command and of the context."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    sender: Sender | None
    came_from: str  # AE title and address


class Intake:
    """Takes instances of any number of threads at once. One for each receiver process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._uploads = DailyUploads(SOURCE)
        self._rows: Together[Landed, Recorded] = Together(record_together)

    def take(
        self, instance: Instance, chunks: Iterable[bytes | memoryview], touched: set[str] | None = None
    ) -> int:
        """Keeps one data set as it was sent; returns how many bytes are stored, file meta and all.

        When it returns they are durable and part of an arrival, whose id is added to `touched`. Raises NoRoom when
        the disk is full, Unavailable when store or database do not answer; errors of `chunks` pass through. Whatever
        it raises, the instance counts as not received: the sender still has it.
        """
        try:
            with self._uploads.place() as place:
                landed = self._land(instance, chunks, place)
                recorded = self._record(landed)
        except Error as error:
            raise refusal_of(error) from error
        if touched is not None:
            touched.add(recorded.arrival_id)
        return landed.digests.length

    def close_association(self, arrival_ids: Iterable[str]) -> None:
        """The sender of these arrivals said that this was all: they are filed without waiting for the quiet time."""
        open_ones = Arrival.objects.filter(pk__in=list(arrival_ids), closed_at=None, deleted_at=None)
        open_ones.update(committed_at=timezone.now())

    def close(self) -> None:
        """Ends the upload of this process; what is taken afterwards begins another one."""
        self._uploads.close()

    def _land(self, instance: Instance, chunks: Iterable[bytes | memoryview], place: Place) -> Landed:
        meta = file_meta(instance.sop_class_uid, instance.sop_instance_uid, instance.transfer_syntax_uid)
        beginning = _Beginning()
        digests = self._store.put(place.key, beginning.passing(meta, chunks), tail_offset=len(meta))
        try:
            return self._describe(instance, place, digests, beginning.prefix())
        except Unavailable:
            self._forget(place.key)
            raise

    def _describe(self, instance: Instance, place: Place, digests: Digests, prefix: bytes) -> Landed:
        """Its rows, by what its header says. Whatever that is, the instance is kept."""

        def read_at(offset: int, size: int) -> bytes:
            with self._store.open(place.key, offset, size) as stream:
                return stream.read(size)

        header, _ = header_of(prefix, read_at, digests.length)
        study_uid = clean_uid(header.study_uid) if header else ""
        uid = clean_uid((header and header.sop_instance_uid) or instance.sop_instance_uid)
        sender = clean_label(instance.came_from)
        return Landed(
            place=place,
            digests=digests,
            group=group_of(header, study_uid, sender) if header else f"{NOTHING}:{sender}",
            study_uid=study_uid,
            name=instance_name(uid, digests.tail_sha256 or ""),
            sop_instance_uid=uid,
            transfer_syntax_uid=clean_uid(instance.transfer_syntax_uid),
            content_sha256=(digests.tail_sha256 or "") if header else "",
            sender=instance.sender,
            came_from=instance.came_from,
        )

    def _record(self, landed: Landed) -> Recorded:
        """Commits its rows, together with those of others that wait. Bytes that no row names go."""
        try:
            recorded = self._rows.do(landed)
        except RecordUnknown:
            raise  # perhaps there is a row: the end of the upload tells whether these bytes are needed
        except Unavailable as error:
            if isinstance(error, UploadEnded):
                self._uploads.forsake(landed.place.upload_id)
            self._forget(landed.place.key)
            raise
        if not recorded.is_new:
            self._forget(landed.place.key)
        return recorded

    def _forget(self, key: str) -> None:
        """What fails here is done at the end of the upload."""
        try:
            self._store.delete(key)
        except Unavailable as error:
            logger.warning("action=bytes-left error=%s", type(error).__name__)


class _Beginning:
    """Keeps the first bytes of a stream that passes: mostly the header is in them."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._missing = PREFIX_BYTES

    def passing(self, meta: bytes, chunks: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
        """The meta and the chunks, as they are."""
        self._keep(meta)
        yield meta
        for chunk in chunks:
            if self._missing > 0:
                self._keep(chunk)
            yield chunk

    def prefix(self) -> bytes:
        """PREFIX_BYTES, or all there are."""
        return b"".join(self._parts)

    def _keep(self, chunk: bytes | memoryview) -> None:
        part = bytes(chunk[: self._missing])
        self._parts.append(part)
        self._missing -= len(part)
