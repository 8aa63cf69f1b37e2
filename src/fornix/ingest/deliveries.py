"""Deliveries: files that a person hands in together over HTTP. Opened, found and committed here. Knows no HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q, QuerySet

from fornix.access.actors import Actor
from fornix.access.policy import Action
from fornix.access.visibility import projects_for
from fornix.errors import NotAllowed, NotVisible, Refused, Unavailable
from fornix.ingest.decision_targets import find_target
from fornix.ingest.typed_labels import typed_label
from fornix.models import Delivery
from fornix.storage.keys import new_upload_id

PATIENCE = timedelta(days=7)  # without a byte
LEASE = timedelta(hours=2)  # of a worker on another host, whose death nothing tells
MAX_ATTEMPTS = 5
MOST_FILES = 100_000
MOST_OPEN = 50  # of one person
MOST_UNDER_WAY = 20  # of one person, committed and not yet imported


class NothingToAddTo(NotAllowed):
    """You may add data to no project. Ask the owner of a project, or an administrator."""


class TooManyOpen(Refused):
    """You have 50 uploads that are not finished. Finish or discard some of them first."""


class TooMuchUnderWay(Unavailable):
    """Many of your uploads are still being filed. Begin the next one in a few minutes."""


class NothingInIt(Refused):
    """There is no file in this upload. Send one first."""


class FilesMissing(Refused):
    """Some files of this upload are not here whole. Send the rest, or take them out of it."""


class IsCommitted(Refused):
    """This upload was finished, and takes no more files. Begin another one."""


class DeliveryState(StrEnum):
    """How far a delivery is."""

    OPEN = "open"
    WAITING = "waiting"  # committed; a worker will import it
    IMPORTING = "importing"
    FAILED = "failed"  # several imports of it broke; committing it again tries once more
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the sender wants the files, as far as they said so."""

    project: str = ""
    subject: str = ""
    session: str = ""


def open_delivery(actor: Actor, source: str, wanted: Wanted, *, at: datetime) -> Delivery:
    """Begins a delivery.

    :param source: "browser", "push" or "rest".
    :raises UnfitLabel: a label that holds what labels do not.
    :raises Invalid: a project that the actor may not see, or that is not there (which of the two is not told).
    :raises NotAllowed: they see it, and may not add to it; or, without a project, they may add to none.
    :raises TooMuchUnderWay: much of theirs waits to be imported; to be asked again later.
    """
    if actor.account is None:
        raise NotVisible
    subject, session = typed_label(wanted.subject), typed_label(wanted.session)
    project = find_target(actor, wanted.project).name if wanted.project.strip() else ""
    if not project and not projects_for(actor, Action.DATA_ADD).exists() and not actor.is_administrator:
        raise NothingToAddTo
    mine = Delivery.objects.filter(account=actor.account, ended_at=None)
    if mine.filter(committed_at=None).count() >= MOST_OPEN:
        raise TooManyOpen
    if mine.exclude(committed_at=None).count() >= MOST_UNDER_WAY:
        raise TooMuchUnderWay
    return Delivery.objects.create(
        id=new_upload_id(),
        account=actor.account,
        source=source,
        project_label=project,
        subject_label=subject,
        session_label=session,
        opened_at=at,
        last_byte_at=at,
    )


def own_deliveries(actor: Actor) -> QuerySet[Delivery]:
    """The actor's own, but those that were discarded: nobody adds to another's, or sees what is on its way."""
    if actor.account is None:
        return Delivery.objects.none()
    return Delivery.objects.filter(account=actor.account).exclude(is_discarded())


def is_discarded() -> Q:
    """The condition of those whose rows are on their way out."""
    return Q(ended_at__isnull=False, report={})


def find_delivery(actor: Actor, delivery_id: str) -> Delivery:
    """The actor's delivery of this id. Raises NotVisible."""
    found = own_deliveries(actor).filter(pk=delivery_id[:40]).first()
    if found is None:
        raise NotVisible
    return found


def require_open(delivery: Delivery) -> None:
    """Raises IsCommitted when the sender has said that this is all."""
    if delivery.committed_at is not None or delivery.ended_at is not None:
        raise IsCommitted


def commit_rows(delivery_id: str, *, at: datetime) -> None:
    """Notes that this is all: a worker imports it from now on. Once more changes nothing, but tries a failed one again.

    :raises NothingInIt, FilesMissing: nothing was changed.
    """
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
        if delivery.ended_at is not None:
            return
        if delivery.committed_at is None:
            if not delivery.transfers.exists():
                raise NothingInIt
            missing = delivery.transfers.filter(finished_at=None).count()
            if missing:
                raise FilesMissing(
                    f"{missing} of the files of this upload are not here whole. Send the rest, or take them out."
                )
            delivery.committed_at = at
        if delivery.attempts >= MAX_ATTEMPTS and delivery.lease_until is None:
            delivery.attempts = 0
        delivery.save(update_fields=["committed_at", "attempts"])


def state_of(delivery: Delivery, now: datetime) -> DeliveryState:
    """How far it is, from its row alone."""
    if delivery.ended_at is not None:
        return DeliveryState.ENDED
    if delivery.committed_at is None:
        return DeliveryState.OPEN
    if delivery.lease_owner and delivery.lease_until is not None and delivery.lease_until > now:
        return DeliveryState.IMPORTING
    return DeliveryState.FAILED if delivery.attempts >= MAX_ATTEMPTS else DeliveryState.WAITING
