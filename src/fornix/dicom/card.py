"""The header card of a series: what a person wants to know of how it was acquired. JSON values, units in the keys.

Read from classic and enhanced objects alike (PS3.3 C.8.3.1, C.8.13). What a header does not say is no key.
Institution and anything of the patient stay out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from fornix.dicom import tags
from fornix.dicom.header import DicomHeader
from fornix.dicom.values import RawValues

CardValue = str | int | float | list[float] | list[int]

_SIEMENS = "SIEMENS MR HEADER"

# A plane counts as the axis' own up to a tilt of ten degrees.
_STRAIGHT = math.cos(math.radians(10))
_PLANES = ("sagittal", "coronal", "axial")

# Field strength is in tesla (PS3.3 C.8.3.1); old headers give it in gauss.
_GAUSS_FROM = 100


def series_card(headers: Sequence[DicomHeader]) -> dict[str, CardValue]:
    """The card of one series from the headers of its instances; the first counts, echo times are gathered from all."""
    if not headers:
        return {}
    first = next((header for header in headers if header.rows), headers[0])
    card: dict[str, CardValue | None] = {
        "manufacturer": first.manufacturer,
        "model": first.manufacturer_model,
        "station": first.station_name,
        "software": first.software_versions,
        **_contrast(first.raw),
        "te_ms": _echo_times(header.raw for header in headers),
        "voxel_mm": _voxel(first.raw),
        "slice_spacing_mm": _rounded(first.raw.number(tags.SpacingBetweenSlices)),
        "orientation": _orientation(first.raw.numbers(tags.ImageOrientationPatient)),
        "matrix": _matrix(first),
        "coil": _coil(first.raw),
        "sequence": _sequence(first.raw),
        "phase_encoding": _phase_encoding(first.raw),
    }
    return {key: value for key, value in card.items() if value not in (None, "", [])}


def _contrast(raw: RawValues) -> dict[str, CardValue | None]:
    field_strength = _positive(raw.number(tags.MagneticFieldStrength))
    if field_strength is not None and field_strength > _GAUSS_FROM:
        field_strength /= 10_000
    inversion = _positive(raw.number(tags.InversionTimes)) or _positive(raw.number(tags.InversionTime))
    return {
        "field_strength_t": field_strength,
        "tr_ms": _positive(raw.number(tags.RepetitionTime)),
        "ti_ms": inversion,
        "flip_angle_deg": _positive(raw.number(tags.FlipAngle)),
        "bandwidth_hz_per_px": _positive(raw.number(tags.PixelBandwidth)),
        "echo_train_length": int(raw.number(tags.EchoTrainLength) or 0) or None,
        "acquisition": raw.word(tags.MRAcquisitionType),
    }


def _echo_times(raws: Iterable[RawValues]) -> CardValue | None:
    """One number, or the sorted numbers of a multi-echo series. Derived frames, such as field maps, say zero."""
    found: set[float] = set()
    for raw in raws:
        found.update(round(number, 4) for number in raw.echo_times() if number > 0)
    times = sorted(found)
    return times[0] if len(times) == 1 else times or None


def _voxel(raw: RawValues) -> list[float] | None:
    """Row spacing, column spacing (PS3.3 10.7.1.3), slice thickness."""
    spacing = raw.numbers(tags.PixelSpacing)
    if len(spacing) < 2 or min(spacing) <= 0:
        return None
    thickness = _positive(raw.number(tags.SliceThickness))
    sizes = [*spacing[:2], thickness] if thickness is not None else spacing[:2]
    return [round(size, 4) for size in sizes]


def _orientation(cosines: tuple[float, ...]) -> str | None:
    """The plane of the image: the axis its normal is closest to (PS3.3 C.7.6.2.1.1), `oblique` before it if tilted."""
    if len(cosines) != 6:
        return None
    (a, b, c), (d, e, f) = cosines[:3], cosines[3:]
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    length = math.hypot(*normal)
    if length < 0.5:
        return None
    tilts = [abs(part) / length for part in normal]
    steepest = max(range(3), key=tilts.__getitem__)
    plane = _PLANES[steepest]
    return plane if tilts[steepest] >= _STRAIGHT else f"oblique {plane}"


def _matrix(header: DicomHeader) -> list[int] | None:
    """Columns and rows; of one tile where a Siemens mosaic holds a whole volume in one picture."""
    if not header.columns or not header.rows:
        return None
    across = _tiles_across(header)
    if across > 1 and header.columns % across == 0 and header.rows % across == 0:
        return [header.columns // across, header.rows // across]
    return [header.columns, header.rows]


def _tiles_across(header: DicomHeader) -> int:
    """Tiles in a row of a mosaic, which is a square of as many as hold all slices; 1 if it is none or unknown."""
    if "MOSAIC" not in header.image_type or header.raw.word(tags.SiemensCreator19) != _SIEMENS:
        return 1
    images = header.raw.number(tags.SiemensImagesInMosaic) or 1
    return math.ceil(math.sqrt(images)) if 1 <= images <= 10_000 else 1


def _coil(raw: RawValues) -> str:
    named = raw.word(tags.ReceiveCoilName)
    if named or raw.word(tags.SiemensCreator51) != _SIEMENS:
        return named
    return raw.word(tags.SiemensCoil)


def _sequence(raw: RawValues) -> str:
    return (
        raw.word(tags.SequenceName)
        or raw.word(tags.PulseSequenceName)
        or raw.word(tags.ScanningSequence)
        or raw.word(tags.EchoPulseSequence)
    )


def _phase_encoding(raw: RawValues) -> str:
    """ROW or COL: classic objects write COL, enhanced ones COLUMN (PS3.3 C.8.3.1, C.8.13.5.3)."""
    written = raw.word(tags.InPlanePhaseEncodingDirection).upper()
    return "COL" if written == "COLUMN" else written


def _positive(number: float | None) -> float | None:
    return round(number, 6) if number is not None and number > 0 else None


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
