"""One attempt to file an arrival: its lease and count are committed before the work starts, how it ended after it.

So every attempt that broke off is counted, two processes never file one arrival, and none is tried without end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.utils import timezone

from fornix.errors import Refused
from fornix.ingest.leftovers import reopen_upload
from fornix.ingest.owners import LEASE, is_gone, this_process
from fornix.models import Arrival

MAX_ATTEMPTS = 3
REST_AFTER_FAILURE = timedelta(seconds=15)  # then it is tried again, as long as it has attempts
REST_IN_OUTAGE = timedelta(seconds=60)  # store or booking system do not answer: that is no attempt
CUT_OFF = (
    f"filing it was cut off {MAX_ATTEMPTS} times, at whatever moment. Try it again; if that does not help, "
    "the log of the worker says more"
)

Facts = Mapping[str, object]


class LeaseLost(Refused):
    """Another process took this arrival over."""


def claim(arrival: Arrival, *, by_person: bool) -> bool:
    """Takes the lease, counts the attempt and closes the arrival, so that what comes now begins another one.

    In a transaction of its own. False when it is gone, deleted, being filed by another process, or worn out.
    """
    now = timezone.now()
    with transaction.atomic():
        row = Arrival.objects.select_for_update().filter(pk=arrival.pk, deleted_at=None).first()
        if row is None or not _is_free(row, now):
            return False
        if row.attempts >= MAX_ATTEMPTS and not by_person:
            _stop(Arrival.objects.filter(pk=row.pk), row.refusal or CUT_OFF)
            return False
        row.lease_owner, row.lease_until = this_process(), now + LEASE
        row.attempts = 1 if by_person else row.attempts + 1
        row.closed_at = row.closed_at or now
        row.refusal = ""  # so that it is found and finished if this process dies
        row.save(update_fields=["lease_owner", "lease_until", "attempts", "closed_at", "refusal"])
        reopen_upload(row.upload_id)
    arrival.refresh_from_db()
    return True


def _is_free(row: Arrival, now: datetime) -> bool:
    if row.lease_until is None or row.lease_until <= now:
        return True
    return is_gone(row.lease_owner, last_sign_at=row.lease_until - LEASE, now=now)


def ours(arrival: Arrival) -> QuerySet[Arrival]:
    """The row of a claimed arrival, as long as nobody took it over."""
    return Arrival.objects.filter(pk=arrival.pk, lease_owner=arrival.lease_owner, attempts=arrival.attempts)


def note_progress(arrival: Arrival, *, at: datetime, **fields: Combinable | Facts) -> None:
    """Writes what was done and prolongs the lease. Raises LeaseLost when it is not ours any more."""
    if not ours(arrival).update(lease_until=at + LEASE, **fields):
        raise LeaseLost


def wait(arrival: Arrival, reason: str, *, facts: Facts, guesses: Sequence[Mapping[str, str]] = ()) -> None:
    """Ends the attempt: the arrival waits, open for what comes, with what is known of it."""
    with transaction.atomic():
        known = {"facts": dict(facts)} if facts else {}
        _stop(ours(arrival), reason, guesses=[dict(guess) for guess in guesses], **known)


def _stop(rows: QuerySet[Arrival], reason: str, **fields: object) -> None:
    ids = list(rows.values_list("pk", flat=True))
    rows.update(refusal=reason, attempts=0, lease_owner="", lease_until=None, **fields)
    try:
        with transaction.atomic():
            Arrival.objects.filter(pk__in=ids).update(closed_at=None)
    except IntegrityError:
        pass  # another one of its group is open by now: what comes joins that


def rest(arrival: Arrival, *, until: datetime, is_counted: bool) -> None:
    """Ends the attempt: the arrival is tried again from then on. A lease without an owner is nobody's."""
    attempts = arrival.attempts - (0 if is_counted else 1)
    ours(arrival).update(lease_owner="", lease_until=until, attempts=attempts)


def release_leases() -> int:
    """Gives back what this process still holds, for one that files nothing at the moment or is about to end.

    What it was at is no failed attempt. Returns how many arrivals that were.
    """
    held = Arrival.objects.filter(lease_owner=this_process(), attempts__gt=0)
    released = 0
    for row in held:
        rest(row, until=timezone.now(), is_counted=False)
        released += 1
    return released
