"""What a rebuild cannot know: what was changed, and which numbers were given, after the last manifests."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from fornix.integrity.orphans import highest_numbers, raise_counter
from fornix.integrity.site_names import SITE
from fornix.models import AccessionCounter, Arrival
from fornix.storage.keys import MANIFESTS, manifest_key
from fornix.storage.store import Store

# More than any centre gives between two manifests. What was written down outside is never another one's.
NUMBERS_SKIPPED = 1_000


def lost_since(store: Store, site_number: int, newest_bytes_at: datetime | None) -> str:
    """A sentence, where the n-th manifest of the site is older than the newest of a session, or than these bytes.

    Its age is that of its file: whoever copies a store by other means keeps the times of files.
    """
    site = store.stat(manifest_key(SITE, site_number))
    if site is None:
        return ""
    newest = max(newest_bytes_at or site.modified_at, _newest_of_sessions(store) or site.modified_at)
    if newest <= site.modified_at:
        return ""
    as_of = site.modified_at.astimezone().isoformat(sep=" ", timespec="seconds")
    return (
        f"the site is as of {as_of}; what was changed after that is lost: people, rights, settings, senders, "
        "routing rules, and what was decided on arrivals"
    )


def _newest_of_sessions(store: Store) -> datetime | None:
    own = manifest_key(SITE, 0)[:-1]
    return max(
        (stat.modified_at for stat in store.list(MANIFESTS) if not stat.key.startswith(own)), default=None
    )


def settle_numbers(store: Store, *, all_read: bool) -> int:
    """Sets the counters of accessions so that none is given twice. Returns how many are skipped, as somebody may
    have them.

    A session is made of bytes: where all bytes are in sessions that manifests told of (`all_read`: no manifest was
    unreadable), no session is lost, nor its number.
    """
    for kind, highest in highest_numbers(store).items():
        raise_counter(kind, highest)
    if all_read and not Arrival.objects.exists():
        return 0
    AccessionCounter.objects.update(last=F("last") + NUMBERS_SKIPPED)
    return NUMBERS_SKIPPED
