"""A procedural human head: tissue fractions on any grid aligned with the patient's axes. Knows nothing of DICOM.

Coordinates are the patient's in millimetres (x to the left, y to the back, z up; PS3.3 C.7.6.2.1.1), the origin is in
the middle of the brain. All shapes are distances in millimetres, positive inside, so that an edge is as soft as a voxel
is large (partial volume).
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Volume = npt.NDArray[np.float32]
Real = npt.NDArray[np.floating[Any]]
Point = tuple[float, float, float]


class Tissue(IntEnum):
    AIR = 0
    FAT = 1
    BONE = 2
    MUSCLE = 3
    CSF = 4
    GREY = 5
    WHITE = 6


@dataclass(frozen=True, slots=True)
class Grid:
    """Voxel centres: first centre, step and count along x, y and z."""

    origin: Point
    step: Point
    count: tuple[int, int, int]

    def axes(self) -> tuple[Volume, Volume, Volume]:
        """Coordinates along x, y, z, shaped to broadcast to [z, y, x]."""
        x, y, z = (
            np.asarray(o + s * np.arange(n), np.float32)
            for o, s, n in zip(self.origin, self.step, self.count, strict=True)
        )
        return x[None, None, :], y[None, :, None], z[:, None, None]


def folding(grid: Grid, seed: int, wavelength_mm: tuple[float, float], waves: int = 140) -> Volume:
    """A smooth random field of unit variance whose zero surfaces wind like sulci: a sum of plane waves.

    A plane wave on a grid is a product of three vectors, so that the sum is one matrix product.
    """
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=(waves, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    k = direction * (2 * np.pi / rng.uniform(*wavelength_mm, size=(waves, 1)))
    phase = np.exp(2j * np.pi * rng.random(waves))
    x, y, z = (
        np.exp(1j * np.outer(k[:, i], np.ravel(axis))).astype(np.complex64)
        for i, axis in enumerate(grid.axes())
    )
    yx = (y[:, :, None] * (x * phase[:, None].astype(np.complex64))[:, None, :]).reshape(waves, -1)
    field = (z.T @ yx).real.reshape(z.shape[1], y.shape[1], x.shape[1])
    return np.asarray(field * np.sqrt(2 / waves), np.float32)


class _Head:
    """Paints tissue over tissue; later layers cover earlier ones."""

    def __init__(self, grid: Grid, seed: int) -> None:
        rng = np.random.default_rng(seed)
        scale = 1 + rng.uniform(-0.04, 0.04, size=3)
        self.x, self.y, self.z = (axis / np.float32(s) for axis, s in zip(grid.axes(), scale, strict=True))
        self.grid, self.seed = grid, seed
        self.edge_mm = np.float32(0.45 * max(sorted(grid.step)[:2]))
        self.ventricle = float(rng.uniform(0.85, 1.35))
        self.fractions = np.zeros((len(Tissue), *reversed(grid.count)), np.float32)
        self.fractions[Tissue.AIR] = 1

    def paint(self, tissue: Tissue, inside_mm: Real, where: Real | float = 1.0) -> None:
        cover = np.clip(0.5 + inside_mm / (2 * self.edge_mm), 0, 1) * where
        touched = np.flatnonzero(cover.any(axis=(1, 2)))
        if touched.size:
            slab = slice(touched[0], touched[-1] + 1)
            self.fractions[:, slab] *= 1 - cover[slab]
            self.fractions[tissue, slab] += cover[slab]

    def ellipsoid(self, centre: Point, half: Point) -> Volume:
        """Distance inside an ellipsoid, nearly in mm."""
        r = np.sqrt(
            sum(((a - c) / h) ** 2 for a, c, h in zip((self.x, self.y, self.z), centre, half, strict=True))
        )
        return np.asarray((1 - r) * min(half), np.float32)

    def pair(self, tissue: Tissue, centre: Point, half: Point, where: Real | float = 1.0) -> None:
        for side in (-1, 1):
            self.paint(tissue, self.ellipsoid((side * centre[0], centre[1], centre[2]), half), where)

    def outline(self) -> Volume:
        """Distance inside the skin: an ellipsoid above, narrowing to face and neck below."""
        down = np.clip(-self.z / 100, 0, 1.4)
        wide = 79 - 20 * down**2
        chin = 46 * np.clip((-self.z - 106) / 12, 0, 1)
        long = np.where(self.y > 0, 102 - 42 * down, 101 - 4 * down - chin)
        high = np.where(self.z > 0, 88, 400)
        r = np.sqrt((self.x / wide) ** 2 + (self.y / long) ** 2 + (self.z / high) ** 2)
        nose = self.ellipsoid((0, -98, -52), (13, 20, 22))
        return np.asarray(np.maximum((1 - r) * 84, nose), np.float32)

    def face(self) -> None:
        skin = self.outline()
        self.paint(Tissue.FAT, skin)
        self.paint(Tissue.BONE, skin - 5)
        below = np.clip((-38 - self.z) / 10, 0, 1)
        self.paint(Tissue.MUSCLE, skin - 6, below)
        self.pair(Tissue.FAT, (31, -72, -26), (17, 20, 15))
        self.pair(Tissue.CSF, (31, -78, -26), (12, 12, 12))
        for centre, half in (
            ((0, -80, -6), (14, 7, 9)),
            ((0, -72, -52), (13, 26, 14)),
            ((0, -30, -88), (12, 16, 30)),
        ):
            self.paint(Tissue.AIR, self.ellipsoid(centre, half))
        self.pair(Tissue.AIR, (32, -66, -58), (13, 15, 13))

    def cerebrum(self) -> None:
        """Grey ribbon on white matter, folded: the nearest of surface, sulcus and fissures decides."""
        narrow = 1 + 0.0009 * self.y
        high = np.where(self.z > 0, 68, 50)
        r = np.sqrt((self.x / (67 * narrow)) ** 2 + (self.y / 86) ** 2 + (self.z / high) ** 2)
        depth = (1 - r) * 66
        self.paint(Tissue.CSF, depth + 4)
        field = folding(self.grid, self.seed, (22, 36))
        opening = 0.6 + 0.05 * np.clip(16 - depth, 0, 16)
        sulcus = np.abs(field) * 4.4 - opening + 0.9 * np.clip(depth - 19 - 5 * field, 0, None)
        core = np.clip(self.ellipsoid((0, -2, -2), (60, 44, 30)), 0, None)
        fissure = np.abs(self.x) - 0.9 + 1.5 * core
        lateral = np.abs(self.z + 6 + 0.35 * self.y) - 1.2 + 0.8 * np.clip(38 - np.abs(self.x), 0, None)
        lateral = lateral + 0.5 * np.clip(np.abs(self.y + 14) - 28, 0, None)
        ribbon = np.minimum(np.minimum(depth, sulcus), np.minimum(fissure, lateral))
        tentorium = -self.ellipsoid((0, 56, -44), (53, 33, 28))
        ribbon = np.minimum(ribbon, tentorium)
        self.paint(Tissue.GREY, ribbon)
        self.paint(Tissue.WHITE, ribbon - 3.4)

    def deep(self) -> None:
        """Basal ganglia, corpus callosum, ventricles, and the fornix below the callosum."""
        v = self.ventricle
        self.pair(Tissue.GREY, (25, -4, 2), (6, 16, 9))
        self.pair(Tissue.GREY, (12, -20, 10), (5, 9, 9))
        self.pair(Tissue.GREY, (11, 9, 4), (9.5, 15, 9))
        middle = np.clip((17 - np.abs(self.x)) / 4, 0, 1) * np.clip((self.z - 2) / 3, 0, 1)
        self.paint(Tissue.WHITE, self.ellipsoid((0, 0, 6), (400, 37, 23)), middle)
        self.pair(Tissue.CSF, (9, -4, 17), (5 * v, 30, 5.5 * v))
        self.pair(Tissue.CSF, (19, 38, 8), (5 * v, 17, 6 * v))
        slim = np.clip((3.4 - np.abs(self.x)) / 1.5, 0, 1)
        self.paint(
            Tissue.CSF, self.ellipsoid((0, 0, 4), (400, 29, 17)), slim * np.clip((self.z - 2) / 3, 0, 1)
        )
        arch = 2.2 - np.abs(np.hypot((self.y - 2) / 1.6, self.z + 2) - 15)
        self.paint(Tissue.WHITE, arch, slim * np.clip((self.z + 4) / 3, 0, 1))
        self.paint(Tissue.CSF, self.ellipsoid((0, 6, -3), (2.2 * v, 16, 10)))

    def hindbrain(self) -> None:
        self.paint(Tissue.CSF, self.ellipsoid((0, 28, -40), (22, 20, 20)))
        stem = 11 - np.hypot(self.x, self.y - 24 + 0.22 * (self.z + 20))
        self.paint(Tissue.CSF, stem + 5, np.clip((-28 - self.z) / 6, 0, 1))
        self.paint(Tissue.WHITE, stem, np.clip((-12 - self.z) / 6, 0, 1))
        self.paint(Tissue.WHITE, self.ellipsoid((0, 17, -37), (17, 14, 14)))
        cerebellum = self.ellipsoid((0, 56, -44), (50, 30, 25))
        leaf = np.hypot(np.hypot(self.y - 34, self.z + 40), 0.5 * self.x)
        self.paint(Tissue.GREY, cerebellum)
        core = 0.6 * (30 - leaf)
        folia = 1.6 * np.cos(2 * np.pi * leaf / 7.5 + folding(self.grid, self.seed + 1, (14, 30))) - 0.4
        self.paint(Tissue.WHITE, np.minimum(cerebellum - 3, np.maximum(folia, core - 6)))
        self.paint(Tissue.CSF, self.ellipsoid((0, 35, -40), (7, 4.5, 10)))


@lru_cache(maxsize=12)
def head(grid: Grid, seed: int) -> Volume:
    """Tissue fractions [tissue, z, y, x] that sum to 1 in each voxel; `seed` makes the person."""
    person = _Head(grid, seed)
    person.face()
    person.cerebrum()
    person.hindbrain()
    person.deep()
    person.fractions.flags.writeable = False
    return person.fractions
