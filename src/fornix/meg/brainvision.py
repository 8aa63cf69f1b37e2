"""BrainVision recordings: a `.vhdr` header that names its data (`.eeg`, `.dat`, `.avg`) and marker file (`.vmrk`).

Source: BrainVision Core Data Format 1.0 (Brain Products).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fornix.meg.card import duration_of, make_card, positive
from fornix.meg.channels import count_types, word_of_label
from fornix.meg.clock import moment_of_texts
from fornix.meg.labels import label_eeg
from fornix.meg.pool import Pool
from fornix.meg.recording import JSON, Candidate, Moment, Recording
from fornix.meg.window import NotThisFormat, Window

HEADER_MAGIC = re.compile(
    rb"(?:\xef\xbb\xbf)?Brain ?Vision (?:Data Exchange|V-Amp Data) Header File", re.IGNORECASE
)
MAX_HEADER = 4 * 1024 * 1024
SAMPLE_BYTES = {"INT_16": 2, "UINT_16": 2, "INT_32": 4, "IEEE_FLOAT_32": 4, "IEEE_FLOAT_64": 8}
DATA_SUFFIXES, MARKER_SUFFIX = (".eeg", ".dat", ".avg", ".seg"), ".vmrk"
# As in MNE-Python: what is no voltage (and no temperature) is an auxiliary signal.
VOLTAGES = frozenset({"", "v", "mv", "µv", "μv", "uv", "nv", "�v"})

_NEW_SEGMENT = re.compile(rb"^Mk[0-9]+=New Segment,[^,\n]*,[^,\n]*,[^,\n]*,[^,\n]*,([0-9]{14})", re.MULTILINE)

Sections = Mapping[str, Mapping[str, str]]


@dataclass(slots=True)
class Files:
    """A header and the files that it names and that are there."""

    header: Candidate
    data: Candidate | None
    markers: Candidate | None


def find_brainvision(pool: Pool) -> list[Recording]:
    """All BrainVision recordings. Data and markers without a header stay in the pool."""
    found = []
    for files in pool.by_folder().values():
        headers = [file for file in files if file.name.lower().endswith((".vhdr", ".ahdr"))]
        beside = {file.name.lower(): file for file in files} if headers else {}
        for header in headers:
            try:
                sections = pool.read(header, read_header)
            except NotThisFormat as error:
                pool.refuse(header.path, f"no BrainVision header: {error}")
                continue
            found.append(_recording(pool, _files(beside, header, sections.get("common infos", {})), sections))
            pool.claim(found[-1].files)
            for path in found[-1].files:
                beside.pop(path.rpartition("/")[2].lower(), None)
    return found


def read_header(window: Window) -> Sections:
    """Sections and keys in lower case; a later key of the same name is ignored, as is the free comment."""
    data = window.head(MAX_HEADER)
    if not HEADER_MAGIC.match(data):
        raise NotThisFormat("its first line is another")
    sections: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    for line in _decode(data).splitlines():
        if line.startswith("[") and line.rstrip().endswith("]"):
            section = sections.setdefault(line.strip("[] \t").lower(), {})
        elif "=" in line and not line.startswith(";"):
            key, _, value = line.partition("=")
            section.setdefault(key.strip().lower(), value.strip())
    return sections


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _files(beside: Mapping[str, Candidate], header: Candidate, infos: Mapping[str, str]) -> Files:
    """By the names in the header, which keep their old value when somebody renames the files; then by the stem."""
    stem = header.name[:-5]

    def named(key: str, suffixes: tuple[str, ...]) -> Candidate | None:
        told = infos.get(key, "").replace("$b", stem).replace("\\", "/").rpartition("/")[2]
        names = [told, *(stem + suffix for suffix in suffixes)]
        return next((beside[name.lower()] for name in names if name.lower() in beside), None)

    return Files(header, named("datafile", DATA_SUFFIXES), named("markerfile", (MARKER_SUFFIX,)))


def _began(markers: bytes) -> Moment:
    """The first segment's stamp, YYYYMMDDhhmmss and microseconds, local time."""
    match = _NEW_SEGMENT.search(markers)
    if not match:
        return Moment()
    text = match[1].decode("ascii")
    return moment_of_texts(f"{text[:4]}/{text[4:6]}/{text[6:8]}", f"{text[8:10]}:{text[10:12]}:{text[12:14]}")


def _recording(pool: Pool, files: Files, sections: Sections) -> Recording:
    acquired = _began(pool.head(files.markers, MAX_HEADER)) if files.markers else Moment()
    labels = label_eeg(files.header.path)
    present = [file for file in (files.header, files.data, files.markers) if file]
    problems = []
    if not files.data:
        problems.append("the data file is missing")
    if not files.markers and sections.get("common infos", {}).get("markerfile"):
        problems.append("the marker file is missing")
    return Recording(
        system="BRAINVISION",
        modality="EEG",
        kind="raw",
        name=files.header.name[:-5],
        files=tuple(dict.fromkeys(file.path for file in present)),
        acquired=acquired,
        subject=labels.subject,
        project_candidates=labels.projects,
        card=_card(files, sections, acquired),
        problems=tuple(problems),
    )


def _card(files: Files, sections: Sections, acquired: Moment) -> dict[str, JSON]:
    infos = sections.get("common infos", {})
    interval_us = _number(infos.get("samplinginterval", ""))
    rate = 1e6 / interval_us if interval_us > 0 else 0.0
    return make_card(
        system="BRAINVISION",
        sampling_rate_hz=positive(rate),
        duration_s=duration_of(_samples(files, sections), rate),
        channels=count_types(_channel_words(sections)),
        parts=1,
        acquired_on=acquired.on.isoformat() if acquired.on else None,
        acquired_time=acquired.time,
    )


def _samples(files: Files, sections: Sections) -> int:
    """By the data file's length; text data tell their count in the header or not at all."""
    infos = sections.get("common infos", {})
    width = SAMPLE_BYTES.get(sections.get("binary infos", {}).get("binaryformat", "").upper(), 0)
    frame = width * int(_number(infos.get("numberofchannels", "")))
    if infos.get("dataformat", "BINARY").upper() != "BINARY" or frame <= 0 or not files.data:
        return int(_number(infos.get("datapoints", "")))
    return files.data.length // frame


def _channel_words(sections: Sections) -> list[str]:
    """One word for each `Ch<n>=<name>,<reference>,<resolution>,<unit>`."""
    words = []
    for key, value in sections.get("channel infos", {}).items():
        if re.fullmatch(r"ch[0-9]+", key):
            name, *rest = value.split(",")
            unit = rest[2].strip().lower() if len(rest) > 2 else ""
            words.append(word_of_label(name) if unit in VOLTAGES else "misc")
    return words


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{0,12})?", text) else 0.0
