"""An arrival of DICOM instances -> its plan: series become scans.

Headers that are not at hand are read from the store: any process can file an arrival from its rows and bytes alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from fornix.catalog.hierarchy import MISC, SessionFacts
from fornix.catalog.site_rules import SiteRules
from fornix.dicom import tags
from fornix.dicom.card import series_card
from fornix.dicom.dates import Acquired, acquired_of, parse_date, parse_time
from fornix.dicom.header import DicomHeader
from fornix.dicom.labels import session_label, subject_label
from fornix.dicom.scan_types import scan_type
from fornix.dicom.series import session_modality, smallest_number
from fornix.ingest.acquisition import FirstAndLast
from fornix.ingest.dicom_evidence import dicom_evidence
from fornix.ingest.names import instance_name, shared_folder, within
from fornix.ingest.plans import ArrivalPlan, Person, Placement, ScanPlan
from fornix.ingest.take import clean_uid, read_stored_header
from fornix.models import Arrival, File
from fornix.storage.store import Store

DICOM = "DICOM"
Headers = Mapping[int, DicomHeader]
NO_HEADERS: Headers = {}
# A series has as many echoes and contrasts as distinct headers are kept; more would only cost memory.
_KEPT_HEADERS = 16


@dataclass(slots=True)
class _Series:
    """One SeriesInstanceUID while its instances are read."""

    uid: str
    numbers: set[int | None] = field(default_factory=set)
    headers: dict[object, DicomHeader] = field(default_factory=dict)  # by echo time
    first: Acquired | None = None
    times: FirstAndLast = field(default_factory=FirstAndLast)
    files: list[Placement] = field(default_factory=list)
    truncated: int = 0
    disguised: int = 0


def plan_dicom(
    arrival: Arrival, store: Store, rules: SiteRules, at_hand: Headers = NO_HEADERS
) -> ArrivalPlan:
    """What the arrival becomes. Files that are no DICOM instance are its passengers."""
    files = list(arrival.files.select_related("blob").order_by("name", "pk"))
    folder = shared_folder(file.name for file in files)
    series: dict[str, _Series] = {}
    passengers: list[Placement] = []
    people: set[Person] = set()
    for file in files:
        header = (at_hand.get(file.pk) or _header_of(file, store)) if file.content_sha256 else None
        if header is None:
            passengers.append(passenger(file, folder))
            continue
        people.add(Person.of(header.patient_name, header.patient_birth_date))
        key = clean_uid(header.series_uid) or f"number {_number(header)}"
        _add(series.setdefault(key, _Series(clean_uid(header.series_uid))), file, header)
    scans = tuple(_scan_plan(found, rules) for found in series.values())
    headers = [header for found in series.values() for header in found.headers.values()]
    evidence = dicom_evidence(
        headers,
        [found.times for found in series.values()],
        ZoneInfo(rules.time_zone),
        sender=arrival.sender,
    )
    return ArrivalPlan(
        evidence=replace(evidence, study_uid=arrival.study_uid),
        subject_label=_first(
            subject_label(header, name_allowed=rules.patient_name_as_subject) for header in headers
        ),
        session_label=_first(session_label(header) for header in headers),
        facts=_session_facts(arrival, headers, scans),
        scans=scans,
        passengers=tuple(passengers),
        people=tuple(people),
    )


def passenger(file: File, folder: str) -> Placement:
    """The place of what only lay beside the data: the session's MISC resource, by its path."""
    return Placement(
        file_id=file.pk,
        name=within(folder, file.name),
        resource=MISC,
        is_primary=False,
        length=file.blob.length,
        sha256=file.blob.sha256,
    )


def _header_of(file: File, store: Store) -> DicomHeader | None:
    with store.open(file.blob.key, file.blob.offset, file.blob.length) as stream:
        return read_stored_header(stream, file.blob.length)


def _add(series: _Series, file: File, header: DicomHeader) -> None:
    series.numbers.add(_number(header))
    echo = header.raw.values.get(tags.EchoTime)
    if echo not in series.headers and len(series.headers) < _KEPT_HEADERS:
        series.headers[echo] = header
    acquired = acquired_of(header)
    if series.first is None or (acquired.sortable and acquired.sortable < (series.first.sortable or "~")):
        series.first = acquired
    series.times.note(header, acquired)
    series.truncated += header.is_truncated
    series.disguised += header.has_preamble and not header.has_standard_preamble
    series.files.append(
        Placement(
            file_id=file.pk,
            name=instance_name(file.sop_instance_uid, file.content_sha256),
            resource=DICOM,
            is_primary=True,
            length=file.blob.length,
            sha256=file.blob.sha256,
            frames=header.number_of_frames,
            sop_instance_uid=file.sop_instance_uid,
            transfer_syntax_uid=file.transfer_syntax_uid,
            content_sha256=file.content_sha256,
        )
    )


def _number(header: DicomHeader) -> int | None:
    """The SeriesNumber, if it is one: an integer string has 32 bits (PS3.5 6.2), and files say other things."""
    number = header.series_number
    return number if number is not None and abs(number) < 1 << 31 else None


def _scan_plan(series: _Series, rules: SiteRules) -> ScanPlan:
    headers = list(series.headers.values())
    header = headers[0]
    first = series.first or Acquired(None, "")
    flags = []
    if series.truncated:
        flags.append(
            ("cut_off", f"{series.truncated} of {len(series.files)} files end before their data does")
        )
    if series.disguised:
        # A preamble is free, so that a file can be a program or a page as well (PS3.10 7.1 and 7.5).
        detail = f"{series.disguised} of {len(series.files)} files begin like a file of another kind"
        flags.append(("preamble", detail))
    return ScanPlan(
        uid=series.uid,
        number=smallest_number(sorted(series.numbers, key=lambda number: number or 0)),
        sort_key=first.sortable,
        description=header.series_description or header.protocol_name,
        type=scan_type(header, rules.scan_types),
        modality=header.modality or "OT",
        acquired_on=first.on,
        acquired_time=first.time,
        header=series_card(headers),
        files=tuple(series.files),
        flags=tuple(flags),
    )


def _session_facts(arrival: Arrival, headers: list[DicomHeader], scans: tuple[ScanPlan, ...]) -> SessionFacts:
    header = headers[0]
    earliest = min(scans, key=lambda scan: scan.sort_key or "~")
    return SessionFacts(
        modality=session_modality(scan.modality for scan in scans),
        study_uid=arrival.study_uid,
        acquired_on=parse_date(header.study_date) or earliest.acquired_on,
        acquired_time=parse_time(header.study_time) or earliest.acquired_time,
        scanner=" ".join(filter(None, (header.manufacturer_model, header.station_name))),
        patient_name=_first(header.patient_name for header in headers),
        patient_id=_first(header.patient_id.strip() for header in headers),
        patient_birth_date=_first(header.patient_birth_date for header in headers),
    )


def _first(texts: Iterable[str | None]) -> str:
    return next((text for text in texts if text), "")
