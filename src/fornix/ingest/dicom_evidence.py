"""What DICOM headers say of where an arrival belongs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, tzinfo

from fornix.catalog.hierarchy import PATIENT_ID_LENGTH
from fornix.dicom.dates import acquired_of, parse_date
from fornix.dicom.header import DicomHeader
from fornix.dicom.labels import assigned_projects, project_candidates
from fornix.ingest.acquisition import FirstAndLast, ends_of, spans_of
from fornix.ingest.evidence import Evidence
from fornix.ingest.machines import machine_of
from fornix.ingest.rule_values import values_of_headers
from fornix.models import Sender


def times_of(headers: Iterable[DicomHeader]) -> FirstAndLast:
    """First and last acquisition of these instances."""
    found = FirstAndLast()
    for header in headers:
        found.note(header, acquired_of(header))
    return found


def dicom_evidence(
    headers: Sequence[DicomHeader],
    times: Iterable[FirstAndLast],
    zone: tzinfo,
    *,
    sender: Sender | None = None,
) -> Evidence:
    """From the different headers of one study; `times`: of all its instances, series by series.

    The day is the study's as written, else the earliest of the series.
    """
    ends = ends_of(times)
    station = next((header.station_name for header in headers if header.station_name), "")
    machine = machine_of(sender, station)
    codes = dict.fromkeys(code for header in headers for code in project_candidates(header))
    return Evidence(
        study_uid=next((header.study_uid for header in headers if header.study_uid), ""),
        patient_id=next((found for header in headers if (found := header.patient_id.strip())), "")[
            :PATIENT_ID_LENGTH
        ],
        candidates=tuple(codes),
        assigned=frozenset(code for header in headers for code in assigned_projects(header)),
        acquired_on=_day(headers),
        spans=spans_of(ends, zone, clock_ahead_s=machine.clock_ahead_s),
        machine=machine,
        station_name=station,
        modality=next((header.modality for header in headers if header.modality), ""),
        values=values_of_headers(headers),
    )


def _day(headers: Sequence[DicomHeader]) -> date | None:
    studies = (parse_date(header.study_date) for header in headers)
    days = sorted(on for header in headers if (on := acquired_of(header).on) is not None)
    return next(filter(None, studies), days[0] if days else None)
