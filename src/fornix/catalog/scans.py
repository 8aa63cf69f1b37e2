"""Readers of scans: the list of a session, and the header card of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, Lower

from fornix.access.actors import Actor
from fornix.access.visibility import visible_sessions
from fornix.catalog.files import ResourceLine, resources_of
from fornix.catalog.keyset import Slice, Window, cut
from fornix.errors import NotVisible
from fornix.models import Resource, Scan

LAST = 2**62  # scans without a number come after those with one
SORTS: dict[str, Combinable] = {
    "number": Coalesce(F("number"), Value(LAST)),
    "description": Lower("description"),
    "type": Lower("type"),
    "start": Concat(Coalesce(F("acquired_time"), Value("")), Value(" "), F("scan_id")),
    "frames": F("frames"),
    "files": F("file_count"),
    "size": F("byte_count"),
    "quality": F("quality"),
}


@dataclass(frozen=True, slots=True)
class ScanLine:
    """What a list shows of a scan."""

    id: int
    scan_id: str
    description: str
    type: str
    modality: str
    quality: str
    acquired_on: date | None
    acquired_time: str
    frames: int
    files: int
    bytes: int
    header: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ScanCard:
    """One scan with its resources, and the scans before and after it in the session."""

    line: ScanLine
    uid: str
    resources: tuple[ResourceLine, ...]
    previous: str
    next: str


def scan_lines(actor: Actor, accession: str, window: Window) -> Slice[ScanLine]:
    """The scans of a session that the actor may see."""
    scans = Scan.objects.filter(session__in=visible_sessions(actor).filter(accession=accession))
    return cut(scans, SORTS[window.sort], window).as_lines(_line)


def get_scan(actor: Actor, accession: str, scan_id: str) -> ScanCard:
    """The scan of this id in this session. Raises NotVisible."""
    scans = Scan.objects.filter(session__in=visible_sessions(actor).filter(accession=accession))
    row = scans.filter(scan_id=scan_id).first()
    if row is None:
        raise NotVisible
    here = Window("number", after=row.pk, size=1), Window("number", before=row.pk, size=1)
    following, preceding = (cut(scans, SORTS["number"], window).rows for window in here)
    return ScanCard(
        line=_line(row),
        uid=row.uid,
        resources=resources_of(Resource.objects.filter(scan=row)),
        previous=preceding[0].scan_id if preceding else "",
        next=following[0].scan_id if following else "",
    )


def _line(row: Scan) -> ScanLine:
    return ScanLine(
        id=row.pk,
        scan_id=row.scan_id,
        description=row.description,
        type=row.type,
        modality=row.modality,
        quality=row.quality,
        acquired_on=row.acquired_on,
        acquired_time=row.acquired_time,
        frames=row.frames,
        files=row.file_count,
        bytes=row.byte_count,
        header=row.header,
    )
