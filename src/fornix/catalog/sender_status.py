"""How it goes with each sender now, from what the receivers wrote down of their associations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.models import Association, Sender
from fornix.models.senders import AssociationOutcome

RECENT = timedelta(hours=1)
RENEWED = timedelta(minutes=2)  # a living receiver renews the rows of open associations more often
SHOWN_ASSOCIATIONS = 20


@dataclass(frozen=True, slots=True)
class SenderStatus:
    """One sender, now. `images_per_s`: of its open associations, None where none sends."""

    sender: Sender
    last_image_at: datetime | None
    images_lately: int  # of associations with an image in the last hour
    refused_lately: int
    open_associations: int
    images_per_s: float | None
    last_error: str
    last_error_at: datetime | None
    is_failing: bool  # nothing came through since the last error


def sender_statuses(actor: Actor, *, at: datetime) -> Sequence[SenderStatus]:
    """All senders by name, with how it goes. The number of queries does not depend on how many there are."""
    require_administrator(actor)
    of_sender = Association.objects.filter(sender=OuterRef("pk")).order_by("-pk")
    senders = list(
        Sender.objects.select_related("scanner")
        .annotate(
            with_image=Subquery(of_sender.filter(images__gt=0).values("pk")[:1]),
            with_error=Subquery(of_sender.exclude(reason="").values("pk")[:1]),
        )
        .order_by("name")
    )
    told = Association.objects.in_bulk(
        [key for one in senders for key in (one.with_image, one.with_error) if key is not None]
    )
    lately = _lately(at)
    opened = _open(at)
    return [_status(one, told, lately.get(one.pk, (0, 0)), opened.get(one.pk, [])) for one in senders]


def recent_associations(actor: Actor, sender: Sender) -> Sequence[Association]:
    """The last ones of a sender, the newest first."""
    require_administrator(actor)
    return list(Association.objects.filter(sender=sender).order_by("-pk")[:SHOWN_ASSOCIATIONS])


def _lately(at: datetime) -> Mapping[int, tuple[int, int]]:
    """Images taken and refused, by sender, of associations that sent in the last hour."""
    rows = (
        Association.objects.filter(Q(last_image_at__gte=at - RECENT) | Q(started_at__gte=at - RECENT))
        .exclude(sender=None)
        .values_list("sender")
        .annotate(taken=Sum("images"), refused=Sum("refused_images"))
    )
    return {sender: (taken, refused) for sender, taken, refused in rows}


def _open(at: datetime) -> Mapping[int, list[Association]]:
    found: dict[int, list[Association]] = {}
    rows: QuerySet[Association] = Association.objects.filter(
        outcome=AssociationOutcome.OPEN, renewed_at__gte=at - RENEWED
    ).exclude(sender=None)
    for row in rows:
        found.setdefault(row.sender_id or 0, []).append(row)
    return found


def _status(
    sender: Sender,
    told: Mapping[int, Association],
    lately: tuple[int, int],
    opened: Sequence[Association],
) -> SenderStatus:
    last = told.get(getattr(sender, "with_image", None) or 0)
    error = told.get(getattr(sender, "with_error", None) or 0)
    last_image_at = last.last_image_at if last else None
    error_at = (error.ended_at or error.renewed_at) if error else None
    return SenderStatus(
        sender=sender,
        last_image_at=last_image_at,
        images_lately=lately[0],
        refused_lately=lately[1],
        open_associations=len(opened),
        images_per_s=_rate(opened),
        last_error=error.reason if error else "",
        last_error_at=error_at,
        is_failing=error_at is not None and (last_image_at is None or error_at > last_image_at),
    )


def _rate(opened: Sequence[Association]) -> float | None:
    """Images per second since these associations began, as last written down."""
    rates = [
        row.images / max((row.last_image_at - row.started_at).total_seconds(), 1.0)
        for row in opened
        if row.last_image_at is not None and row.images
    ]
    return sum(rates) if rates else None
