"""One file or archive that comes whole, in one request: a delivery that is opened, filled and committed at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from fornix.access.actors import Actor
from fornix.errors import Invalid
from fornix.ingest.deliveries import Wanted, open_delivery
from fornix.ingest.deliveries_bytes import stored_pieces
from fornix.ingest.deliveries_names import clean_name
from fornix.ingest.deliveries_parts import Part
from fornix.ingest.deliveries_removal import discard_delivery
from fornix.ingest.deliveries_transfers import LARGEST, TooLarge
from fornix.models import Delivery, Transfer, TransferPart
from fornix.storage.keys import new_upload_id
from fornix.storage.store import Store


def hand_in(
    actor: Actor,
    source: str,
    wanted: Wanted,
    name: str,
    chunks: Iterable[bytes],
    store: Store,
    *,
    length: int | None,
    room: int,
    at: datetime,
) -> Delivery:
    """Takes one file whole, or nothing of it. Safe in the store, and committed, when it returns.

    :param length: how many bytes the chunks will have, where that is known.
    :param room: how many bytes the store can take.
    :raises Invalid: it is empty, or its name is none. The errors of `chunks` and of `open_delivery` pass through.
    """
    name = clean_name(name)
    if length is not None and length > room:
        raise TooLarge
    delivery = open_delivery(actor, source, wanted, at=at)
    try:
        pieces = stored_pieces(delivery, chunks, store, room=LARGEST)
        _record(delivery, name, [part for part, _ in pieces])
    except BaseException:
        discard_delivery(actor, delivery.pk, store, at=at)
        raise
    return delivery


def _record(delivery: Delivery, name: str, parts: list[Part]) -> None:
    """All rows in one transaction: who dies before it leaves an open delivery without files, which expires."""
    if not parts:
        raise Invalid("The request has no file in its body, or an empty one.")
    at = timezone.now()
    with transaction.atomic():
        transfer = Transfer.objects.create(
            id=new_upload_id(),
            delivery=delivery,
            name=name,
            length=sum(part.length for part in parts),
            opened_at=delivery.opened_at,
            finished_at=at,
        )
        TransferPart.objects.bulk_create(
            TransferPart(transfer=transfer, offset=part.offset, length=part.length, key=part.key)
            for part in parts
        )
        Delivery.objects.filter(pk=delivery.pk).update(last_byte_at=at, committed_at=at)
