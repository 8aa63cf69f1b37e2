"""Makes the smallest valid thing of each kind. What has a writer comes from it, so that its Events are there too.

People are alice, bob, carol; counters are kept, so that `fornix check` finds nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from django.db.models import F

from fornix import wiring
from fornix.access.accounts import NewToken, create_account, create_token, find_account
from fornix.access.actors import OPERATOR, Actor
from fornix.access.memberships import grant
from fornix.audit.events import Verb, record_event
from fornix.catalog.accessions import next_accession
from fornix.catalog.projects import create_project
from fornix.models import (
    Account,
    ApiToken,
    Blob,
    Event,
    File,
    ImagingSession,
    Membership,
    Project,
    Resource,
    Scan,
    Subject,
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
    subject = Subject.objects.create(
        project=project,
        accession=next_accession("S", PREFIX),
        label=label or f"sub-{next(_numbers):03d}",
        created_at=AT,
        changed_at=AT,
    )
    Project.objects.filter(pk=project.pk).update(subject_count=F("subject_count") + 1)
    return subject


def make_session(
    subject: Subject, label: str | None = None, *, visible_at: datetime | None = AT, **fields
) -> ImagingSession:
    """An MR session without scans, visible unless `visible_at=None`."""
    session = ImagingSession.objects.create(
        **{
            "project": subject.project,
            "subject": subject,
            "accession": next_accession("E", PREFIX),
            "label": label or f"ses-{next(_numbers):03d}",
            "modality": "MR",
            "acquired_on": date(2026, 3, 1),
            "acquired_time": "10:15:00",
            "created_at": AT,
            "changed_at": AT,
            "visible_at": visible_at,
        }
        | fields
    )
    if visible_at is not None:
        Subject.objects.filter(pk=subject.pk).update(session_count=F("session_count") + 1)
        Project.objects.filter(pk=subject.project_id).update(session_count=F("session_count") + 1)
    return session


def make_scan(session: ImagingSession, scan_id: str | None = None, **fields) -> Scan:
    """A scan without files."""
    number = next(_numbers)
    scan = Scan.objects.create(
        **{
            "session": session,
            "scan_id": scan_id or str(number),
            "number": number,
            "description": "t1_mprage_sag",
            "type": "T1",
            "modality": "MR",
        }
        | fields
    )
    ImagingSession.objects.filter(pk=session.pk).update(scan_count=F("scan_count") + 1)
    return scan


def make_resource(
    holder: Scan | ImagingSession, label: str = "DICOM", *, is_primary: bool = True
) -> Resource:
    """An empty resource of a scan or, for what lay beside its data, of a session."""
    scan = holder if isinstance(holder, Scan) else None
    session = holder.session if isinstance(holder, Scan) else holder
    return Resource.objects.create(session=session, scan=scan, label=label, is_primary=is_primary)


def make_blob(content: bytes) -> Blob:
    """Bytes in the store, and their row."""
    key = blob_key(AT.date(), new_upload_id(), 1)
    digests = wiring.store().put(key, [content])
    return Blob.objects.create(
        key=key, length=digests.length, sha256=digests.sha256, md5=digests.md5, crc32=digests.crc32
    )


def make_file(resource: Resource, content: bytes = b"some bytes", name: str | None = None) -> File:
    """A file with its bytes in the store; all counters above it are raised."""
    file = File.objects.create(
        resource=resource, name=name or f"{next(_numbers):06d}.dcm", blob=make_blob(content)
    )
    session = resource.session
    holders = [
        resource,
        session,
        session.subject,
        session.project,
        *([resource.scan] if resource.scan else []),
    ]
    for holder in holders:
        type(holder).objects.filter(pk=holder.pk).update(
            file_count=F("file_count") + 1, byte_count=F("byte_count") + len(content)
        )
    return file


def make_filing(session: ImagingSession, **details: object) -> Event:
    """The Event of a session that was filed: what the activity feed shows."""
    return record_event(
        Verb.SESSION_FILED,
        at=AT,
        source="import",
        project=session.project,
        subject=session.subject,
        session=session,
        details=details,
    )
