"""The bytes of transfers, part by part. Bytes first, synced; then their row; then the sender is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from secrets import randbits

from django.db import IntegrityError, transaction
from django.utils import timezone

from fornix.access.actors import Actor
from fornix.errors import NotVisible, Refused
from fornix.ingest.deliveries import IsCommitted, require_open
from fornix.ingest.deliveries_parts import Part, hash_parts
from fornix.ingest.deliveries_pieces import PIECE_BYTES, Pieces, TooLong
from fornix.ingest.deliveries_transfers import (
    Progress,
    drop_bytes,
    drop_transfers,
    find_transfer,
    parts_of,
    progress_of,
    received,
    touch,
)
from fornix.models import Delivery, Transfer, TransferPart
from fornix.storage.digests import Digests
from fornix.storage.keys import blob_key
from fornix.storage.store import Store


class OffsetConflict(Refused):
    """The next byte of this file is another one. Ask how much is here, and go on there."""


class BytesDiffer(Refused):
    """What came is not what was sent: the hashes differ. Nothing of it was kept; send it again."""


def append(
    actor: Actor,
    delivery_id: str,
    transfer_id: str,
    offset: int,
    chunks: Iterable[bytes],
    store: Store,
    *,
    announced: int | None = None,
    sha256: str = "",
) -> Progress:
    """Adds bytes at the end of what is here. What came whole in pieces stays when the rest is cut off.

    :param announced: how many bytes the chunks will have, where that is known.
    :param sha256: of these very bytes: then all of them are one piece, and are kept if they are right.
    :raises OffsetConflict: others added some first; nothing of these was kept.
    :raises TooLong: more came than was announced. The errors of `chunks` pass through.
    :raises BytesDiffer: they are not those of `sha256`; or the whole file is not the one that was announced, which
        is discarded then.
    """
    transfer = find_transfer(actor, delivery_id, transfer_id)
    require_open(transfer.delivery)
    if offset != progress_of(transfer).offset:
        raise OffsetConflict
    if announced is not None and offset + announced > transfer.length:
        raise TooLong
    room = transfer.length - offset
    for part, digests in stored_pieces(
        transfer.delivery, chunks, store, offset=offset, room=room, sha256=sha256
    ):
        try:
            _record(
                transfer, part, is_whole=digests.length == transfer.length and _is_right(transfer, digests)
            )
        except BaseException:
            drop_bytes(part.key, store)
            raise
        offset += part.length
    if offset == transfer.length and transfer.finished_at is None:
        finish(transfer, store)
    return progress_of(transfer)


def _is_right(transfer: Transfer, digests: Digests) -> bool:
    return transfer.sha256 in ("", digests.sha256)


def stored_pieces(
    delivery: Delivery,
    chunks: Iterable[bytes],
    store: Store,
    *,
    offset: int = 0,
    room: int,
    sha256: str = "",
) -> Iterator[tuple[Part, Digests]]:
    """Puts the chunks into the store as parts from `offset` on; gives each once it is synced."""
    for piece in Pieces(chunks, room=room, piece_bytes=None if sha256 else PIECE_BYTES):
        key = blob_key(delivery.opened_at.date(), delivery.pk, randbits(60))
        digests = store.put(key, piece)
        if sha256 and digests.sha256 != sha256:
            drop_bytes(key, store)
            raise BytesDiffer
        yield Part(offset, digests.length, key), digests
        offset += digests.length


def _record(transfer: Transfer, part: Part, *, is_whole: bool) -> None:
    """The part's row: of those who write at one offset, one wins. `is_whole`: with it the file is here, verified."""
    at = timezone.now()
    try:
        with transaction.atomic():
            if not touch(transfer.delivery_id, at):
                raise IsCommitted
            if not Transfer.objects.select_for_update().filter(pk=transfer.pk).exists():
                raise NotVisible
            if received(transfer) != part.offset:
                raise OffsetConflict
            TransferPart.objects.create(
                transfer=transfer, offset=part.offset, length=part.length, key=part.key
            )
            if is_whole:
                Transfer.objects.filter(pk=transfer.pk).update(finished_at=at)
    except IntegrityError:
        raise OffsetConflict from None
    if is_whole:
        transfer.finished_at = at


def finish(transfer: Transfer, store: Store) -> None:
    """Verifies a file that is here whole.

    :raises BytesDiffer: it is not the announced one; it is discarded, to be sent again.
    """
    if transfer.sha256 and hash_parts(store, parts_of(transfer)) != transfer.sha256:
        drop_transfers([transfer], store)
        raise BytesDiffer
    transfer.finished_at = timezone.now()
    Transfer.objects.filter(pk=transfer.pk).update(finished_at=transfer.finished_at)


def finish_whole(delivery: Delivery, store: Store) -> None:
    """Finishes what is here whole: a process that died between its last byte and its end left it so."""
    for transfer in delivery.transfers.filter(finished_at=None):
        if received(transfer) == transfer.length:
            finish(transfer, store)
