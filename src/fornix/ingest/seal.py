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
Beside = dict[str, dict[str, str]]  # folder -> arrival group -> name of its first file there


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
    at = timezone.now()
    with transaction.atomic():
        _merge_nameless_patients(reception)
        unrecognised = _distribute_others(reception, time_zone)
        joined = join_waiting(reception.upload.arrivals.order_by("id"))
        for arrival in reception.upload.arrivals.annotate(n=Count("files"), size=Sum("files__blob__length")):
            if arrival.n == 0:
                arrival.delete()
                continue
            arrival.file_count, arrival.byte_count = arrival.n, arrival.size
            arrival.committed_at = at
            arrival.save(update_fields=["file_count", "byte_count", "committed_at"])
        # A row that is not there any more raises: somebody took this process for dead and threw its upload away.
        reception.upload.sealed_at = at
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
    beside = _groups_by_folder(reception.folders)
    unrecognised = [_place_passenger(reception, others, name, beside) for name in sorted(found.unrecognised)]
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


def _place_passenger(reception: Reception, others: _Others, name: str, groups: Beside) -> Unrecognised:
    beside = _groups_beside(groups, name, reception.roots[name])
    if not beside:
        group = f"{NOTHING}:{clean_label(reception.roots[name])}"
    elif len(_people(beside)) == 1 or reception.destination.project or reception.destination.subject:
        group = min(beside, key=lambda group: (_people([group]) == {EMPTY_ROOM}, beside[group]))
    else:
        group = f"{BESIDE}:{clean_label(reception.roots[name])}"
    others.groups[name] = group
    return Unrecognised(name, reception.reasons.get(name) or "it is not recognised", group)


def _groups_by_folder(folders: Mapping[str, Mapping[str, str]]) -> Beside:
    """For each folder the arrivals with a file in it or below, with that file's name."""
    beside: Beside = {}
    for path, groups in folders.items():
        folder = path
        while True:
            held = beside.setdefault(folder, {})
            for group, first in groups.items():
                held[group] = min(first, held.get(group, first))
            if "/" not in folder:
                break
            folder = folder.rpartition("/")[0]
    return beside


def _groups_beside(beside: Beside, name: str, root: str) -> dict[str, str]:
    """The arrivals with a file in the nearest folder around the passenger that holds any."""
    folder = name.rpartition("/")[0]
    while folder not in beside and folder != root and "/" in folder:
        folder = folder.rpartition("/")[0]
    return beside.get(folder, {})


def _people(groups: Iterable[str]) -> set[str]:
    """Whose data these groups hold: the patient of `study:uid:patient`, the subject of `MEG:subject:day:project`."""
    people = {
        group.rpartition(":")[2] if group.startswith("study:") else group.split(":")[1] for group in groups
    }
    return people - {EMPTY_ROOM} or people
