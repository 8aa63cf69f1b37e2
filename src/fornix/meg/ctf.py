"""CTF recordings: a `.ds` folder whose `.res4` file is the header and whose `.meg4` files are the data.

Every file of the folder belongs to the recording.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from fornix.meg.card import duration_of, make_card, positive
from fornix.meg.channels import count_types
from fornix.meg.labels import label
from fornix.meg.pool import Pool
from fornix.meg.recording import JSON, Candidate, Recording
from fornix.meg.res4 import Header, read_res4
from fornix.meg.window import NotThisFormat

MEG4_HEADER_BYTES, SAMPLE_BYTES = 8, 4
MAX_PROBLEMS = 10

_DS = re.compile(r"^(?P<folder>(?:.*?/)??[^/]+\.ds)/", re.IGNORECASE)
_DATA = re.compile(r"\.(?:(?P<number>[0-9]{1,4})_)?meg4$", re.IGNORECASE)
_EAR = re.compile(
    r"measured (?:left ear|right ear|lpa|rpa) coil position relative to dewar \(cm\):(?P<axes>(?:\s*[xyz] = \S+){3})",
    re.IGNORECASE,
)
# Files of a .ds folder that do not carry its name, for a header that lies outside any .ds folder.
_CTF_NAMES = re.compile(
    r"badchannels|bad\.segments|(?:classfile|markerfile|default|params|processing)\.(?:cls|mrk|de|dsc|cfg)",
    re.IGNORECASE,
)
_CTF_SUFFIX = re.compile(r"\.(?:res4|(?:[0-9]+_)?meg4)$", re.IGNORECASE)


@dataclass(slots=True)
class DataSet:
    """One `.ds` folder and what was made of it."""

    path: str
    folder: str
    files: list[Candidate]
    header: Header | None = None
    head_position_mm: list[JSON] | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        stem = self.path.rpartition("/")[2]
        return stem[:-3] if stem.lower().endswith(".ds") else stem

    @property
    def data(self) -> list[Candidate]:
        """The `.meg4` files directly in the folder, in order."""
        return sorted(
            (f for f in self.files if f.folder == self.folder and _DATA.search(f.name)), key=_part_number
        )


def is_ctf_path(path: str) -> bool:
    """Whether the file lies in a `.ds` folder, or has a name that only such folders hold."""
    name = path.rpartition("/")[2]
    return bool(_DS.match(path) or _CTF_SUFFIX.search(name) or _CTF_NAMES.fullmatch(name))


def find_ctf(pool: Pool) -> list[Recording]:
    """All CTF recordings, and the reasons for `.ds` folders that are none."""
    found = []
    for folder, files in _folders(pool).items():
        stem = folder.rpartition("/")[2][:-3].lower()
        headers = [file for file in files if file.folder == folder and file.name.lower().endswith(".res4")]
        if headers:
            headers.sort(key=lambda file: file.name[:-5].lower() != stem)
            found.append(_make(pool, DataSet(folder, folder, files), headers[0]))
        else:
            for file in files:
                pool.refuse(file.path, "a CTF .ds folder without its .res4 header")
    for header in [file for file in pool.left() if file.name.lower().endswith(".res4")]:
        stem = header.name[:-5]
        files = [f for f in pool.beside(header.folder) if f.name.startswith(stem) or is_ctf_path(f.path)]
        found.append(_make(pool, DataSet(header.path[:-5], header.folder, files), header))
    return found


def _make(pool: Pool, data_set: DataSet, header: Candidate) -> Recording:
    _read(pool, data_set, header)
    pool.claim(file.path for file in data_set.files)
    return _recording(data_set, header)


def _folders(pool: Pool) -> dict[str, list[Candidate]]:
    """Files by the outermost `.ds` folder above them."""
    folders: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in pool.left():
        match = _DS.match(candidate.path)
        if match:
            folders[match["folder"]].append(candidate)
    return folders


def _read(pool: Pool, data_set: DataSet, header: Candidate) -> None:
    try:
        data_set.header = pool.read(header, read_res4)
    except NotThisFormat as error:
        data_set.problems.append(f"the .res4 header cannot be read: {error}")
    for file in data_set.files:
        if file.folder == data_set.folder and file.name.lower().endswith(".hc"):
            data_set.head_position_mm = head_position(pool.head(file, 10_000))
    data_set.problems.extend(_data_problems(data_set))


def head_position(text: bytes) -> list[JSON] | None:
    """From the `.hc` file: the middle between the ears in dewar coordinates, in mm. It is CTF's head origin."""
    ears = []
    for match in _EAR.finditer(text.decode("latin-1")):
        try:
            ears.append([float(value) * 10 for value in re.findall(r"= (\S+)", match["axes"])])
        except ValueError:
            return None
    if len(ears) != 2 or not all(math.isfinite(axis) for ear in ears for axis in ear):
        return None
    return [round((left + right) / 2, 1) for left, right in zip(*ears, strict=True)]


def _data_problems(data_set: DataSet) -> Iterator[str]:
    parts = data_set.data
    if not parts:
        yield "the .meg4 data file is missing"
        return
    numbers = {_part_number(part) for part in parts}
    missing = [number for number in range(max(numbers)) if number not in numbers]
    yield from (f"part {number + 1} is missing" for number in missing[:MAX_PROBLEMS])
    header = data_set.header
    if header and header.channels:
        announced = header.samples_per_trial * header.trials
        present = _samples(parts, header)
        if present < announced:
            yield f"truncated: {present:,} of {announced:,} samples are there"


def _samples(parts: Sequence[Candidate], header: Header) -> int:
    frame = SAMPLE_BYTES * len(header.channels)
    return sum(max(part.length - MEG4_HEADER_BYTES, 0) // frame for part in parts)


def _part_number(file: Candidate) -> int:
    match = _DATA.search(file.name)
    return int(match["number"] or 0) if match else 0


def _recording(data_set: DataSet, res4: Candidate) -> Recording:
    header = data_set.header
    labels = label(
        data_set.path,
        data_set.name,
        header_id=header.subject_id if header else "",
        fallback=data_set.name.partition("_")[0],
    )
    first = [res4, *data_set.data]
    rest = sorted((file for file in data_set.files if file not in first), key=lambda file: file.path)
    recording = Recording(
        system="CTF",
        modality="MEG",
        kind="empty_room" if labels.is_empty_room else "raw",
        name=data_set.name,
        files=tuple(file.path for file in (*first, *rest)),
        subject=labels.subject,
        project_candidates=labels.projects,
        card=make_card(system="CTF", parts=len(data_set.data)),
        problems=tuple(data_set.problems),
    )
    return replace(recording, acquired=header.acquired, card=_card(data_set, header)) if header else recording


def _card(data_set: DataSet, header: Header) -> dict[str, JSON]:
    samples = _samples(data_set.data, header) if header.channels else 0
    return make_card(
        system="CTF",
        sampling_rate_hz=positive(header.sampling_rate_hz),
        duration_s=duration_of(samples, header.sampling_rate_hz),
        channels=count_types(header.channels),
        parts=len(data_set.data),
        trials=header.trials if header.trials > 1 else None,
        highpass_hz=header.highpass_hz,
        lowpass_hz=header.lowpass_hz,
        head_position_mm=data_set.head_position_mm,
        acquired_on=header.acquired.on.isoformat() if header.acquired.on else None,
        acquired_time=header.acquired.time,
    )
