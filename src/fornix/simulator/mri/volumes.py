"""Turns the phantom into the volumes of a series: contrast, coil shading, noise, time. Knows nothing of DICOM."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fornix.simulator.mri.phantom import Grid, Tissue, folding, head
from fornix.simulator.mri.phantom import Volume as Field
from fornix.simulator.mri.spec import Contrast, Orientation, SeriesSpec

Pixels = npt.NDArray[np.uint16]
Vector = tuple[float, float, float]

#                     air  fat   bone  muscle csf  grey  white
_BRIGHTNESS: dict[Contrast, tuple[float, ...]] = {
    Contrast.T1: (0.0, 0.92, 0.06, 0.36, 0.13, 0.50, 0.80),
    Contrast.T2: (0.0, 0.62, 0.05, 0.20, 1.00, 0.58, 0.38),
    Contrast.FLAIR: (0.0, 0.55, 0.05, 0.25, 0.12, 0.68, 0.50),
    Contrast.EPI: (0.0, 0.07, 0.02, 0.12, 0.95, 0.68, 0.48),
    Contrast.DIFFUSION: (0.0, 0.05, 0.02, 0.10, 1.00, 0.62, 0.45),
    Contrast.FIELDMAP_MAGNITUDE: (0.0, 0.35, 0.04, 0.42, 0.52, 0.62, 0.55),
    Contrast.FIELDMAP_PHASE: (0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
}
# Apparent diffusion coefficients in mm²/s, by tissue as above.
_DIFFUSIVITY = np.array([0.0, 0.0, 0.0, 1.4e-3, 3.0e-3, 0.85e-3, 0.75e-3])
_FULL_SCALE = 2400.0
_PHASE_ZERO = 2048


@dataclass(frozen=True, slots=True)
class Acquired:
    """One volume of a series: pixels [slice, row, column] and what distinguishes it from the others.

    The echoes of one excitation share their `moment`, which counts from 0 like `index`.
    """

    index: int
    moment: int
    echo_number: int
    echo_ms: float
    b_value: float | None
    direction: Vector
    started_s: float
    pixels: Pixels


def grid_of(series: SeriesSpec) -> Grid:
    """The series' voxels in the patient's axes; views from the side are centred lower, to show the neck."""
    rows, columns, slices = series.rows, series.columns, series.slices
    pixel, between = series.pixel_mm, series.slice_mm
    if series.orientation is Orientation.AXIAL:
        count, step = (columns, rows, slices), (pixel, pixel, between)
    elif series.orientation is Orientation.SAGITTAL:
        count, step = (slices, columns, rows), (between, pixel, pixel)
    else:
        count, step = (columns, slices, rows), (pixel, between, pixel)
    centre = (0.0, 2.0, 2.0 if series.orientation is Orientation.AXIAL else -16.0)
    origin = tuple(c - s * (n - 1) / 2 for c, s, n in zip(centre, step, count, strict=True))
    return Grid((origin[0], origin[1], origin[2]), step, count)


def as_slices(field: Field, orientation: Orientation) -> Field:
    """[z, y, x] to [slice, row, column] in the order of `slice_position`."""
    if orientation is Orientation.SAGITTAL:
        return field[::-1, :, ::-1].transpose(2, 0, 1)
    if orientation is Orientation.CORONAL:
        return field[::-1].transpose(1, 0, 2)
    return field


def slice_position(series: SeriesSpec, index: int) -> Vector:
    """ImagePositionPatient of a slice: the centre of its first voxel."""
    grid = grid_of(series)
    x, y, z = grid.origin
    top = z + grid.step[2] * (grid.count[2] - 1)
    if series.orientation is Orientation.SAGITTAL:
        return x + grid.step[0] * (grid.count[0] - 1 - index), y, top
    if series.orientation is Orientation.CORONAL:
        return x, y + grid.step[1] * index, top
    return x, y, z + grid.step[2] * index


def row_and_column(orientation: Orientation) -> tuple[float, ...]:
    """ImageOrientationPatient: the directions in which columns and rows grow."""
    return {
        Orientation.AXIAL: (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        Orientation.SAGITTAL: (0.0, 1.0, 0.0, 0.0, 0.0, -1.0),
        Orientation.CORONAL: (1.0, 0.0, 0.0, 0.0, 0.0, -1.0),
    }[orientation]


def acquire(series: SeriesSpec, seed: int) -> Iterator[Acquired]:
    """The volumes of a series in the order of acquisition; echoes of one moment follow each other."""
    rng = np.random.default_rng((seed, series.number))
    moments = max(series.volumes, len(series.b_values), 1)
    spread_s = series.repetition_ms / 1000 if series.is_echo_planar else 0.0
    index = 0
    for moment in range(moments):
        b_value = series.b_values[moment] if series.b_values else None
        direction = _direction(rng) if b_value else (0.0, 0.0, 0.0)
        for number, echo_ms in enumerate(series.echo_ms, 1):
            signal = _signal(series, seed, b_value, moment, decay=0.82 ** (number - 1))
            pixels = _digitise(series, signal, rng)
            yield Acquired(index, moment, number, echo_ms, b_value, direction, moment * spread_s, pixels)
            index += 1


def _direction(rng: np.random.Generator) -> Vector:
    x, y, z = (v := rng.normal(size=3)) / np.linalg.norm(v)
    return float(x), float(y), float(z)


def _signal(series: SeriesSpec, seed: int, b_value: float | None, moment: int, decay: float) -> Field:
    grid = grid_of(series)
    weight = np.array(_BRIGHTNESS[series.contrast])
    if b_value:
        weight = weight * np.exp(-b_value * _DIFFUSIVITY) * 1.6
    if series.contrast is Contrast.EPI and moment:
        weight[Tissue.GREY] *= 1 + 0.03 * np.sin(2 * np.pi * moment / 6)
    tissues = head(grid, seed)
    if series.contrast is Contrast.FIELDMAP_PHASE:
        off_resonance = folding(grid, seed + 2, (140, 260), waves=24)
        return np.asarray(off_resonance * (1 - tissues[Tissue.AIR]), np.float32)
    image = np.tensordot(weight.astype(np.float32), tissues, axes=1)
    return np.asarray(image * _shading(grid, series) * decay, np.float32)


def _shading(grid: Grid, series: SeriesSpec) -> Field:
    """Receive coils see the surface better; echo-planar images lose signal above the nasal cavity."""
    x, y, z = grid.axes()
    shade = 0.86 + 0.2 * ((x / 90) ** 2 + (y / 110) ** 2 + (z / 110) ** 2)
    if series.is_echo_planar:
        lost = np.exp(-((x / 22) ** 2 + ((y + 62) / 20) ** 2 + ((z + 30) / 16) ** 2))
        shade = shade * (1 - 0.9 * lost)
    return np.asarray(shade, np.float32)


def _digitise(series: SeriesSpec, signal: Field, rng: np.random.Generator) -> Pixels:
    image = np.ascontiguousarray(as_slices(signal, series.orientation))
    if series.contrast is Contrast.FIELDMAP_PHASE:
        noisy = image * 450 + _PHASE_ZERO + np.where(image == 0, rng.uniform(-2048, 2047, image.shape), 0)
        return np.asarray(np.clip(noisy, 0, 4095), np.uint16)
    sigma = 0.022 if series.is_echo_planar else 0.012
    real = image + sigma * rng.standard_normal(image.shape, np.float32)
    imaginary = sigma * rng.standard_normal(image.shape, np.float32)
    return np.asarray(np.clip(np.hypot(real, imaginary) * _FULL_SCALE, 0, 4095), np.uint16)
