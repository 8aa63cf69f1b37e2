"""BTi/4D recordings: a run's folder with data files ("pdf": `c,rfDC`, `e,rfhp1.0Hz,COH`), `config` and `hs_file`.

Source: the layout of 4D's processed data files, as MNE-Python reads it; the header lies at the end of the file.
All numbers are big-endian.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from fornix.meg.card import duration_of, make_card, positive
from fornix.meg.channels import count_types
from fornix.meg.clock import moment_of_stamp
from fornix.meg.labels import label
from fornix.meg.pool import Pool
from fornix.meg.recording import JSON, Candidate, Moment, Recording
from fornix.meg.window import NotThisFormat, Window, text_of

FILE_POSITION_MASK = 2**31 - 1
HEADER_BYTES, EPOCH_BYTES, CHANNEL_BYTES, EVENT_BYTES = 96, 56, 104, 72
MAX_ITEMS = 100_000
SAMPLE_BYTES = {1: 2, 2: 4, 3: 4, 4: 8}  # int16, int32, float, double

_PDF = re.compile(r"^(?:[a-z]{1,3},.+|.*(?:^|[_.-])pdf(?:[_.-].*)?)$", re.IGNORECASE)
_CONFIG = re.compile(r"^(?:.*[_.-])?config(?:[_.-].*)?$", re.IGNORECASE)
_HEAD_SHAPE = re.compile(r"^(?:.*[_.-])?hs(?:[_.-].*)?$", re.IGNORECASE)
_COILS = re.compile(r",COH[0-9]*$", re.IGNORECASE)
_ELECTRODE = re.compile(r"EEG|E[0-9]+$|[A-Z][A-Za-z]{0,2}[0-9z]*-[A-Z][A-Za-z]{0,2}[0-9z]*$")
_WORDS = (("EOG", "eog"), ("HEOG", "eog"), ("VEOG", "eog"), ("EMG", "emg"), ("ECG", "ecg"))


@dataclass(frozen=True, slots=True)
class Header:
    """What the end of a data file says."""

    sampling_rate_hz: float
    samples: int
    epochs: int
    channels: tuple[str, ...]
    acquired: Moment


def _is_binary(prefix: bytes) -> bool:
    """A version number in 16 (config) or 32 bits (head shape): the first byte of a text file is never 0."""
    return prefix[:1] == b"\0"


def find_bti(pool: Pool) -> list[Recording]:
    """One recording per data file that has a `config` beside it; the folder's other BTi files accompany it."""
    found: list[Recording] = []
    for folder, files in pool.by_folder().items():
        configs = [f for f in files if _CONFIG.match(f.name) and _is_binary(pool.head(f, 4))]
        if not configs:
            continue
        headers = _headers(pool, [f for f in files if f not in configs and _PDF.match(f.name)])
        if not headers:
            for config in configs:
                pool.refuse(config.path, "a BTi config file without a readable data file beside it")
            continue
        shapes = [f for f in files if _HEAD_SHAPE.match(f.name)]
        found += _recordings(pool, folder, headers, [f.path for f in (*configs, *shapes)])
    return found


def read_pdf(window: Window) -> Header:
    """The last 8 bytes point to the header: fixed part, epochs, channels, events, then processing steps."""
    at = _header_position(window)
    data_format, _mode, epoch_count = window.unpack(">hhi", at + 8)
    (event_count,) = window.unpack(">i", at + 20)
    (period,) = window.unpack(">f", at + 28)
    process_count, channel_count = window.unpack(">ih", at + 48)
    (stamp,) = window.unpack(">i", at + 68)
    counts = (epoch_count, event_count, process_count, channel_count)
    if (
        data_format not in SAMPLE_BYTES
        or not 1e-6 < period < 1000
        or not all(0 <= n <= MAX_ITEMS for n in counts)
    ):
        raise NotThisFormat("there is no BTi header where its last bytes point")
    at += HEADER_BYTES
    epochs = [window.unpack(">i", at + EPOCH_BYTES * number)[0] for number in range(epoch_count)]
    at += EPOCH_BYTES * epoch_count
    names = [text_of(window.read(at + CHANNEL_BYTES * number, 16)) for number in range(channel_count)]
    at += CHANNEL_BYTES * channel_count + EVENT_BYTES * event_count
    if process_count:  # the first processing step is the acquisition
        (stamp,) = window.unpack(">i", at + 60)
    return Header(
        sampling_rate_hz=_single(1 / period),
        samples=sum(max(points, 0) for points in epochs),
        epochs=epoch_count,
        channels=tuple(_word(name) for name in names),
        acquired=moment_of_stamp(stamp) if stamp > 0 else Moment(),
    )


