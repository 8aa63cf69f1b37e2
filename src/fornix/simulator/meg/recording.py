"""Writes one MEG recording as FIF: raw or MaxFiltered, whole or split in chained parts, with or without a person."""

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import numpy as np

from fornix.simulator.meg import signals
from fornix.simulator.meg.fif import Block, FifWriter, Kind, Type, file_id
from fornix.simulator.meg.sensors import Array, Channel, Coil, helmet, others

_PREVIOUS_FILE, _NEXT_FILE = 1, 2
_DEVICE_FRAME, _HEAD_FRAME = 1, 4
_HEAD_SHIFT_M = (0.001, 0.006, 0.042)
_PROJECTION_IS_FIELD = 1


class Task(StrEnum):
    REST = "rest"
    AUDITORY = "auditory"
    EMPTY_ROOM = "empty-room"


@dataclass(frozen=True, slots=True)
class RecordingSpec:
    """One recording. The same spec always gives the same bytes; `measured_at` is aware."""

    subject: str
    project: str
    measured_at: datetime
    task: Task = Task.REST
    duration_s: float = 12.0
    sampling_hz: float = 250.0
    parts: int = 1
    is_maxfiltered: bool = False
    experimenter: str = "meglab"
    seed: int = 0


def write_recording(folder: Path, stem: str, spec: RecordingSpec) -> list[Path]:
    """Write `stem.fif`, `stem-1.fif`, … into `folder` (made if need be), the parts chained as Neuromag does."""
    folder.mkdir(parents=True, exist_ok=True)
    channels = (*helmet(), *others())
    samples = round(spec.duration_s * spec.sampling_hz)
    content = signals.Content(spec.task is not Task.EMPTY_ROOM, spec.task is Task.AUDITORY)
    data = signals.synthesise(channels, content, samples, spec.sampling_hz, spec.seed)
    stored = data / np.array([channel.step for channel in channels])[:, None]
    paths = [folder / (f"{stem}-{part}.fif" if part else f"{stem}.fif") for part in range(spec.parts)]
    edges = np.linspace(0, samples, spec.parts + 1).astype(int)
    for part, path in enumerate(paths):
        first, last = int(edges[part]), int(edges[part + 1])
        path.write_bytes(_part(spec, channels, stored[:, first:last], first, part, [p.name for p in paths]))
    return paths


def _part(
    spec: RecordingSpec, channels: tuple[Channel, ...], stored: Array, first: int, part: int, names: list[str]
) -> bytes:
    fif = FifWriter()
    fif.identifier(Kind.FILE_ID, _id(spec, names[part]))
    fif.ints(Kind.DIRECTORY_POINTER, -1)
    with fif.block(Block.MEASUREMENT):
        fif.identifier(Kind.BLOCK_ID, _id(spec, names[0]))
        _info(fif, spec, channels)
        with fif.block(Block.RAW_DATA):
            fif.ints(Kind.FIRST_SAMPLE, first + round(4 * spec.sampling_hz))
            _buffers(fif, spec, stored)
            if part:
                _reference(fif, spec, _PREVIOUS_FILE, part - 1, names)
            if part + 1 < len(names):
                _reference(fif, spec, _NEXT_FILE, part + 1, names)
    return fif.finished()


def _id(spec: RecordingSpec, name: str) -> bytes:
    digest = hashlib.sha256(f"{spec.subject}\x1f{spec.seed}\x1f{name}".encode()).digest()
    (machine,) = struct.unpack_from(">i", digest)
    return file_id(machine, int(spec.measured_at.timestamp()), spec.measured_at.microsecond)


def _info(fif: FifWriter, spec: RecordingSpec, channels: tuple[Channel, ...]) -> None:
    with fif.block(Block.MEASUREMENT_INFO):
        _project_and_subject(fif, spec)
        if spec.task is not Task.EMPTY_ROOM:
            _head(fif)
        _projectors(fif, channels)
        if spec.is_maxfiltered:
            _processing_history(fif, spec)
        fif.ints(Kind.MEASURED_AT, int(spec.measured_at.timestamp()), spec.measured_at.microsecond)
        fif.ints(Kind.CHANNEL_COUNT, len(channels))
        fif.floats(Kind.SAMPLING_HZ, spec.sampling_hz)
        fif.floats(Kind.LOWPASS_HZ, spec.sampling_hz / 3)
        fif.floats(Kind.HIGHPASS_HZ, 0.1)
        fif.floats(Kind.LINE_HZ, 50.0)
        fif.ints(Kind.DATA_PACKING, Type.FLOAT if spec.is_maxfiltered else Type.PACKED_16)
        for number, channel in enumerate(channels, 1):
            fif.tag(Kind.CHANNEL, Type.CHANNEL, channel.encoded(number))


def _project_and_subject(fif: FifWriter, spec: RecordingSpec) -> None:
    fif.text(Kind.EXPERIMENTER, spec.experimenter)
    fif.text(Kind.DESCRIPTION, f"{spec.task} (simulated)")
    fif.ints(Kind.PROJECT_ID, 1)
    fif.text(Kind.PROJECT_NAME, spec.project)
    with fif.block(Block.SUBJECT):
        fif.ints(Kind.SUBJECT_ID, 1 + spec.seed)
        if spec.subject:
            fif.text(Kind.SUBJECT_HIS_ID, spec.subject)
        fif.ints(Kind.SUBJECT_SEX, 0)
        fif.ints(Kind.SUBJECT_HAND, 1)


