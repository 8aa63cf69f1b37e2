"""Flags: something odd that was kept, for a person to look at."""

from __future__ import annotations

from datetime import datetime

from fornix.ingest.plans import ScanPlan
from fornix.models import File, Flag, ImagingSession, Scan

RECORDING = "recording"  # something is wrong with a recording as a whole


def raise_flag(
    session: ImagingSession, kind: str, detail: str, *, at: datetime, scan: Scan | None = None
) -> bool:
    """Raises a flag once; the same again changes nothing. Returns whether it is new."""
    _, is_new = Flag.objects.get_or_create(
        session=session, kind=kind, detail=detail[:1000], defaults={"raised_at": at, "scan": scan}
    )
    return is_new


def lower_flags(session: ImagingSession, plan: ScanPlan, *, at: datetime) -> None:
    """Takes back what was said of a recording while parts were missing, once it comes with all that its scan holds.

    What is still wrong with it is said anew.
    """
    told = [detail for kind, detail in plan.flags if kind == RECORDING]
    brought = {file.sha256 for file in plan.files}
    for flag in Flag.objects.filter(session=session, kind=RECORDING).select_related("scan"):
        scan = flag.scan
        if scan is None or flag.detail in [_of_scan(scan, detail) for detail in told]:
            continue
        held = File.objects.filter(resource__scan=scan).values_list("blob__sha256", flat=True)
        if held and brought.issuperset(held):
            flag.delete()
            for detail in told:
                raise_flag(session, RECORDING, _of_scan(scan, detail), at=at, scan=scan)
            ImagingSession.objects.filter(pk=session.pk).update(changed_at=at)


def _of_scan(scan: Scan, detail: str) -> str:
    return f"scan {scan.scan_id}: {detail}"[:1000]
