"""The channels of a Vectorview-like helmet: 102 places with a magnetometer and two planar gradiometers each.

Device coordinates in metres: x to the right, y to the nose, z up. Names and order follow the real helmet; the places
are made from the rough centres of its 26 groups.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# Middle of each group of four places, in mm: left and midline, the right half is their mirror.
_LEFT = {
    1: (-107, 38, -44),
    2: (-104, 19, 24),
    3: (-86, 79, 32),
    4: (-67, 24, 84),
    5: (-49, 125, 31),
    6: (-23, 79, 91),
    15: (-103, -28, -45),
    16: (-90, -48, 22),
    17: (-68, -84, -45),
    18: (-51, -43, 81),
    19: (-45, -96, 6),
}
_MIRRORED = {14: 1, 13: 2, 12: 3, 11: 4, 9: 5, 10: 6, 26: 15, 24: 16, 25: 17, 22: 18, 23: 19}
_MIDLINE = {7: (0, -7, 108), 8: (0, 138, 34), 20: (0, -89, 54), 21: (0, -110, -36)}
_SPACING_M = 0.017
_RANGE = 1 / 32768


class ChannelKind(IntEnum):
    MEG = 1
    STIMULUS = 3
    EOG = 202
    ECG = 402


class Coil(IntEnum):
    NONE = 0
    EEG = 1
    PLANAR = 3012
    MAGNETOMETER = 3024


class Unit(IntEnum):
    VOLT = 107
    TESLA = 112
    TESLA_PER_METRE = 201


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel; `place` is the position, then the coil's x, y and z (its normal) directions."""

    name: str
    number: int
    kind: ChannelKind
    coil: Coil
    unit: Unit
    calibration: float
    range: float
    place: tuple[float, ...]

    @property
    def step(self) -> float:
        """The physical value of one stored unit."""
        return self.calibration * self.range

    def encoded(self, scan_number: int) -> bytes:
        return struct.pack(
            ">3i2fi12f2i16s",
            scan_number,
            self.number,
            self.kind,
            self.range,
            self.calibration,
            self.coil,
            *self.place,
            self.unit,
            0,
            self.name.encode(),
        )


def helmet() -> tuple[Channel, ...]:
    """The 306 MEG channels in the helmet's order (…3, …2, …1)."""
    channels: list[Channel] = []
    for group in range(1, 27):
        for index, position in enumerate(_places(group), 1):
            channels += _triplet(group * 100 + index * 10, position)
    return tuple(channels)


def others() -> tuple[Channel, ...]:
    """EOG, ECG and the trigger channel."""
    nowhere = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

    def electrode(name: str, number: int, kind: ChannelKind) -> Channel:
        return Channel(name, number, kind, Coil.NONE, Unit.VOLT, 0.01, _RANGE, nowhere)

    return (
        electrode("EOG061", 61, ChannelKind.EOG),
        electrode("EOG062", 62, ChannelKind.EOG),
        electrode("ECG063", 63, ChannelKind.ECG),
        Channel("STI101", 101, ChannelKind.STIMULUS, Coil.NONE, Unit.VOLT, 1.0, 1.0, nowhere),
    )


def _places(group: int) -> list[Array]:
    """The four places of a group on the helmet; group 8 has only two."""
    if group in _MIRRORED:
        x, y, z = _LEFT[_MIRRORED[group]]
        centre = np.array([-x, y, z]) / 1000
    else:
        centre = np.array(_LEFT.get(group) or _MIDLINE[group]) / 1000
    right, up = _tangents(centre)
    corners = ((-1, 0), (1, 0)) if group == 8 else ((-1, -1), (-1, 1), (1, 1), (1, -1))
    radius = np.linalg.norm(centre)
    places = [centre + _SPACING_M * (a * right + b * up) for a, b in corners]
    return [place * radius / np.linalg.norm(place) for place in places]


def _tangents(position: Array) -> tuple[Array, Array]:
    normal = position / np.linalg.norm(position)
    reference = np.array([0.0, 0.0, 1.0]) if abs(normal[2]) < 0.9 else np.array([0.0, 1.0, 0.0])
    right = np.cross(reference, normal)
    right /= np.linalg.norm(right)
    return right, np.cross(normal, right)


def _triplet(number: int, position: Array) -> list[Channel]:
    right, up = _tangents(position)
    normal = position / np.linalg.norm(position)

    def channel(last: int, coil: Coil, unit: Unit, calibration: float, x: Array, y: Array) -> Channel:
        place = tuple(float(v) for v in np.concatenate([position, x, y, normal]))
        logical = number + last
        return Channel(f"MEG{logical:04d}", logical, ChannelKind.MEG, coil, unit, calibration, _RANGE, place)

    return [
        channel(3, Coil.PLANAR, Unit.TESLA_PER_METRE, 3.16e-9, up, -right),
        channel(2, Coil.PLANAR, Unit.TESLA_PER_METRE, 3.16e-9, right, up),
        channel(1, Coil.MAGNETOMETER, Unit.TESLA, 4.14e-11, right, up),
    ]
