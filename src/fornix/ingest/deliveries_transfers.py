"""Transfers: one file of a delivery on its way. Their rows: announced, found, taken out.

Nothing here depends on what a process remembers: how much is here is the end of the last part's row.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from fornix.access.actors import Actor
from fornix.errors import Invalid, NotVisible, Refused, Unavailable
from fornix.ingest.deliveries import MOST_FILES, IsCommitted, find_delivery, require_open
from fornix.ingest.deliveries_names import another_name, clean_name
from fornix.ingest.deliveries_parts import Part
from fornix.models import Delivery, Transfer, TransferPart
from fornix.storage.keys import new_upload_id
from fornix.storage.store import NoRoom, Store

LONGEST_KEY = 500
LARGEST = 2**62
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_NAMES_TRIED = 1000


class TooManyFiles(Refused):
    """One upload has at most 100,000 files. Pack them into an archive, or begin another upload."""


class TooLarge(NoRoom):
    """The archive has no room for a file of this size now. Ask an administrator to make room."""


class AnotherFile(Refused):
    """Another file was announced by this key. Choose a key of its own for each file."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that is to come. `key`: the sender's own word for it; announced once more by it, it is the same transfer.

    `sha256`: in hexadecimal, to be verified once all is here; may be empty.
    """

    name: str
    length: int
    sha256: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a file is here, synced."""

    transfer_id: str
    delivery: Delivery
    name: str
    length: int
    offset: int
    is_finished: bool


def announce(
    actor: Actor, delivery_id: str, announced: Announced, *, room: int | None, at: datetime
) -> Progress:
    """Begins a transfer, or finds the one that was begun by this key.

    :param room: how many bytes the store can take, as far as that is known.
    :raises IsCommitted, TooManyFiles, TooLarge, AnotherFile, Invalid: nothing was changed.
    """
    delivery = find_delivery(actor, delivery_id)
    require_open(delivery)
    name = clean_name(announced.name)
    if not 0 <= announced.length < LARGEST:
        raise Invalid("A file's length is a number of bytes, zero or more.")
    sha256 = announced.sha256.lower()
    if sha256 and not _SHA256.match(sha256):
        raise Invalid("A SHA-256 is written with 64 hexadecimal digits.")
    transfer_id = _id_of(delivery, announced.key)
    found = Transfer.objects.filter(pk=transfer_id).select_related("delivery").first()
    if found is not None:
        if (found.length, found.sha256) != (announced.length, sha256):
            raise AnotherFile
        return progress_of(found)
    if room is not None and announced.length > room:
        raise TooLarge
    if delivery.transfers.count() >= MOST_FILES:
        raise TooManyFiles
    return _create(delivery, transfer_id, name, announced.length, sha256, at)


def _id_of(delivery: Delivery, key: str) -> str:
    if len(key) > LONGEST_KEY:
        raise Invalid(f"A file's key has up to {LONGEST_KEY} characters.")
    return str(uuid.uuid5(uuid.UUID(delivery.id), key)) if key else new_upload_id()


def _create(
    delivery: Delivery, transfer_id: str, name: str, length: int, sha256: str, at: datetime
) -> Progress:
    """The row. Of two files of one name the second gets another: an archive of names would lose one otherwise."""
    taken = name
    for number in range(2, _NAMES_TRIED):
        try:
            with transaction.atomic():
                if not touch(delivery.pk, at):
                    raise IsCommitted
                Transfer.objects.create(
                    id=transfer_id,
                    delivery=delivery,
                    name=taken,
                    length=length,
                    sha256=sha256,
                    opened_at=at,
                    finished_at=None if length else at,
                )
                return Progress(transfer_id, delivery, taken, length, 0, is_finished=not length)
        except IntegrityError:
            same = Transfer.objects.filter(pk=transfer_id).select_related("delivery").first()
            if same is not None:
                return progress_of(same)
            taken = another_name(name, number)
    raise Invalid("Too many files of this upload have one name. Put them into folders.")


def find_transfer(actor: Actor, delivery_id: str, transfer_id: str) -> Transfer:
    """The transfer of this id in the actor's delivery. Raises NotVisible."""
    delivery = find_delivery(actor, delivery_id)
    found = delivery.transfers.filter(pk=transfer_id[:40]).first()
    if found is None:
        raise NotVisible
    found.delivery = delivery
    return found


def progress_of(transfer: Transfer) -> Progress:
    """How much of it is here, from its rows."""
    is_finished = transfer.finished_at is not None
    offset = transfer.length if is_finished else received(transfer)
    return Progress(transfer.pk, transfer.delivery, transfer.name, transfer.length, offset, is_finished)


def received(transfer: Transfer) -> int:
    """How many bytes are here: parts leave no gap, so the last one tells."""
    last = transfer.parts.order_by("-offset").first()
    return last.offset + last.length if last else 0


def parts_of(transfer: Transfer) -> list[Part]:
    """Its parts in their order."""
    rows = transfer.parts.order_by("offset").values_list("offset", "length", "key")
    return [Part(*row) for row in rows]


def touch(delivery_id: str, at: datetime) -> bool:
    """Notes that a byte came, and holds the delivery's row; False when it takes no more."""
    still = Delivery.objects.filter(pk=delivery_id, committed_at=None, ended_at=None)
    return bool(still.update(last_byte_at=at))


def look(actor: Actor, delivery_id: str, keys: Sequence[str]) -> list[tuple[str, Progress]]:
    """Which of the files of these keys were begun, and how much of each is here."""
    delivery = find_delivery(actor, delivery_id)
    ids = {_id_of(delivery, key): key for key in keys if key}
    rows = delivery.transfers.filter(pk__in=ids).annotate(here=Max(F("parts__offset") + F("parts__length")))
    found = []
    for row in rows.order_by("pk"):
        offset = row.length if row.finished_at else row.here or 0
        found.append(
            (
                ids[row.pk],
                Progress(row.pk, delivery, row.name, row.length, offset, row.finished_at is not None),
            )
        )
    return found


def terminate(actor: Actor, delivery_id: str, transfer_id: str, store: Store) -> None:
    """Takes a file out of an open delivery. Raises IsCommitted."""
    transfer = find_transfer(actor, delivery_id, transfer_id)
    require_open(transfer.delivery)
    drop_transfers([transfer], store)


def drop_transfers(transfers: Sequence[Transfer], store: Store) -> None:
    """Rows first: a part without bytes is worse than bytes without a row, which go with the delivery at the latest."""
    parts = TransferPart.objects.filter(transfer__in=transfers)
    with transaction.atomic():
        keys = list(parts.values_list("key", flat=True))
        Transfer.objects.filter(pk__in=[transfer.pk for transfer in transfers]).delete()
    for key in keys:
        drop_bytes(key, store)


def drop_bytes(key: str, store: Store) -> None:
    """As far as the store lets us: what stays is found when the delivery ends."""
    try:
        store.delete(key)
    except Unavailable:
        return
