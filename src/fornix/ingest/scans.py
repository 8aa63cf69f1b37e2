"""Series and recordings of a plan -> scans of the session, old and new. An id once given never changes."""

from __future__ import annotations

from datetime import datetime

from fornix.catalog.counters import count_scans
from fornix.catalog.hierarchy import ScanFacts, create_scan, next_scan_number
from fornix.dicom.series import SeriesFacts, number_series
from fornix.ingest.flags import lower_flags, raise_flag
from fornix.ingest.plans import BY_CONTENT, ArrivalPlan, ScanPlan
from fornix.models import ImagingSession, Scan


def make_scans(session: ImagingSession, plan: ArrivalPlan, *, at: datetime) -> tuple[int, tuple[str, ...]]:
    """Makes the scans that the session does not have yet; returns how many, and what was flagged about them."""
    for scan in plan.scans:
        lower_flags(session, scan, at=at)
    new = [scan for scan in plan.scans if find_scan(session, scan) is None]
    ids = _number_series(session, new) if plan.evidence.study_uid else _number_recordings(session, new)
    notes = []
    for scan in new:
        scan_id, number = ids[_key(scan)]
        made = create_scan(session, _facts(scan, scan_id, number))
        for kind, detail in scan.flags:
            note = f"scan {scan_id}: {detail}"
            if raise_flag(session, kind, note, at=at, scan=made):
                notes.append(note)
    count_scans(session, len(new))
    return len(new), tuple(notes)


def find_scan(session: ImagingSession, plan: ScanPlan) -> Scan | None:
    """The session's scan of this series or recording: by UID; a series without one by its number."""
    scans = Scan.objects.filter(session=session, uid=plan.uid)
    if not plan.uid:
        return scans.filter(number=plan.number).first()
    return scans.first() or (_scan_of_parts(session, plan) if plan.uid.startswith(BY_CONTENT) else None)


def _scan_of_parts(session: ImagingSession, plan: ScanPlan) -> Scan | None:
    """The scan of a recording without an identity of its own that was filed before some of its parts came."""
    uids = [f"{BY_CONTENT}{file.sha256}" for file in plan.files if file.is_primary and file.length]
    return Scan.objects.filter(session=session, uid__in=uids).order_by("pk").first()


def _number_series(session: ImagingSession, new: list[ScanPlan]) -> dict[str, tuple[str, int | None]]:
    taken = {
        scan.uid or f"number {scan.number}": scan.scan_id for scan in Scan.objects.filter(session=session)
    }
    facts = [SeriesFacts(_key(scan), scan.number, scan.sort_key, scan.modality) for scan in new]
    ids = number_series(facts, taken)
    return {_key(scan): (ids[_key(scan)], scan.number) for scan in new}


def _number_recordings(session: ImagingSession, new: list[ScanPlan]) -> dict[str, tuple[str, int | None]]:
    """Recordings bring no number: they get the next ones, in the order in which they were recorded."""
    first = next_scan_number(session)
    ordered = sorted(new, key=lambda scan: (scan.sort_key, scan.uid))
    return {_key(scan): (str(number), number) for number, scan in enumerate(ordered, first)}


def _key(scan: ScanPlan) -> str:
    return scan.uid or f"number {scan.number}"


def _facts(scan: ScanPlan, scan_id: str, number: int | None) -> ScanFacts:
    return ScanFacts(
        scan_id=scan_id,
        number=number,
        uid=scan.uid,
        description=scan.description,
        type=scan.type,
        modality=scan.modality,
        acquired_on=scan.acquired_on,
        acquired_time=scan.acquired_time,
        header=scan.header,
    )
