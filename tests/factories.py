"""Makes the smallest valid thing of each kind. What has a writer comes from it, so that its Events are there too.

People are alice, bob, carol; counters are kept, so that `fornix check` finds nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from fornix import wiring
from fornix.access.accounts import NewToken, create_account, create_token, find_account
from fornix.access.actors import OPERATOR, Actor
from fornix.access.memberships import grant
from fornix.audit.events import Verb, record_event
from fornix.catalog.counters import Amount, count_files, count_scans, make_visible
from fornix.catalog.hierarchy import (
    ScanFacts,
    SessionFacts,
    create_scan,
    create_session,
    free_session_label,
    get_or_create_resource,
    get_or_create_subject,
    next_scan_number,
)
from fornix.catalog.projects import create_project
from fornix.models import (
    Account,
    ApiToken,
    Arrival,
    Blob,
    Event,
    File,
    ImagingSession,
    Membership,
    Project,
    Resource,
    Scan,
    Subject,
    Upload,
)
from fornix.models.memberships import Role
from fornix.storage.keys import blob_key, new_upload_id

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
PREFIX = "FORNIX"
_numbers = count(1)


def make_account(username: str = "alice", **details) -> Account:
    """An account with PASSWORD; `is_administrator=True` makes an administrator."""
    return create_account(OPERATOR, username, password=PASSWORD, at=AT, **details)


def actor_of(account: Account | str, token: ApiToken | None = None) -> Actor:
    """The person as pages and APIs know them."""
    found = find_account(account) if isinstance(account, str) else account
    return Actor(account=found, token=token)


def make_token(account: Account, name: str = "laptop", **details) -> NewToken:
    return create_token(actor_of(account), name=name, at=AT, **details)


def make_project(label: str = "P001", *, people: dict[Account, Role] | None = None, **fields) -> Project:
    """A private project; `people={alice: Role.MEMBER}` grants by hand, `fields` are set as they are."""
    project = create_project(label, at=AT, source="command")
    if fields:
        Project.objects.filter(pk=project.pk).update(**fields)
        project.refresh_from_db()
    for account, role in (people or {}).items():
        make_membership(project, account, role)
    return project


def make_membership(project: Project, account: Account, role: Role = Role.MEMBER) -> Membership:
    return grant(OPERATOR, project, account, role, at=AT)


def make_subject(project: Project, label: str | None = None) -> Subject:
    return get_or_create_subject(project, label or f"sub-{next(_numbers):03d}", prefix=PREFIX, at=AT)


def make_session(
    subject: Subject, label: str | None = None, *, is_visible: bool = True, **facts
) -> ImagingSession:
    """An MR session without scans; `facts` are those of SessionFacts."""
    told = {"modality": "MR", "acquired_on": date(2026, 3, 1), "acquired_time": "10:15:00"} | facts
    name = free_session_label(subject.project, label or f"ses-{next(_numbers):03d}")
    session = create_session(subject, name, SessionFacts(**told), prefix=PREFIX, at=AT)
    if is_visible:
        make_visible(session, at=AT)
    return session


def make_scan(session: ImagingSession, scan_id: str | None = None, **facts) -> Scan:
    """A scan without files; `facts` are those of ScanFacts."""
    number = next_scan_number(session)
    told = {
        "scan_id": scan_id or str(number),
        "number": number,
        "uid": f"1.2.826.0.1.3680043.8.498.{next(_numbers)}",
        "description": "t1_mprage_sag",
        "type": "T1",
        "modality": "MR",
    } | facts
    scan = create_scan(session, ScanFacts(**told))
    count_scans(session, 1)
    return scan


def make_resource(
    holder: Scan | ImagingSession, label: str = "DICOM", *, is_primary: bool = True
) -> Resource:
    """An empty resource of a scan or, for what lay beside its data, of a session."""
    scan = holder if isinstance(holder, Scan) else None
    session = holder.session if isinstance(holder, Scan) else holder
    return get_or_create_resource(session, scan, label, is_primary=is_primary)


def make_blob(content: bytes) -> Blob:
    """Bytes in the store, and their row."""
    key = blob_key(AT.date(), new_upload_id(), 1)
    digests = wiring.store().put(key, [content])
    return Blob.objects.create(
        key=key, length=digests.length, sha256=digests.sha256, md5=digests.md5, crc32=digests.crc32
    )


def make_file(resource: Resource, content: bytes = b"some bytes", name: str | None = None) -> File:
    """A file with its bytes in the store, counted."""
    file = File.objects.create(
        resource=resource, name=name or f"{next(_numbers):06d}.dcm", blob=make_blob(content)
    )
    count_files(resource.session, {resource: Amount(files=1, bytes=len(content), frames=1)}, at=AT)
    return file


def make_arrival(arrival_id: str | None = None, *, files: int = 1, **fields: object) -> Arrival:
    """An arrival of an import that waits; `fields` are set as they are."""
    upload = Upload.objects.create(
        id=new_upload_id(), source="import", owner="host", started_at=AT, sealed_at=AT, settled_at=AT
    )
    given = {"group": "study:1.2.3:P1", "received_at": AT, "last_byte_at": AT, "refusal": "why"}
    arrival = Arrival.objects.create(id=arrival_id or new_upload_id(), upload=upload, **given | fields)
    for number in range(files):
        blob = make_blob(f"{arrival.pk} {number}".encode())
        File.objects.create(arrival=arrival, name=f"{number:03}.dcm", blob=blob)
    size = sum(blob.length for blob in Blob.objects.filter(file__arrival=arrival))
    Arrival.objects.filter(pk=arrival.pk).update(file_count=files, byte_count=size)
    arrival.refresh_from_db()
    return arrival


def make_filing(session: ImagingSession, **details: object) -> Event:
    """The Event of a session that was filed, as the activity feed shows it: `scans=1, files=24, bytes=...`."""
    return record_event(
        Verb.SESSION_FILED,
        at=AT,
        source="import",
        project=session.project,
        subject=session.subject,
        session=session,
        details=details,
    )
