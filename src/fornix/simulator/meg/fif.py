"""Writes the tags and blocks of a FIF file (Elekta/MEGIN's "Functional Image File"). Knows no measurement.

Everything is big-endian: kind, type, size, next (0: the next tag follows), then the data.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt


class Type(IntEnum):
    VOID = 0
    INT = 3
    FLOAT = 4
    STRING = 10
    PACKED_16 = 16
    CHANNEL = 30
    ID = 31
    DIG_POINT = 33
    TRANSFORM = 35
    FLOAT_MATRIX = 0x40000004


class Block(IntEnum):
    MEASUREMENT = 100
    MEASUREMENT_INFO = 101
    RAW_DATA = 102
    SUBJECT = 106
    DIGITISATION = 107
    REFERENCE = 118
    PROJECTORS = 313
    PROJECTOR = 314
    CHANNEL_DECOUPLER = 501
    SSS_INFO = 502
    SSS_CALIBRATION = 503
    SSS_TEMPORAL = 504
    PROCESSING_HISTORY = 900
    PROCESSING_RECORD = 901


class Kind(IntEnum):
    FILE_ID = 100
    DIRECTORY_POINTER = 101
    BLOCK_ID = 103
    BLOCK_START = 104
    BLOCK_END = 105
    NOTHING = 108
    CREATOR = 113
    REFERENCE_ROLE = 115
    REFERENCE_FILE_ID = 116
    REFERENCE_FILE_NUMBER = 117
    REFERENCE_FILE_NAME = 118
    CHANNEL_COUNT = 200
    SAMPLING_HZ = 201
    DATA_PACKING = 202
    CHANNEL = 203
    MEASURED_AT = 204
    DESCRIPTION = 206
    FIRST_SAMPLE = 208
    EXPERIMENTER = 212
    DIG_POINT = 213
    LOWPASS_HZ = 219
    TRANSFORM = 222
    HIGHPASS_HZ = 223
    LINE_HZ = 235
    HPI_GOOD_LIMIT = 243
    HPI_DISTANCE_LIMIT = 244
    SSS_FRAME = 263
    SSS_JOB = 264
    SSS_ORIGIN = 265
    SSS_ORDER_IN = 266
    SSS_ORDER_OUT = 267
    SSS_CHANNELS = 268
    SSS_COMPONENTS = 269
    SSS_CORRELATION = 272
    SSS_FREE = 278
    SSS_BUFFER_S = 279
    DATA_BUFFER = 300
    SUBJECT_ID = 400
    SUBJECT_SEX = 405
    SUBJECT_HAND = 406
    SUBJECT_HIS_ID = 410
    PROJECT_ID = 500
    PROJECT_NAME = 501
    PROJECTOR_KIND = 3411
    PROJECTOR_COUNT = 3414
    PROJECTOR_VECTORS = 3415
    PROJECTOR_CHANNELS = 3417


class FifWriter:
    """Collects tags; `finished()` is the file."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def tag(self, kind: Kind, data_type: Type, data: bytes, following: int = 0) -> None:
        self._parts.append(struct.pack(">4i", kind, data_type, len(data), following) + data)

    def ints(self, kind: Kind, *values: int) -> None:
        self.tag(kind, Type.INT, struct.pack(f">{len(values)}i", *values))

    def floats(self, kind: Kind, *values: float) -> None:
        self.tag(kind, Type.FLOAT, struct.pack(f">{len(values)}f", *values))

    def text(self, kind: Kind, value: str) -> None:
        self.tag(kind, Type.STRING, value.encode("latin-1", "replace"))

    def identifier(self, kind: Kind, value: bytes) -> None:
        """`value`: version, machine and time, 20 bytes (`file_id`)."""
        self.tag(kind, Type.ID, value)

    def matrix(self, kind: Kind, values: npt.NDArray[np.floating[Any]]) -> None:
        """A dense matrix: the values, then its sizes from the innermost, then their number."""
        shape = values.shape
        sizes = struct.pack(f">{len(shape) + 1}i", *reversed(shape), len(shape))
        self.tag(kind, Type.FLOAT_MATRIX, values.astype(">f4").tobytes() + sizes)

    @contextmanager
    def block(self, kind: Block) -> Iterator[None]:
        self.ints(Kind.BLOCK_START, kind)
        yield
        self.ints(Kind.BLOCK_END, kind)

    def finished(self) -> bytes:
        self.tag(Kind.NOTHING, Type.VOID, b"", following=-1)
        return b"".join(self._parts)


def file_id(machine: int, seconds: int, microseconds: int) -> bytes:
    """Version 1.4, machine, time."""
    return struct.pack(">5i", 0x00010004, 0, machine & 0x7FFFFFFF, seconds, microseconds)
