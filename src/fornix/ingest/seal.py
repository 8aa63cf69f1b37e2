"""The end of an upload: recordings are put together, passengers join what they lie beside, and the upload is sealed.

From then on the archive answers for every byte of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from fornix.dicom.labels import clean_label
from fornix.ingest.days import local_day
from fornix.ingest.receive import OTHER, Reception, arrival_of
from fornix.ingest.waiting import Joined, join_waiting
from fornix.meg.labels import EMPTY_ROOM
from fornix.meg.recordings import Candidate, Found, Recording, find_recordings
from fornix.models import File

BESIDE = "beside"  # + the import's root: passengers that lie beside sessions of several people
NOTHING = "nothing"  # + the import's root: nothing in it is recognised
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A passenger: told to the operator by name and reason, and kept."""

    name: str
    reason: str
    group: str  # of the arrival that keeps it


@dataclass(frozen=True, slots=True)
class Sealed:
    """What an upload amounts to, before it is filed."""

    unrecognised: tuple[Unrecognised, ...]
    joined: Joined


@dataclass(slots=True)
class _Others:
    """Files that are no DICOM instance, on their way to an arrival."""

    files: dict[str, File]
    groups: dict[str, str] = field(default_factory=dict)  # file name -> arrival group


def seal(reception: Reception, time_zone: str) -> Sealed:
    """Groups what is no DICOM, merges with arrivals that wait already, and seals the upload: one transaction."""
    with transaction.atomic():
        _merge_nameless_patients(reception)
        unrecognised = _distribute_others(reception, time_zone)
        joined = join_waiting(reception.upload)
        for arrival in reception.upload.arrivals.annotate(n=Count("files"), size=Sum("files__blob__length")):
            if arrival.n == 0:
                arrival.delete()
                continue
            arrival.file_count, arrival.byte_count = arrival.n, arrival.size
            arrival.save(update_fields=["file_count", "byte_count"])
        # A row that is not there any more raises: somebody took this process for dead and threw its upload away.
        reception.upload.sealed_at = timezone.now()
        reception.upload.save(update_fields=["sealed_at"])
    return Sealed(tuple(unrecognised), joined)


def _merge_nameless_patients(reception: Reception) -> None:
    """Instances of a study without PatientID (reports, often) belong to its one patient, if it has just one."""
    studies: dict[str, list[str]] = {}
    for group, arrival in reception.arrivals.items():
        if arrival.study_uid:
            studies.setdefault(arrival.study_uid, []).append(group)
    for study_uid, groups in studies.items():
        nameless = f"study:{study_uid}:"
        if nameless in groups and len(groups) == 2:
            target = next(group for group in groups if group != nameless)
            arrival = reception.arrivals[target]
            reception.arrivals.pop(nameless).files.update(arrival=arrival)
            for found in reception.folders.values():
                if nameless in found:
                    found.setdefault(target, found.pop(nameless))


def _distribute_others(reception: Reception, time_zone: str) -> list[Unrecognised]:
    arrival = reception.arrivals.get(OTHER)
    if arrival is None:
        return []
    others = _Others({file.name: file for file in arrival.files.select_related("blob")})
    found = _find_recordings(reception, others)
    for recording in found.recordings:
        _place_recording(reception, others, recording, time_zone)
    unrecognised = [
        _place_passenger(reception, others, name, reception.reasons.get(name, ""))
        for name in sorted(found.unrecognised)
    ]
    for name, group in others.groups.items():
        others.files[name].arrival = arrival_of(reception, group)
    File.objects.bulk_update(others.files.values(), ["arrival"], batch_size=_CHUNK)
    return unrecognised


def _find_recordings(reception: Reception, others: _Others) -> Found:
    def open_(path: str) -> BinaryIO:
        blob = others.files[path].blob
        return reception.store.open(blob.key, blob.offset, blob.length)

    return find_recordings([Candidate(name, file.blob.length) for name, file in others.files.items()], open_)


def _place_recording(reception: Reception, others: _Others, recording: Recording, time_zone: str) -> None:
    # One session per subject and day (and project, where the folders name one).
    folder = recording.files[0].rpartition("/")[0]
    subject = clean_label(recording.subject or "") or f"?{clean_label(folder)}"
    if recording.kind != "empty_room":
        subject = clean_label(reception.destination.subject) or subject
    project = clean_label(next(iter(recording.project_candidates), ""))
    on, _ = local_day(recording.acquired, time_zone)
    day = on.isoformat() if on else ""
    group = f"{recording.modality}:{subject}:{day}:{project}"
    for name in (*recording.files, *recording.companions):
        others.groups[name] = group
    reception.folders.setdefault(folder, {}).setdefault(group, recording.files[0])


def _place_passenger(reception: Reception, others: _Others, name: str, reason: str) -> Unrecognised:
    beside = _groups_beside(reception.folders, name, reception.roots[name])
    if not beside:
        group = f"{NOTHING}:{clean_label(reception.roots[name])}"
    elif len(_people(beside)) == 1 or reception.destination.project or reception.destination.subject:
        group = min(beside, key=lambda group: (_people([group]) == {EMPTY_ROOM}, beside[group]))
    else:
        group = f"{BESIDE}:{clean_label(reception.roots[name])}"
    others.groups[name] = group
    return Unrecognised(name, reason or "it is not recognised", group)


def _groups_beside(folders: Mapping[str, Mapping[str, str]], name: str, root: str) -> dict[str, str]:
    """The arrivals with a file in the nearest folder around the passenger that holds any, and that file's name."""
    folder = name.rpartition("/")[0]
    while True:
        inside = f"{folder}/"
        beside: dict[str, str] = {}
        for path, groups in folders.items():
            if path == folder or path.startswith(inside):
                for group, first in groups.items():
                    beside[group] = min(first, beside.get(group, first))
        if beside or folder == root or "/" not in folder:
            return beside
        folder = folder.rpartition("/")[0]


def _people(groups: Iterable[str]) -> set[str]:
    """Whose data these groups hold: the patient of `study:uid:patient`, the subject of `MEG:subject:day:project`."""
    people = {
        group.rpartition(":")[2] if group.startswith("study:") else group.split(":")[1] for group in groups
    }
    return people - {EMPTY_ROOM} or people
