"""Read a `.res4` file, the header of a CTF data set. All numbers are big-endian.

Source: CTF's description of the res4 structures, as MNE-Python and FieldTrip read them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from fornix.meg.clock import moment_of_texts
from fornix.meg.recording import Moment
from fornix.meg.window import NotThisFormat, Window, text_of

MAGIC = b"MEG4"  # MEG41RS, MEG42RS
FILTERS_AT, NAME_BYTES, CHANNEL_BYTES = 1844, 32, 1328

REFERENCE_MAGNETOMETER, REFERENCE_GRADIOMETER, SENSOR, EEG, STIMULUS = 0, 1, 5, 9, 11
SENSOR_WORDS = {REFERENCE_MAGNETOMETER: "ref_meg", REFERENCE_GRADIOMETER: "ref_meg", SENSOR: "mag"}
OTHER_WORDS = {EEG: "eeg", STIMULUS: "stim"}
LOWPASS, HIGHPASS = 1, 2


@dataclass(frozen=True, slots=True)
class Header:
    """What a `.res4` file says."""

    sampling_rate_hz: float
    samples_per_trial: int
    trials: int
    channels: tuple[str, ...]
    acquired: Moment
    subject_id: str
    lowpass_hz: float | None = None
    highpass_hz: float | None = None


def read_res4(window: Window) -> Header:
    """The fixed part, the filters, then names and descriptions of the channels."""
    if window.head(4) != MAGIC:
        raise NotThisFormat("it does not begin with MEG4")
    at_time, on_date = text_of(window.read(778, 255)), text_of(window.read(1033, 255))
    if "/" in at_time and ":" in on_date:  # some versions write them the other way round
        at_time, on_date = on_date, at_time
    samples, channel_count = window.unpack(">ih", 1288)
    (rate,) = window.unpack(">d", 1296)
    (trials,) = window.unpack(">h", 1312)
    (description_bytes,) = window.unpack(">i", 1836)
    filters, at = _filters(window, FILTERS_AT + max(description_bytes, 0))
    return Header(
        sampling_rate_hz=rate,
        samples_per_trial=max(samples, 0),
        trials=max(trials, 0),
        channels=_channels(window, at, max(channel_count, 0)),
        acquired=moment_of_texts(on_date, at_time),
        subject_id=text_of(window.read(1712, 32)),
        lowpass_hz=filters.get(LOWPASS),
        highpass_hz=filters.get(HIGHPASS),
    )


def _filters(window: Window, at: int) -> tuple[dict[int, float], int]:
    """The tightest cut-off by filter type, and where the channels begin."""
    found: dict[int, list[float]] = defaultdict(list)
    (count,) = window.unpack(">h", at)
    at += 2
    for _ in range(count):
        frequency, _class, type_, parameters = window.unpack(">diih", at)
        found[type_].append(frequency)
        at += 18 + 8 * max(parameters, 0)
    tightest = {LOWPASS: min, HIGHPASS: max}
    return {type_: tightest[type_](values) for type_, values in found.items() if type_ in tightest}, at


def _channels(window: Window, at: int, count: int) -> tuple[str, ...]:
    """Words for the channels. A sensor without a position or an orientation measures nothing: `misc`, as MNE says."""
    at += NAME_BYTES * count
    words = []
    for number in range(count):
        start = at + CHANNEL_BYTES * number
        (type_,) = window.unpack(">h", start)
        word = SENSOR_WORDS.get(type_)
        if word:
            *position, _, x, y, z = window.unpack(">7d", start + 48)
            is_placed = math.hypot(*position) >= 0.1 and math.hypot(x, y, z) >= 1e-3  # position in cm
            words.append(word if is_placed else "misc")
        else:
            words.append(OTHER_WORDS.get(type_, "misc"))
    return tuple(words)