def _single(value: float) -> float:
    """Rounded to single precision, as the period is that it was computed from: 1017.25, not 1017.2499899."""
    return float(struct.unpack(">f", struct.pack(">f", value))[0])


def _header_position(window: Window) -> int:
    end = window.length - 8
    if end < HEADER_BYTES:
        raise NotThisFormat("it is too short for a BTi data file")
    (position,) = window.unpack(">q", end)
    masked = position & FILE_POSITION_MASK
    if end + 8 - masked <= FILE_POSITION_MASK:  # older systems left rubbish in the upper half
        position = masked
    position += -position % 8
    if not 0 <= position <= end - HEADER_BYTES:
        raise NotThisFormat("its last bytes do not point to a BTi header")
    return int(position)


def _word(name: str) -> str:
    """The channel's type by 4D's naming: A1 … sensors, M… and G… references, X… and the rest auxiliary."""
    if name[:1] == "A":
        return "mag"
    if name[:1] in ("M", "G"):
        return "ref_meg"
    if name in ("TRIGGER", "RESPONSE"):
        return "stim"
    for beginning, word in _WORDS:
        if name.startswith(beginning):
            return word
    return "eeg" if _ELECTRODE.match(name) else "misc"


def _headers(pool: Pool, files: Sequence[Candidate]) -> dict[str, Header]:
    headers = {}
    for file in files:
        try:
            headers[file.path] = pool.read(file, read_pdf)
        except NotThisFormat as error:
            pool.refuse(file.path, f"no BTi data file: {error}")
    return headers


def _recordings(
    pool: Pool, folder: str, headers: dict[str, Header], shared: Sequence[str]
) -> list[Recording]:
    """Coil measurements (…,COH) accompany the first data file; so do config and head shape, as its primary files."""
    coils = [path for path in headers if _COILS.search(path)]
    data = [path for path in headers if path not in coils] or coils[:1]
    coils = [path for path in coils if path not in data]
    pool.claim([*headers, *shared])
    found = []
    for number, path in enumerate(data):
        configs = [other for other in shared if _CONFIG.match(other.rpartition("/")[2])]
        shapes = [other for other in shared if other not in configs]
        files = (path, *configs) if number == 0 else (path,)
        found.append(_recording(folder, path, headers[path], files, (*shapes, *coils) if number == 0 else ()))
    return found


def _recording(
    folder: str, path: str, header: Header, files: tuple[str, ...], companions: tuple[str, ...]
) -> Recording:
    file_name = path.rpartition("/")[2]
    run = folder.rpartition("/")[2]
    name = f"{run}/{file_name}" if run else file_name
    labels = label(path, name)
    return Recording(
        system="BTI",
        modality="MEG",
        kind="empty_room" if labels.is_empty_room else "raw",
        name=name,
        files=files,
        companions=companions,
        acquired=header.acquired,
        subject=labels.subject,
        project_candidates=labels.projects,
        card=_card(header),
    )


def _card(header: Header) -> dict[str, JSON]:
    return make_card(
        system="BTI",
        sampling_rate_hz=positive(header.sampling_rate_hz),
        duration_s=duration_of(header.samples, header.sampling_rate_hz),
        channels=count_types(header.channels),
        parts=1,
        epochs=header.epochs if header.epochs > 1 else None,
        acquired_on=header.acquired.on.isoformat() if header.acquired.on else None,
        acquired_time=header.acquired.time,
    )
