"""EDF, EDF+, BDF and BDF+ recordings: one file each.

Source: the European Data Format's specification (edfplus.info) and BioSemi's description of BDF.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fornix.meg.card import duration_of, make_card, positive
from fornix.meg.channels import count_types, word_of_label
from fornix.meg.clock import moment_of_texts
from fornix.meg.labels import label_eeg
from fornix.meg.pool import Pool
from fornix.meg.recording import JSON, Candidate, Moment, Recording
from fornix.meg.window import NotThisFormat, Window, text_of

EDF_MAGIC, BDF_MAGIC = b"0       ", b"\xffBIOSEMI"
FIXED_BYTES, CHANNEL_BYTES = 256, 256
SAMPLES_AT = (
    216  # within the channels' part, the samples per record follow 216 bytes of each channel's other fields
)
ANNOTATIONS = ("edf annotations", "bdf annotations")
SUFFIXES = (".edf", ".bdf", ".rec")
MAX_CHANNELS = 5_000
PIVOT_YEAR = 85  # two-digit years: 85-99 are 1985-1999, 00-84 are 2000-2084

_PATIENT = re.compile(r"(?P<code>\S+) (?:[MFX]) (?:X|[0-9]{1,2}-[A-Za-z]{3}-[0-9]{4})(?: |$)")


@dataclass(frozen=True, slots=True)
class Header:
    """What an EDF or BDF file says. `patient_code` is the hospital's code of EDF+, never the name after it."""

    system: str
    sampling_rate_hz: float
    duration_s: float | None
    channels: tuple[str, ...]
    acquired: Moment
    patient_code: str
    is_discontinuous: bool
    problems: tuple[str, ...]


def find_edf(pool: Pool) -> list[Recording]:
    """All EDF and BDF recordings."""
    found = []
    for file in pool.left():
        if file.name.lower().endswith(SUFFIXES) or pool.head(file, 8) in (EDF_MAGIC, BDF_MAGIC):
            try:
                found.append(_recording(file, pool.read(file, read_edf)))
                pool.claim([file.path])
            except NotThisFormat as error:
                pool.refuse(file.path, f"no EDF or BDF file: {error}")
    return found


def read_edf(window: Window) -> Header:
    """The fixed 256 bytes, then one column per field with an entry for each channel."""
    fixed = window.read(0, FIXED_BYTES)
    if not fixed.startswith((EDF_MAGIC, BDF_MAGIC)):
        raise NotThisFormat("it does not begin as one")
    is_bdf = fixed.startswith(BDF_MAGIC)
    reserved = text_of(fixed[192:236])
    header_bytes, records = _integer(fixed[184:192]), _integer(fixed[236:244])
    record_s, count = _number(fixed[244:252]), _integer(fixed[252:256])
    if not 0 < count <= MAX_CHANNELS or record_s < 0:
        raise NotThisFormat("its header has no sound count of channels or length of records")
    names = [text_of(window.read(FIXED_BYTES + 16 * number, 16)) for number in range(count)]
    at = FIXED_BYTES + SAMPLES_AT * count
    samples = [_integer(window.read(at + 8 * number, 8)) for number in range(count)]
    present = max(window.length - header_bytes, 0) // max(sum(samples) * (3 if is_bdf else 2), 1)
    signals = [number for number, name in enumerate(names) if name.lower() not in ANNOTATIONS]
    patient = _PATIENT.match(text_of(fixed[8:88])) if reserved.startswith(("EDF+", "BDF+")) else None
    fastest = max((samples[number] for number in signals), default=0)
    return Header(
        system="BDF" if is_bdf else "EDF",
        sampling_rate_hz=fastest / record_s if record_s else 0.0,
        duration_s=duration_of(min(present, records) if records >= 0 else present, 1 / record_s)
        if record_s
        else None,
        channels=tuple(word_of_label(names[number]) for number in signals),
        acquired=_began(text_of(fixed[168:176]), text_of(fixed[176:184])),
        patient_code=patient["code"] if patient else "",
        is_discontinuous=reserved.startswith(("EDF+D", "BDF+D")),
        problems=_problems(records, present),
    )


def _problems(records: int, present: int) -> tuple[str, ...]:
    if records < 0:
        return ("the recording was not closed: the header does not know its length",)
    return (f"truncated: {present:,} of {records:,} records are there",) if present < records else ()


def _began(on: str, at: str) -> Moment:
    """dd.mm.yy and hh.mm.ss, local time."""
    day, _, rest = on.partition(".")
    month, _, year = rest.partition(".")
    if not (day + month + year).isdecimal() or len(year) != 2:
        return Moment()
    century = 1900 if int(year) >= PIVOT_YEAR else 2000
    return moment_of_texts(f"{day}/{month}/{century + int(year)}", at.replace(".", ":"))


def _integer(field: bytes) -> int:
    text = text_of(field)
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise NotThisFormat("a number in its header is no number")
    return int(text)


def _number(field: bytes) -> float:
    text = text_of(field).replace(",", ".")
    if not re.fullmatch(r"[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?\.?|[0-9]+\.", text):
        raise NotThisFormat("a number in its header is no number")
    return float(text)


def _recording(file: Candidate, header: Header) -> Recording:
    labels = label_eeg(file.path, header_id=header.patient_code)
    return Recording(
        system=header.system,
        modality="EEG",
        kind="raw",
        name=file.name.rpartition(".")[0] or file.name,
        files=(file.path,),
        acquired=header.acquired,
        subject=labels.subject,
        project_candidates=labels.projects,
        card=_card(header),
        problems=header.problems,
    )


def _card(header: Header) -> dict[str, JSON]:
    return make_card(
        system=header.system,
        sampling_rate_hz=positive(header.sampling_rate_hz),
        duration_s=header.duration_s,
        channels=count_types(header.channels),
        parts=1,
        discontinuous=header.is_discontinuous or None,
        acquired_on=header.acquired.on.isoformat() if header.acquired.on else None,
        acquired_time=header.acquired.time,
    )
