"""KIT, Yokogawa and Ricoh recordings: a `.con` or `.sqd` file with its marker and head-shape files beside it.

Source: the directory layout of Meg160 files, as MNE-Python reads it. All numbers are little-endian.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fornix.meg.card import duration_of, make_card, positive
from fornix.meg.channels import count_types
from fornix.meg.clock import moment_of_stamp
from fornix.meg.companions import COMPANION_SUFFIXES, share_out
from fornix.meg.labels import label
from fornix.meg.pool import Pool
from fornix.meg.recording import JSON, Candidate, Moment, Recording
from fornix.meg.window import NotThisFormat, Window

DIRECTORY_ENTRY, SYSTEM, CHANNELS, ACQUISITION, DIGITISED_POINTS = 16, 1, 4, 8, 26
MAX_ENTRIES, MAX_CHANNELS = 1000, 20_000
OLDEST_VERSION = (2, 3)  # older files keep other fields in these places
CONTINUOUS, AVERAGED, EPOCHS = 1, 2, 3
CONTENT = {CONTINUOUS: "raw", AVERAGED: "averages", EPOCHS: "epochs"}

REFERENCE = 0x100
CHANNEL_WORDS = {-2: "eeg", -3: "ecg", **dict.fromkeys((1, 2, 3, 4), "mag")}
UMD_SYSTEM, UMD_SENSORS = 52, 160  # labelled its reference channels as unused

DATA_SUFFIXES = (".con", ".sqd")
_MARKER = re.compile(r"(?:^|[_\-. ])(?:mrk|marker)[_\-. ]?[0-9a-z]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """What a `.con` or `.sqd` file says."""

    version: tuple[int, int]
    content: str
    sampling_rate_hz: float
    samples: int
    channels: tuple[str, ...]
    acquired: Moment
    digitised_points: int


def find_kit(pool: Pool) -> list[Recording]:
    """All KIT recordings. Markers without a recording beside them stay in the pool."""
    found: list[Recording] = []
    for files in pool.by_folder().values():
        headers = _headers(pool, [file for file in files if file.name.lower().endswith(DATA_SUFFIXES)])
        data = {path: header for path, header in headers.items() if not _is_marker(path, header, headers)}
        if not data:
            continue
        markers = headers.keys() - data.keys()
        others = [
            f.path
            for f in files
            if f.path in markers or f.name.lower().endswith((*COMPANION_SUFFIXES, ".txt"))
        ]
        companions = share_out(others, {path: _stem(path) for path in data})
        for path, header in data.items():
            pool.claim([path, *companions[path]])
            found.append(_recording(path, header, companions[path]))
    return found


def read_kit(window: Window) -> Header:
    """Follow the directory at the start of the file to the system, channel and acquisition blocks."""
    entries = _entries(window)
    system, _, _ = entries[SYSTEM]
    version, revision, system_id = window.unpack("<3i", system)
    (channel_count,) = window.unpack("<i", system + 268)
    (created,) = window.unpack("<i", system + 528)
    if not 0 < channel_count <= MAX_CHANNELS or not 0 < version < 100:
        raise NotThisFormat("the system block of a KIT file is not where its directory says")
    content, rate, samples = _acquisition(window, entries[ACQUISITION][0])
    return Header(
        version=(version, revision),
        content=content,
        sampling_rate_hz=rate,
        samples=samples,
        channels=_channels(window, entries[CHANNELS], channel_count, system_id),
        acquired=moment_of_stamp(created) if created > 0 else Moment(),
        digitised_points=entries[DIGITISED_POINTS][2] if len(entries) > DIGITISED_POINTS else 0,
    )


def _entries(window: Window) -> list[tuple[int, int, int]]:
    """(offset, size, count) of every block; the first entry describes the directory itself."""
    offset, size, _, count = window.unpack("<4i", 0)
    if offset != 0 or size != DIRECTORY_ENTRY or not ACQUISITION < count <= MAX_ENTRIES:
        raise NotThisFormat("it does not begin with the directory of a KIT file")
    entries = []
    for number in range(count):
        offset, size, _, items = window.unpack("<4i", DIRECTORY_ENTRY * number)
        entries.append((offset, size, items))
    return entries


def _acquisition(window: Window, at: int) -> tuple[str, float, int]:
    (type_,) = window.unpack("<i", at)
    (rate,) = window.unpack("<d", at + 4)
    if type_ not in CONTENT:
        raise NotThisFormat(f"KIT acquisition type {type_} is unknown")
    if type_ == CONTINUOUS:
        (samples,) = window.unpack("<i", at + 16)
    else:
        frame, _, _, frames = window.unpack("<4i", at + 12)
        samples = frame if type_ == AVERAGED else frame * frames
    return CONTENT[type_], rate, max(samples, 0)


def _channels(window: Window, entry: tuple[int, int, int], count: int, system_id: int) -> tuple[str, ...]:
    offset, size, _ = entry
    words = []
    for number in range(count):
        (type_,) = window.unpack("<i", offset + size * number)
        is_mislabelled = system_id == UMD_SYSTEM and number < UMD_SENSORS and type_ == 0
        if is_mislabelled or (type_ > 0 and type_ & REFERENCE):
            words.append("ref_meg")
        else:
            words.append(CHANNEL_WORDS.get(type_, "misc"))
    return tuple(words)


def _headers(pool: Pool, files: Sequence[Candidate]) -> dict[str, Header]:
    headers = {}
    for file in files:
        try:
            headers[file.path] = pool.read(file, read_kit)
        except NotThisFormat as error:
            pool.refuse(file.path, f"no KIT file: {error}")
    return headers


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _is_marker(path: str, header: Header, beside: dict[str, Header]) -> bool:
    """Marker coils are measured as epochs; a name alone does not make the only recording of a folder a marker."""
    if not _MARKER.search(_stem(path)):
        return False
    return header.content != "raw" or any(not _MARKER.search(_stem(other)) for other in beside)


def _recording(path: str, header: Header, companions: Sequence[str]) -> Recording:
    name = _stem(path)
    labels = label(path, name)
    problems = []
    if header.version < OLDEST_VERSION:
        problems.append(
            f"KIT format V{header.version[0]}R{header.version[1]:03}: older than V2R003, not fully known"
        )
    kind = "empty_room" if labels.is_empty_room else "raw" if header.content == "raw" else "derived"
    return Recording(
        system="KIT",
        modality="MEG",
        kind=kind,
        name=name,
        files=(path,),
        companions=tuple(companions),
        acquired=header.acquired,
        subject=labels.subject,
        project_candidates=labels.projects,
        card=_card(header),
        problems=tuple(problems),
    )


def _card(header: Header) -> dict[str, JSON]:
    return make_card(
        system="KIT",
        version=f"V{header.version[0]}R{header.version[1]:03}",
        content=header.content,
        sampling_rate_hz=positive(header.sampling_rate_hz),
        duration_s=duration_of(header.samples, header.sampling_rate_hz),
        channels=count_types(header.channels),
        parts=1,
        digitised_points=header.digitised_points or None,
        acquired_on=header.acquired.on.isoformat() if header.acquired.on else None,
        acquired_time=header.acquired.time,
    )
