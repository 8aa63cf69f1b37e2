"""Pure: a scan's header values as lines with names and units for people. Keys carry their units: `echo_time_ms`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

UNITS = {
    "ms": "ms",
    "s": "s",
    "mm": "mm",
    "cm": "cm",
    "m": "m",
    "t": "T",
    "hz": "Hz",
    "khz": "kHz",
    "mhz": "MHz",
    "deg": "°",
    "degrees": "°",
    "hz_per_px": "Hz/px",
}
# What is shown first, in this order; a database need not keep the order in which values were written.
ORDER = [
    "system",
    "instrument",
    "manufacturer",
    "model",
    "field_strength_t",
    "content",
    "sequence",
    "acquisition",
    "tr_ms",
    "te_ms",
    "ti_ms",
    "flip_angle_deg",
    "voxel_mm",
    "slice_spacing_mm",
    "matrix",
    "orientation",
    "phase_encoding",
    "echo_train_length",
    "bandwidth_hz_per_px",
    "coil",
    "sampling_rate_hz",
    "duration_s",
    "channels",
    "parts",
    "highpass_hz",
    "lowpass_hz",
    "line_frequency_hz",
    "head_position_mm",
]
# Shown elsewhere on the card.
LEFT_OUT = {"acquired_on", "acquired_time", "utc_offset"}
# Keys that do not read as people speak.
NAMES = {
    "tr": "Repetition time",
    "te": "Echo time",
    "ti": "Inversion time",
    "bandwidth": "Bandwidth",
    "voxel": "Voxel",
    "sampling_rate": "Sampling",
    "highpass": "High-pass",
    "lowpass": "Low-pass",
    "hpi_fits": "Head position fits",
}
SIZES = {"voxel", "matrix"}  # lists of numbers that are multiplied, not listed
CHANNELS = {"mag": "mag", "grad": "grad", "ref_meg": "reference", "eeg": "EEG", "eog": "EOG", "ecg": "ECG"}
DIGITS = {"lowpass": 1}  # computed from the sampling rate; more digits than these tell nothing
LONGEST = 12  # values of a list that are written out
KINDS = (
    ("fmap", re.compile(r"fmap|field.?map|gre_field|b0.?map|_dir-|distortion", re.IGNORECASE)),
    ("dwi", re.compile(r"dwi|dti|diff|trace|\badc\b|\bfa\b|hardi", re.IGNORECASE)),
    ("func", re.compile(r"func|bold|fmri|rest|task|\bepi\b|asl|perf|raw|maxfiltered", re.IGNORECASE)),
    ("anat", re.compile(r"anat|t1|t2|mprage|mp2rage|flair|space|pd_?w|swi|tof|gre\b", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class CardLine:
    """One value. `parts` are set when it is a list of things, such as channels by type."""

    name: str
    value: str
    parts: tuple[str, ...] = ()


def kind_of_scan(scan_type: str, description: str) -> str:
    """anat, func, dwi, fmap or other: the colour beside the type's word."""
    for text in (scan_type, description):
        for kind, pattern in KINDS:
            if pattern.search(text):
                return kind
    return "other"


def card_lines(header: Mapping[str, object]) -> tuple[CardLine, ...]:
    """The header's values, the known ones first; what is empty is left out."""
    known = [key for key in ORDER if key in header]
    others = sorted(header.keys() - set(ORDER) - LEFT_OUT)
    return tuple(
        _line(key, header[key]) for key in (*known, *others) if header[key] not in (None, "", [], {})
    )


def _line(key: str, value: object) -> CardLine:
    name, unit = _name_and_unit(key)
    if key == "duration_s" and isinstance(value, int | float):
        return CardLine("Duration", duration(value))
    if isinstance(value, Mapping):
        parts = tuple(f"{_inner(str(inner), found)}" for inner, found in value.items())
        return CardLine(name, "", parts[: LONGEST * 2])
    if isinstance(value, list | tuple):
        return _list_line(key, name, unit, value)
    stem = _stem_and_unit(key)[0]
    if isinstance(value, float) and math.isfinite(value) and stem in DIGITS:
        value = round(value, DIGITS[stem])
    return CardLine(name, _with_unit(_text(value), unit))


def _list_line(key: str, name: str, unit: str, values: Iterable[object]) -> CardLine:
    held = list(values)
    if held and len(held) <= 4 and all(isinstance(value, int | float) for value in held):
        sign = " × " if _stem_and_unit(key)[0] in SIZES else ", "
        return CardLine(name, _with_unit(sign.join(map(_text, held)), unit))
    parts = [_with_unit(_part(value), unit) for value in held[:LONGEST]]
    if len(held) > LONGEST:
        parts.append(f"and {len(held) - LONGEST} more")
    return CardLine(name, "", tuple(parts))


def _part(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{_inner(str(key), found)}" for key, found in value.items())
    return _text(value)


def _inner(key: str, value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value} {CHANNELS.get(key, key.replace('_', ' '))}"
    name, unit = _name_and_unit(key)
    return (
        f"{name.lower()} {_with_unit(_part(value) if not isinstance(value, list) else _numbers(value), unit)}"
    )


def _numbers(values: list[object]) -> str:
    return ", ".join(map(_text, values[:LONGEST]))


def _name_and_unit(key: str) -> tuple[str, str]:
    stem, unit = _stem_and_unit(key)
    return NAMES.get(stem, stem.replace("_", " ").capitalize()), unit


def _stem_and_unit(key: str) -> tuple[str, str]:
    for ending, unit in UNITS.items():
        if key.endswith(f"_{ending}"):
            return key.removesuffix(f"_{ending}"), unit
    return key, ""


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def _with_unit(text: str, unit: str) -> str:
    if not unit:
        return text
    return f"{text}{unit}" if unit == "°" else f"{text} {unit}"


def duration(seconds: float) -> str:
    """`24:10`, `1:02:03`."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