def _head(fif: FifWriter) -> None:
    """Where the head lies in the helmet, and the points digitised on it: fiducials, coils, shape."""
    turn = np.eye(3)
    shift = np.array(_HEAD_SHIFT_M)
    numbers = [*turn.ravel(), *shift, *turn.ravel(), *-shift]
    packed = struct.pack(">2i24f", _DEVICE_FRAME, _HEAD_FRAME, *numbers)
    fif.tag(Kind.TRANSFORM, Type.TRANSFORM, packed)
    cardinal = ((-0.072, 0.0, 0.0), (0.0, 0.101, 0.0), (0.074, 0.0, 0.0))
    coils = ((0.05, 0.08, 0.08), (-0.05, 0.08, 0.08), (-0.07, -0.02, 0.09), (0.07, -0.02, 0.09))
    angles = np.linspace(0, 12 * np.pi, 60)
    height = np.linspace(-0.02, 0.115, 60)
    width = np.sqrt(np.maximum(1 - ((height - 0.01) / 0.12) ** 2, 0))
    shape = np.column_stack([0.075 * width * np.cos(angles), 0.095 * width * np.sin(angles), height])
    with fif.block(Block.DIGITISATION):
        for kind, points in ((1, cardinal), (2, coils), (4, tuple(map(tuple, shape)))):
            for number, point in enumerate(points, 1):
                fif.tag(Kind.DIG_POINT, Type.DIG_POINT, struct.pack(">2i3f", kind, number, *point))


def _projectors(fif: FifWriter, channels: tuple[Channel, ...]) -> None:
    """Three fields of the room that acquisition offers to project out of the magnetometers."""
    magnetometers = [channel for channel in channels if channel.coil is Coil.MAGNETOMETER]
    normals = np.array([channel.place[9:12] for channel in magnetometers])
    vectors, _, _ = np.linalg.svd(normals, full_matrices=False)
    with fif.block(Block.PROJECTORS):
        for number in range(3):
            with fif.block(Block.PROJECTOR):
                fif.text(Kind.DESCRIPTION, f"PCA-v{number + 1}")
                fif.ints(Kind.CHANNEL_COUNT, len(magnetometers))
                fif.text(Kind.PROJECTOR_CHANNELS, ":".join(channel.name for channel in magnetometers))
                fif.ints(Kind.PROJECTOR_KIND, _PROJECTION_IS_FIELD)
                fif.ints(Kind.PROJECTOR_COUNT, 1)
                fif.matrix(Kind.PROJECTOR_VECTORS, vectors[:, number][None, :])


def _processing_history(fif: FifWriter, spec: RecordingSpec) -> None:
    """What MaxFilter leaves behind: signal-space separation, with its temporal extension."""
    with fif.block(Block.PROCESSING_HISTORY), fif.block(Block.PROCESSING_RECORD):
        fif.identifier(Kind.BLOCK_ID, _id(spec, "maxfilter"))
        fif.ints(Kind.MEASURED_AT, int(spec.measured_at.timestamp()) + 7200, 0)
        fif.text(Kind.EXPERIMENTER, spec.experimenter)
        fif.text(Kind.CREATOR, "maxfilter simulated")
        with fif.block(Block.SSS_INFO):
            fif.ints(Kind.SSS_JOB, 2)
            fif.ints(Kind.SSS_FRAME, _HEAD_FRAME)
            fif.floats(Kind.SSS_ORIGIN, 0.0, 0.0, 0.04)
            fif.ints(Kind.SSS_ORDER_IN, 8)
            fif.ints(Kind.SSS_ORDER_OUT, 3)
            fif.ints(Kind.SSS_CHANNELS, 306)
            fif.ints(Kind.SSS_COMPONENTS, *[1] * 80)
            fif.ints(Kind.SSS_FREE, 64)
            fif.floats(Kind.HPI_GOOD_LIMIT, 0.98)
            fif.floats(Kind.HPI_DISTANCE_LIMIT, 0.005)
        with fif.block(Block.SSS_TEMPORAL):
            fif.ints(Kind.SSS_JOB, 10)
            fif.floats(Kind.SSS_CORRELATION, 0.98)
            fif.floats(Kind.SSS_BUFFER_S, 10.0)


def _buffers(fif: FifWriter, spec: RecordingSpec, stored: Array) -> None:
    """A buffer per second: all channels of the first sample, then of the second."""
    length = round(spec.sampling_hz)
    for start in range(0, stored.shape[1], length):
        block = stored[:, start : start + length].T
        if spec.is_maxfiltered:
            fif.tag(Kind.DATA_BUFFER, Type.FLOAT, block.astype(">f4").tobytes())
        else:
            packed = np.clip(np.rint(block), -32768, 32767).astype(">i2")
            fif.tag(Kind.DATA_BUFFER, Type.PACKED_16, packed.tobytes())


def _reference(fif: FifWriter, spec: RecordingSpec, role: int, part: int, names: list[str]) -> None:
    with fif.block(Block.REFERENCE):
        fif.ints(Kind.REFERENCE_ROLE, role)
        fif.text(Kind.REFERENCE_FILE_NAME, names[part])
        fif.identifier(Kind.REFERENCE_FILE_ID, _id(spec, names[part]))
        fif.ints(Kind.REFERENCE_FILE_NUMBER, part)
