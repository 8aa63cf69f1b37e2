"""Committed deliveries become sessions: leased, by any worker, and found again from the rows when one dies."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.db import models, transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from fornix.catalog.site_rules import SiteRules
from fornix.errors import ArchiveError, Refused, Unavailable
from fornix.ingest.deliveries import LEASE, MAX_ATTEMPTS
from fornix.ingest.deliveries_removal import remove_ended
from fornix.ingest.deliveries_report import DeliveryReport, as_kept, report_of
from fornix.ingest.deliveries_sources import delivered_sources
from fornix.ingest.importing import import_sources
from fornix.ingest.owners import is_gone, this_process
from fornix.ingest.receive import Destination, Origin
from fornix.ingest.source_files import Source
from fornix.models import Account, Delivery
from fornix.storage.store import Store

logger = logging.getLogger(__name__)

SIGN_EVERY_S = 60.0
PAUSE = timedelta(minutes=1)  # after something outside failed: a full disk, a database that went away
NOBODY = DeliveryReport(
    problem="the account that sent this is gone, so that nobody answers for where it goes"
)


class LeaseLost(Refused):
    """Another worker took this delivery over."""


def import_due_deliveries(
    store: Store, rules: SiteRules, scratch: Path, *, at_most: int | None = None
) -> int:
    """Imports what is committed, the oldest first; returns how many ended. Safe to kill at any moment."""
    ended, tried = 0, set[str]()
    while len(tried) != at_most and (delivery := _claim_next(timezone.now(), tried)) is not None:
        tried.add(delivery.pk)
        ended += _import(delivery, store, rules, scratch)
    return ended


def _claim_next(now: datetime, tried: set[str]) -> Delivery | None:
    """Takes the lease of the next one and counts the attempt, committed before the work begins."""
    due = Q(lease_until=None) | Q(lease_until__lte=now) | ~Q(lease_owner="")
    rows = Delivery.objects.filter(due, ended_at=None, committed_at__isnull=False, attempts__lt=MAX_ATTEMPTS)
    for row in rows.exclude(pk__in=tried).order_by("committed_at", "id")[:100]:
        with transaction.atomic():
            delivery = rows.select_for_update().filter(pk=row.pk).first()
            if delivery is None or not _is_free(delivery, now):
                continue
            delivery.lease_owner, delivery.lease_until = this_process(), now + LEASE
            delivery.attempts += 1
            delivery.save(update_fields=["lease_owner", "lease_until", "attempts"])
        return delivery
    return None


def _is_free(delivery: Delivery, now: datetime) -> bool:
    if delivery.lease_until is None or delivery.lease_until <= now:
        return True
    # What this very process holds is of a run that broke: one thread imports, one delivery at a time.
    owner = delivery.lease_owner
    return owner == this_process() or is_gone(
        owner, last_sign_at=delivery.lease_until - LEASE, now=now, patience=LEASE
    )


def _import(delivery: Delivery, store: Store, rules: SiteRules, scratch: Path) -> bool:
    if delivery.account is None:
        # Without an account it would count as the operator's own, which reaches every project.
        return _end(delivery, NOBODY, store)
    try:
        report = report_of(
            import_sources(
                _with_signs(delivery, delivered_sources(delivery, store, scratch)),
                Destination(
                    project=delivery.project_label,
                    subject=delivery.subject_label,
                    session=delivery.session_label,
                ),
                Origin(delivery.source, delivery.account, came_from=_name_of(delivery.account)),
                store,
                rules,
            )
        )
    except Unavailable as error:
        logger.warning("action=delivery-put-off delivery=%s error=%s", delivery.pk, type(error).__name__)
        _release(delivery, attempts=delivery.attempts - 1, until=timezone.now() + PAUSE)
        return False
    except LeaseLost:
        return False
    except ArchiveError as refusal:
        return _end(delivery, DeliveryReport(problem=str(refusal)), store)
    except BaseException:
        _release(delivery, attempts=delivery.attempts, until=None)
        raise
    return _end(delivery, report, store)


def _name_of(account: Account) -> str:
    return (account.name or account.username)[:200]


def _with_signs(delivery: Delivery, sources: Iterator[Source]) -> Iterator[Source]:
    """The sources, and a sign of life now and then. Raises LeaseLost."""
    signed_at = time.monotonic()
    for source in sources:
        if time.monotonic() - signed_at >= SIGN_EVERY_S:
            signed_at = time.monotonic()
            if not _ours(delivery).update(lease_until=timezone.now() + LEASE):
                raise LeaseLost
        yield source


def _ours(delivery: Delivery) -> models.QuerySet[Delivery]:
    return Delivery.objects.filter(
        pk=delivery.pk, lease_owner=delivery.lease_owner, attempts=delivery.attempts
    )


def _release(delivery: Delivery, *, attempts: int, until: datetime | None) -> None:
    _ours(delivery).update(lease_owner="", lease_until=until, attempts=attempts)


def _end(delivery: Delivery, report: DeliveryReport, store: Store) -> bool:
    """The report first, then the parts go: until then they are all there is, should the worker die."""
    ended_at = timezone.now()
    amount = delivery.transfers.aggregate(files=Count("pk"), bytes=Coalesce(Sum("length"), 0))
    report = replace(report, **amount)
    if not _ours(delivery).update(
        ended_at=ended_at, report=as_kept(report), lease_owner="", lease_until=None
    ):
        return False
    delivery.refresh_from_db()
    logger.info(
        "action=delivery-imported delivery=%s sessions=%d waiting=%d unreadable=%d",
        delivery.pk,
        len(report.sessions),
        len(report.waiting),
        report.unreadable_count,
    )
    remove_ended(delivery, store)
    return True
