"""What filed sessions say of where they belong: from a few of their headers, or their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.db.models import Min

from fornix.catalog.site_rules import SiteRules
from fornix.dicom.header import DicomHeader
from fornix.ingest.dicom_evidence import dicom_evidence, times_of
from fornix.ingest.evidence import Evidence, Span
from fornix.ingest.machines import machine_of
from fornix.ingest.take import read_stored_header
from fornix.models import File, ImagingSession
from fornix.storage.store import Store

_SERIES = 3  # of a session whose headers are read


def evidence_of_session(
    session: ImagingSession, headers: Sequence[DicomHeader], rules: SiteRules
) -> Evidence:
    """From a few headers; times are the session's own, where they were computed."""
    if headers:
        found = dicom_evidence(headers, [times_of(headers)], ZoneInfo(rules.time_zone))
    else:
        found = _of_rows(session)
    if session.first_acquired_at is not None and session.last_acquired_at is not None:
        found = replace(found, spans=(Span(session.first_acquired_at, session.last_acquired_at),))
    return replace(found, study_uid=session.study_uid)


def _of_rows(session: ImagingSession) -> Evidence:
    """Of recordings: the folders that named their project are not kept."""
    return Evidence(
        acquired_on=session.acquired_on,
        machine=machine_of(None, session.scanner),
        station_name=session.scanner,
        modality=session.modality,
        values={
            "PatientID": (session.subject.label,),
            "Modality": (session.modality,),
            "StationName": (session.scanner,),
        },
    )


def headers_of_sessions(sessions: Sequence[ImagingSession], store: Store) -> dict[int, list[DicomHeader]]:
    """Of each session the headers of the first files of a few series: two queries for all of them."""
    instances = File.objects.filter(resource__session__in=sessions, resource__scan__isnull=False)
    firsts = (
        instances.exclude(content_sha256="")
        .values("resource__session_id", "resource__scan_id")
        .annotate(first=Min("pk"))
        .order_by("resource__session_id", "resource__scan_id")
    )
    chosen: dict[int, list[int]] = {}
    for session_id, _, first in firsts.values_list("resource__session_id", "resource__scan_id", "first"):
        of_session = chosen.setdefault(session_id, [])
        if len(of_session) < _SERIES:
            of_session.append(first)
    files = File.objects.select_related("blob").in_bulk([pk for pks in chosen.values() for pk in pks])
    headers = {}
    for session_id, pks in chosen.items():
        read = (_read(files[pk], store) for pk in pks if pk in files)
        headers[session_id] = [header for header in read if header is not None]
    return headers


def _read(file: File, store: Store) -> DicomHeader | None:
    with store.open(file.blob.key, file.blob.offset, file.blob.length) as stream:
        return read_stored_header(stream, file.blob.length)
