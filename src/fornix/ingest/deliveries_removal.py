"""The end of deliveries: discarded by their sender, expired, or imported. Rows tell what goes, bytes follow."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from fornix.access.actors import Actor
from fornix.errors import Refused
from fornix.ingest.deliveries import PATIENCE, DeliveryState, find_delivery, is_discarded, state_of
from fornix.models import Delivery
from fornix.storage.store import Store

REPORTS_KEPT = timedelta(days=30)


class IsBeingImported(Refused):
    """This upload is being filed. What it brings can be deleted afterwards."""


def discard_delivery(actor: Actor, delivery_id: str, store: Store, *, at: datetime) -> None:
    """Throws one away with all its files. Raises IsBeingImported; one that has ended loses its report alone."""
    delivery = find_delivery(actor, delivery_id)
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if state_of(row, at) in (DeliveryState.IMPORTING, DeliveryState.WAITING):
            raise IsBeingImported
        row.ended_at, row.report = row.ended_at or at, {}
        row.save(update_fields=["ended_at", "report"])
    remove_ended(row, store)


def remove_expired(store: Store, at: datetime) -> int:
    """Discards what nobody went on with for a week, and forgets reports of a month ago; returns how many ended."""
    unfinished = Delivery.objects.filter(ended_at=None, committed_at=None, last_byte_at__lt=at - PATIENCE)
    count = unfinished.update(ended_at=at, report={})
    Delivery.objects.filter(ended_at__lt=at - REPORTS_KEPT).update(report={})
    for delivery in Delivery.objects.filter(is_discarded()).order_by("id"):
        remove_ended(delivery, store)
    for delivery in Delivery.objects.exclude(ended_at=None).filter(transfers__isnull=False).distinct():
        remove_ended(delivery, store)
    return count


def remove_ended(delivery: Delivery, store: Store) -> None:
    """Bytes and rows of a delivery that has ended: its own row too, when no report is kept. Safe to kill and repeat."""
    prefix = prefix_of(delivery)
    store.sweep_temporaries(timezone.now(), prefix)
    for stat in list(store.list(prefix)):
        store.delete(stat.key)
    delivery.transfers.all().delete()
    Delivery.objects.filter(is_discarded(), pk=delivery.pk).delete()


def prefix_of(delivery: Delivery) -> str:
    """Where in the store the parts of a delivery lie."""
    return f"{delivery.opened_at:%Y/%m/%d}/{delivery.pk}/"
