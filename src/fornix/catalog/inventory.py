"""The whole catalogue as one value, for `fornix show`: projects, sessions, scans and what waits."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Prefetch, Q, QuerySet

from fornix.catalog.people import person_name
from fornix.models import Arrival, BookingProject, BookingRole, ImagingSession, Project, Resource, Scan


def project_rows(projects: QuerySet[Project]) -> Iterator[dict[str, object]]:
    """The projects, without their sessions."""
    pis = BookingRole.objects.filter(part="pi").select_related("person").order_by("pk")
    named = Prefetch("booking_project__roles", queryset=pis, to_attr="pis")
    for project in projects.select_related("booking_project").prefetch_related(named):
        yield {
            "label": project.label,
            "title": project.name,
            "pi": _pi_of(project.booking_project),
            "subjects": project.subject_count,
        }


def _pi_of(booked: BookingProject | None) -> str:
    """The principal investigator's name as pages show it; "" when Calpendo names none."""
    if booked is None:
        return ""
    pis: list[BookingRole] = vars(booked)["pis"]
    return person_name(pis[0].person) if pis else booked.pi_text


def session_rows(sessions: QuerySet[ImagingSession]) -> Iterator[dict[str, object]]:
    """Sessions with their scans. `files` counts the primary resource of a scan."""
    primary = Resource.objects.filter(is_primary=True)
    scans = Scan.objects.order_by("number", "scan_id").prefetch_related(
        Prefetch("resources", queryset=primary, to_attr="primary")
    )
    rows = sessions.select_related("project", "subject").prefetch_related(
        Prefetch("scans", queryset=scans, to_attr="listed")
    )
    for session in rows.iterator(chunk_size=200):
        yield {
            "project": session.project.label,
            "subject": session.subject.label,
            "label": session.label,
            "accession": session.accession,
            "modality": session.modality,
            "date": session.acquired_on.isoformat() if session.acquired_on else None,
            "study_uid": session.study_uid,
            "scans": [_scan_row(scan) for scan in vars(session)["listed"]],
        }


def _scan_row(scan: Scan) -> dict[str, object]:
    primary: list[Resource] = vars(scan)["primary"]
    return {
        "id": scan.scan_id,
        "description": scan.description,
        "type": scan.type,
        "quality": scan.quality,
        "modality": scan.modality,
        "uid": scan.uid,
        "files": sum(resource.file_count for resource in primary),
        "bytes": sum(resource.byte_count for resource in primary),
        "frames": scan.frames,
        "date": scan.acquired_on.isoformat() if scan.acquired_on else None,
        "time": scan.acquired_time,
        "header": scan.header,
    }


def arrival_rows() -> list[dict[str, object]]:
    """What is received and not yet filed, with the reason."""
    counted = Q(upload__sealed_at__isnull=False) | Q(upload__acknowledges_each=True)
    arrivals = Arrival.objects.filter(counted, deleted_at=None).order_by("id")
    return [
        {
            "id": arrival.id,
            "reason": arrival.refusal or "is being received or filed",
            "files": arrival.file_count,
            "bytes": arrival.byte_count,
            "study_uid": arrival.study_uid,
        }
        for arrival in arrivals
    ]
