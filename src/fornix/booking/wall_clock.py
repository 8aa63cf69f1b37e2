"""Pure: times as Calpendo writes them, the site's wall clock without a zone, and the instants they mean (1.3, 1.7)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

# How queries spell a time: the vendor's way for this interface, and one that was seen to work (contract 1.3).
QUERY_SPELLINGS = ("%Y%m%dT%H%M", "%Y%m%d-%H%M")
_DAY = r"(\d{4})-?(\d{2})-?(\d{2})"
_TIME = r"(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d*)?)?"
_WRITTEN = re.compile(rf"{_DAY}(?:[ Tt.-]{_TIME} ?(Z|z|[+-]\d{{2}}:?\d{{2}})?)?", re.ASCII)
_RANGE = re.compile(r"\[([^,\[\]]+),([^,\[\]]+)\]")
LONGEST = 40


def instants(text: str, zone: ZoneInfo) -> set[datetime]:
    """The instants (UTC) that a text can mean: one, two in the hours of a clock change, none if unreadable.

    Reads `2026-03-04T09:30:00`, `2026-03-04 09:30:00.0`, `20260304T0930`, `20260304-0930`, `20260304.093000` and
    `20260304`; one that ends in Z or an offset says its zone itself.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return set()
    *numbers, offset = found.groups()
    year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
    try:
        wall = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone comes with the next line
        if offset:
            return {wall.replace(tzinfo=_zone(offset)).astimezone(UTC)}
        # fold: an hour that comes twice is meant first or second time; one that never comes, by either clock.
        return {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    except (ValueError, OverflowError):
        return set()


def span_of(start: str, end: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """The longest time that both texts can mean, half-open; None where they mean none.

    In the two odd hours of a year a wall clock means two instants: the span then covers both.
    """
    starts, ends = instants(start, zone), instants(end, zone)
    if not starts or not ends or min(starts) >= max(ends):
        return None
    return min(starts), max(ends)


def written_range(text: str) -> tuple[str, str] | None:
    """Start and end of `[2025-02-12 10:00:00.0, 2025-02-12 11:00:00.0]`, as ranges are displayed (contract 1.5)."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return None
    start, end = (part.strip()[:LONGEST] for part in found.groups())
    return (start, end) if _WRITTEN.fullmatch(start) and _WRITTEN.fullmatch(end) else None


def _zone(offset: str) -> tzinfo | None:
    return UTC if offset in "Zz" else datetime.strptime(offset.replace(":", ""), "%z").tzinfo
