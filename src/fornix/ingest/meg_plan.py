"""An arrival of MEG or EEG recordings -> its plan: recordings become scans. Reads headers from the store again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO
from zoneinfo import ZoneInfo

from fornix.catalog.hierarchy import SessionFacts
from fornix.catalog.site_rules import SiteRules
from fornix.dicom.labels import clean_label
from fornix.ingest.acquisition import Written, spans_of
from fornix.ingest.days import local_day
from fornix.ingest.dicom_plan import passenger
from fornix.ingest.evidence import Evidence
from fornix.ingest.machines import machine_of
from fornix.ingest.names import shared_folder, within
from fornix.ingest.plans import BY_CONTENT, ArrivalPlan, Placement, ScanPlan
from fornix.ingest.rule_values import values_of_recordings
from fornix.meg.recordings import Candidate, Recording, find_recordings
from fornix.models import Arrival, File
from fornix.storage.store import Store

# Formats that one maker's instruments write. FIF, EDF and the like tell the instrument in the header, or do not.
INSTRUMENTS = {"CTF": "CTF", "KIT": "KIT", "BTI": "BTi/4D"}
COMPANIONS = "COMPANIONS"  # marker, head-shape and event files of a recording


def plan_recordings(arrival: Arrival, store: Store, rules: SiteRules) -> ArrivalPlan:
    """What the arrival becomes."""
    files = {file.name: file for file in arrival.files.select_related("blob").order_by("name")}

    def open_(path: str) -> BinaryIO:
        blob = files[path].blob
        return store.open(blob.key, blob.offset, blob.length)

    found = find_recordings([Candidate(name, file.blob.length) for name, file in files.items()], open_)
    folder = shared_folder(files)
    scans = _merge_copies(_scan_plan(recording, files, rules) for recording in found.recordings)
    evidence = _evidence(arrival, found.recordings, scans, ZoneInfo(rules.time_zone))
    return ArrivalPlan(
        evidence=evidence,
        subject_label=next((clean_label(item.subject) for item in found.recordings if item.subject), ""),
        session_label="",
        fixed_subject=all(item.kind == "empty_room" for item in found.recordings),
        facts=_session_facts(found.recordings, rules),
        scans=scans,
        passengers=tuple(passenger(files[name], folder) for name in sorted(found.unrecognised)),
    )


def _scan_plan(recording: Recording, files: dict[str, File], rules: SiteRules) -> ScanPlan:
    folder = shared_folder((*recording.files, *recording.companions))
    if folder.lower().endswith(".ds"):
        folder = folder.rpartition("/")[0]  # a CTF recording is the folder, with its name
    on, time = local_day(recording.acquired, rules.time_zone)
    scan = ScanPlan(
        uid=_identity(recording),
        number=None,
        sort_key=f"{on or '~'} {time or '~'} {recording.name}",
        description=recording.name,
        type=recording.kind,
        modality=recording.modality,
        acquired_on=on,
        acquired_time=time,
        header=recording.card,
        files=(
            *(_placement(files[name], folder, recording.system) for name in recording.files),
            *(_placement(files[name], folder, COMPANIONS) for name in recording.companions),
        ),
        flags=tuple(("recording", f"{recording.name}: {problem}") for problem in recording.problems),
    )
    return scan if scan.uid else _by_content(scan)


def _identity(recording: Recording) -> str:
    """What the header says, if anything. Programs have kept the identity of what they filtered."""
    is_filtered = recording.uid and recording.card.get("maxfiltered")
    return f"{recording.uid}-maxfiltered" if is_filtered else recording.uid


def _merge_copies(scans: Iterable[ScanPlan]) -> tuple[ScanPlan, ...]:
    """One scan per recording: of a copy in another folder only the files are looked at. Other data is another scan,
    whatever identity its header gives."""
    merged: dict[str, ScanPlan] = {}
    for scan in scans:
        alike = merged.get(scan.uid)
        own = scan if alike is None or _samples(alike) == _samples(scan) else _by_content(scan)
        held = merged.get(own.uid)
        merged[own.uid] = replace(held, files=held.files + own.files) if held else own
    return tuple(merged.values())


def _by_content(scan: ScanPlan) -> ScanPlan:
    """A recording without an identity of its own is known by its samples."""
    return replace(scan, uid=f"{BY_CONTENT}{_samples(scan)}")


def _samples(scan: ScanPlan) -> str:
    """The hash of the largest primary file."""
    return max((file.length, file.sha256) for file in scan.files if file.is_primary)[1]


def _placement(file: File, folder: str, resource: str) -> Placement:
    return Placement(
        file_id=file.pk,
        name=within(folder, file.name),
        resource=resource,
        is_primary=resource != COMPANIONS,
        length=file.blob.length,
        sha256=file.blob.sha256,
    )


def _evidence(
    arrival: Arrival, recordings: tuple[Recording, ...], scans: tuple[ScanPlan, ...], zone: ZoneInfo
) -> Evidence:
    codes = dict.fromkeys(code for item in recordings for code in item.project_candidates)
    station = next(filter(None, map(_instrument, recordings)), "")
    machine = machine_of(arrival.sender, station)
    return Evidence(
        recording_uids=tuple(scan.uid for scan in scans),
        candidates=tuple(codes),
        acquired_on=next((item.acquired.on for item in recordings if item.acquired.on), None),
        spans=spans_of(_written(recordings), zone, clock_ahead_s=machine.clock_ahead_s),
        machine=machine,
        station_name=station,
        modality=next((item.modality for item in recordings), ""),
        values=values_of_recordings(recordings, station),
    )


def _written(recordings: tuple[Recording, ...]) -> Iterator[Written]:
    """When they were recorded. What was derived from a recording, often later, tells only where nothing else does."""
    measured = [item for item in recordings if item.kind != "derived"] or recordings
    for item in measured:
        if item.acquired.on is not None and item.acquired.time:
            lasts = item.card.get("duration_s")
            lasts_s = float(lasts) if isinstance(lasts, int | float) else 0.0
            yield Written(item.acquired.on, item.acquired.time, 0, item.acquired.utc_offset, lasts_s)


def _instrument(recording: Recording) -> str:
    instrument = recording.card.get("instrument")
    return instrument if isinstance(instrument, str) else INSTRUMENTS.get(recording.system, "")


def _session_facts(recordings: tuple[Recording, ...], rules: SiteRules) -> SessionFacts:
    first = min(recordings, key=lambda item: (str(item.acquired.on or "~"), item.acquired.time or "~"))
    modalities = {item.modality for item in recordings}
    on, time = local_day(first.acquired, rules.time_zone)
    return SessionFacts(
        modality="MEG" if "MEG" in modalities else first.modality,
        acquired_on=on,
        acquired_time=time,
        scanner=_instrument(first),
    )
