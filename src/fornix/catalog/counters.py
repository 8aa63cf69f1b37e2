"""Counters of files, bytes, scans and sessions: changed in the transaction of what they count.

Subjects and projects count what is visible; a session counts its own from its first file on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from fornix.models import ImagingSession, Project, Resource, Scan, Subject


@dataclass(frozen=True, slots=True)
class Amount:
    """Files, their bytes, and frames in them."""

    files: int = 0
    bytes: int = 0
    frames: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.files + other.files, self.bytes + other.bytes, self.frames + other.frames)


def count_files(session: ImagingSession, added: Mapping[Resource, Amount], *, at: datetime) -> Amount:
    """Counts files that were added to resources of one session; returns their sum."""
    total = Amount()
    for resource, amount in added.items():
        Resource.objects.filter(pk=resource.pk).update(
            file_count=F("file_count") + amount.files, byte_count=F("byte_count") + amount.bytes
        )
        if resource.scan_id is not None:
            Scan.objects.filter(pk=resource.scan_id).update(
                file_count=F("file_count") + amount.files,
                byte_count=F("byte_count") + amount.bytes,
                frames=F("frames") + amount.frames,
            )
        total += amount
    changes = {
        "file_count": F("file_count") + total.files,
        "byte_count": F("byte_count") + total.bytes,
        "changed_at": at,
    }
    ImagingSession.objects.filter(pk=session.pk).update(**changes)
    if session.visible_at is not None:
        Subject.objects.filter(pk=session.subject_id).update(**changes)
        Project.objects.filter(pk=session.project_id).update(**changes)
    return total


def count_scans(session: ImagingSession, added: int) -> None:
    """Counts scans that were added to a session."""
    ImagingSession.objects.filter(pk=session.pk).update(scan_count=F("scan_count") + added)


def make_visible(session: ImagingSession, *, at: datetime) -> None:
    """Shows a session, and counts it and all that it holds in its subject and project."""
    session.refresh_from_db()
    session.visible_at = at
    session.save(update_fields=["visible_at"])
    subject = Subject.objects.get(pk=session.subject_id)
    changes = {
        "session_count": F("session_count") + 1,
        "file_count": F("file_count") + session.file_count,
        "byte_count": F("byte_count") + session.byte_count,
        "changed_at": at,
    }
    Subject.objects.filter(pk=subject.pk).update(**changes)
    Project.objects.filter(pk=session.project_id).update(
        **changes, subject_count=F("subject_count") + (1 if subject.session_count == 0 else 0)
    )
