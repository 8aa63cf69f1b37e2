"""Writes an EEG recording as a BrainVision triplet or as EDF, with the same signals. Knows nothing of FIF."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

_MONTAGE = """
Fp1 Fp2 F7 F3 Fz F4 F8 FC5 FC1 FC2 FC6 T7 C3 Cz C4 T8
TP9 CP5 CP1 CP2 CP6 TP10 P7 P3 Pz P4 P8 PO9 O1 Oz O2 PO10
"""
_NAMES = tuple(_MONTAGE.split())
_MICROVOLT_PER_STEP = 0.1


@dataclass(frozen=True, slots=True)
class EegSpec:
    """One EEG recording; `measured_at` is written as it is, without a zone, as both formats do."""

    subject: str
    measured_at: datetime
    duration_s: int = 20
    sampling_hz: int = 500
    seed: int = 0


def write_brainvision(folder: Path, stem: str, spec: EegSpec) -> list[Path]:
    """Header `.vhdr`, markers `.vmrk` and samples `.eeg` (multiplexed 16-bit integers)."""
    folder.mkdir(parents=True, exist_ok=True)
    header, markers, samples = (folder / f"{stem}.{suffix}" for suffix in ("vhdr", "vmrk", "eeg"))
    header.write_text(_brainvision_header(stem, spec), encoding="utf-8", newline="\r\n")
    markers.write_text(_brainvision_markers(stem, spec), encoding="utf-8", newline="\r\n")
    samples.write_bytes(_signals(spec).T.astype("<i2").tobytes())
    return [header, markers, samples]


def write_edf(path: Path, spec: EegSpec) -> Path:
    """European Data Format: one record per second, all channels with the same rate."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = _signals(spec).astype("<i2").reshape(len(_NAMES), spec.duration_s, spec.sampling_hz)
    path.write_bytes(_edf_header(spec) + data.swapaxes(0, 1).tobytes())
    return path


def _signals(spec: EegSpec) -> npt.NDArray[np.float64]:
    """Alpha strongest over the back, slow waves, blinks in front: in steps of 0.1 µV."""
    rng = np.random.default_rng(spec.seed)
    seconds = np.arange(spec.duration_s * spec.sampling_hz) / spec.sampling_hz
    back = np.linspace(0.15, 1.0, len(_NAMES))[:, None]
    alpha = 22 * back * np.sin(2 * np.pi * 10.1 * seconds) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.17 * seconds))
    noise = rng.standard_normal((len(_NAMES), len(seconds))) * 4
    slow = np.cumsum(rng.standard_normal((len(_NAMES), len(seconds))), axis=1) / np.sqrt(spec.sampling_hz)
    blinks = np.exp(-((((seconds + 1.3) % 5 - 2.5) / 0.08) ** 2)) * 120 * (1.15 - back) ** 4
    steps = np.rint((alpha + noise + slow + blinks) / _MICROVOLT_PER_STEP)
    return np.asarray(np.clip(steps, -32768, 32767))


def _brainvision_header(stem: str, spec: EegSpec) -> str:
    lines = [
        "Brain Vision Data Exchange Header File Version 1.0",
        "",
        "[Common Infos]",
        "Codepage=UTF-8",
        f"DataFile={stem}.eeg",
        f"MarkerFile={stem}.vmrk",
        "DataFormat=BINARY",
        "DataOrientation=MULTIPLEXED",
        f"NumberOfChannels={len(_NAMES)}",
        f"SamplingInterval={1_000_000 // spec.sampling_hz}",
        "",
        "[Binary Infos]",
        "BinaryFormat=INT_16",
        "",
        "[Channel Infos]",
        *(f"Ch{number}={name},,{_MICROVOLT_PER_STEP},µV" for number, name in enumerate(_NAMES, 1)),
        "",
    ]
    return "\n".join(lines)


def _brainvision_markers(stem: str, spec: EegSpec) -> str:
    started = spec.measured_at.strftime("%Y%m%d%H%M%S%f")
    lines = [
        "Brain Vision Data Exchange Marker File, Version 1.0",
        "",
        "[Common Infos]",
        "Codepage=UTF-8",
        f"DataFile={stem}.eeg",
        "",
        "[Marker Infos]",
        f"Mk1=New Segment,,1,1,0,{started}",
        *(
            f"Mk{number + 1}=Stimulus,S{1 + number % 2:3d},{number * spec.sampling_hz},1,0"
            for number in range(1, spec.duration_s)
        ),
        "",
    ]
    return "\n".join(lines)


def _edf_header(spec: EegSpec) -> bytes:
    count = len(_NAMES)

    def fixed(value: object, width: int) -> str:
        return str(value)[:width].ljust(width)

    head = [
        fixed("0", 8),
        fixed(f"{spec.subject or 'X'} X X X", 80),
        fixed(f"Startdate {spec.measured_at.strftime('%d-%b-%Y').upper()} X X simulated", 80),
        fixed(spec.measured_at.strftime("%d.%m.%y"), 8),
        fixed(spec.measured_at.strftime("%H.%M.%S"), 8),
        fixed(256 * (count + 1), 8),
        fixed("", 44),
        fixed(spec.duration_s, 8),
        fixed(1, 8),
        fixed(count, 4),
    ]
    limit = 32768 * _MICROVOLT_PER_STEP
    fields: tuple[tuple[object, int], ...] = (
        ("AgAgCl electrode", 80),
        ("uV", 8),
        (f"{-limit:.1f}", 8),
        (f"{limit - _MICROVOLT_PER_STEP:.1f}", 8),
        (-32768, 8),
        (32767, 8),
        ("HP:0.1Hz LP:120Hz", 80),
        (spec.sampling_hz, 8),
        ("", 32),
    )
    per_channel = ["".join(fixed(f"EEG {name}", 16) for name in _NAMES)]
    per_channel += [fixed(value, width) * count for value, width in fields]
    return "".join([*head, *per_channel]).encode("ascii", "replace")
