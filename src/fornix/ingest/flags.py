"""Flags: something odd that was kept, for a person to look at."""

from __future__ import annotations

from datetime import datetime

from fornix.models import Flag, ImagingSession, Scan


def raise_flag(
    session: ImagingSession, kind: str, detail: str, *, at: datetime, scan: Scan | None = None
) -> bool:
    """Raises a flag once; the same again changes nothing. Returns whether it is new."""
    _, is_new = Flag.objects.get_or_create(
        session=session, kind=kind, detail=detail[:1000], defaults={"raised_at": at, "scan": scan}
    )
    return is_new
