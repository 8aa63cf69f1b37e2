"""Download plans: the frozen list of what a file, a scan or a session is made of. Sends nothing.

The layout is that of XNAT's zips (contract xnat-rest, zip layout), so that scripts which unpack those go on working.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet
from django.utils import timezone

from fornix.access.actors import Actor
from fornix.access.policy import Action, require
from fornix.access.visibility import visible_sessions
from fornix.catalog.download_names import safe_part, safe_path, scan_folder, unique_paths
from fornix.errors import NotVisible
from fornix.models import File, ImagingSession, Scan

MANIFEST = "manifest-sha256.txt"
DICOM_TYPE = "application/dicom"
_MAX_KEY = 2**63 - 1


class DownloadKind(StrEnum):
    """What was asked for."""

    FILE = "file"
    SCAN = "scan"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file of a download: its path in the zip, and where its bytes lie."""

    path: str
    key: str
    offset: int
    length: int
    crc32: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DownloadPlan:
    """A frozen list: the same plan gives the same bytes. `name` is what the person's file is called.

    `manifest_path` is empty for a single file, which is sent as it is.
    """

    kind: DownloadKind
    session: ImagingSession
    scan: Scan | None
    file_id: int | None
    name: str
    content_type: str
    fixed_time: datetime
    files: tuple[PlannedFile, ...]
    manifest_path: str

    @property
    def manifest(self) -> bytes:
        """What `sha256sum -c` reads in the manifest's folder: each file's SHA-256 and its path from there."""
        folder = self.manifest_path.rpartition("/")[0]
        lines = (f"{file.sha256}  {file.path.removeprefix(f'{folder}/')}\n" for file in self.files)
        return "".join(lines).encode()


def plan_session(actor: Actor, accession: str) -> DownloadPlan:
    """All files of a session. Raises NotVisible."""
    session = _readable_session(actor, accession)
    root = _root(session)
    files = _files(File.objects.filter(resource__session=session), root)
    return _zip_plan(DownloadKind.SESSION, session, None, root, root, files)


def plan_scan(actor: Actor, accession: str, scan_id: str) -> DownloadPlan:
    """All files of a scan, at the places that they have in the session's zip. Raises NotVisible.

    Its manifest lies in the scan's own folder, so that scans unpacked side by side keep each its own.
    """
    session = _readable_session(actor, accession)
    scan = Scan.objects.filter(session=session, scan_id=scan_id).first()
    if scan is None:
        raise NotVisible
    root, folder = _root(session), scan_folder(scan.scan_id, scan.type)
    files = _files(File.objects.filter(resource__session=session, resource__scan=scan), root)
    place = f"{root}/scans/{folder}"
    return _zip_plan(DownloadKind.SCAN, session, scan, f"{root}_{folder}", place, files)


def plan_file(actor: Actor, accession: str, file_id: int) -> DownloadPlan:
    """One file as it was received. Raises NotVisible."""
    session = _readable_session(actor, accession)
    if file_id > _MAX_KEY:
        raise NotVisible
    files = File.objects.filter(pk=file_id, resource__session=session)
    row = files.select_related("blob", "resource__scan").first()
    if row is None or row.resource is None:
        raise NotVisible
    blob, name = row.blob, safe_path(row.name).rpartition("/")[2]
    return DownloadPlan(
        kind=DownloadKind.FILE,
        session=session,
        scan=row.resource.scan,
        file_id=row.pk,
        name=name,
        content_type=DICOM_TYPE if row.sop_instance_uid else "application/octet-stream",
        fixed_time=session.created_at,
        files=(PlannedFile(name, blob.key, blob.offset, blob.length, blob.crc32, blob.sha256),),
        manifest_path="",
    )


def _readable_session(actor: Actor, accession: str) -> ImagingSession:
    found = visible_sessions(actor).filter(accession=accession).select_related("project").first()
    if found is None:
        raise NotVisible
    require(actor, Action.DATA_READ, found.project)
    return found


def _root(session: ImagingSession) -> str:
    return safe_part(session.label.replace("/", "_")) or session.accession


def _zip_plan(
    kind: DownloadKind,
    session: ImagingSession,
    scan: Scan | None,
    name: str,
    manifest_folder: str,
    files: tuple[PlannedFile, ...],
) -> DownloadPlan:
    return DownloadPlan(
        kind=kind,
        session=session,
        scan=scan,
        file_id=None,
        name=f"{name}.zip",
        content_type="application/zip",
        # ZIP knows no zone; one zone for all readers, so that the bytes are the same for all.
        fixed_time=timezone.localtime(session.created_at, timezone.get_default_timezone()),
        files=files,
        manifest_path=f"{manifest_folder}/{MANIFEST}",
    )


def _files(files: QuerySet[File], root: str) -> tuple[PlannedFile, ...]:
    """One query for all, in an order that depends on nothing but the files."""
    rows = files.order_by(
        "resource__scan__number", "resource__scan__scan_id", "resource__label", "name", "pk"
    ).values_list(
        "name",
        "resource__label",
        "resource__scan__scan_id",
        "resource__scan__type",
        "blob__key",
        "blob__offset",
        "blob__length",
        "blob__crc32",
        "blob__sha256",
    )
    collected = list(rows)
    places = unique_paths(
        _place(root, name, label, scan_id, kind) for name, label, scan_id, kind, *_ in collected
    )
    return tuple(PlannedFile(path, *row[4:]) for path, row in zip(places, collected, strict=True))


def _place(root: str, name: str, label: str, scan_id: str | None, kind: str | None) -> str:
    inside = f"resources/{safe_part(label) or '_'}/files/{safe_path(name)}"
    if scan_id is None:
        return f"{root}/{inside}"
    return f"{root}/scans/{scan_folder(scan_id, kind or '')}/{inside}"
