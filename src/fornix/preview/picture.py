"""One frame of a DICOM file -> a small PNG. Knows no archive; runs in a process of its own (`inside`)."""

from __future__ import annotations

import io
import warnings
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.multival import MultiValue
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from fornix.errors import Refused

MOST_PIXELS = 64 << 20  # of one frame
LOWEST, HIGHEST = 1.0, 99.0  # percentiles that become black and white where no window is written
SQUAREST, LONGEST = 1.05, 8.0  # ratios of pixel sides that are drawn as they are


class NoPicture(Refused):
    """Why there is none, in words without values of the file."""


def picture(source: BinaryIO, size: int) -> bytes:
    """A PNG of the middle frame, at most `size` pixels wide and high. Raises NoPicture."""
    warnings.simplefilter("ignore")
    ds = _read(source)
    _check(ds)
    try:
        pixels = pixel_array(ds, index=_middle(ds))
        image = _image(ds, pixels)
    except MemoryError:
        raise
    except Exception as error:  # decoders raise whatever they like at damaged data
        raise NoPicture("its pixel data cannot be decoded") from error
    image = _squared(ds, image)
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _read(source: BinaryIO) -> FileDataset:
    try:
        ds = dcmread(source, force=True)
    except MemoryError:
        raise
    except Exception as error:
        raise NoPicture("its header cannot be read") from error
    if "TransferSyntaxUID" not in ds.file_meta:
        is_implicit, is_little = ds.original_encoding
        explicit = ExplicitVRLittleEndian if is_little else ExplicitVRBigEndian
        ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if is_implicit else explicit
    return ds


def _check(ds: FileDataset) -> None:
    if not any(name in ds for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        raise NoPicture("it holds a document" if "EncapsulatedDocument" in ds else "it holds no image")
    syntax = ds.file_meta.get("TransferSyntaxUID", "")
    if "MPEG" in getattr(syntax, "name", "") or "HEVC" in getattr(syntax, "name", ""):
        raise NoPicture("it holds a video")
    if not _can_decode(ds):
        raise NoPicture("nothing here decodes its kind of compression")
    rows, columns = ds.get("Rows"), ds.get("Columns")
    if not isinstance(rows, int) or not isinstance(columns, int) or rows < 1 or columns < 1:
        raise NoPicture("it does not say how large its image is")
    if rows * columns * int(ds.get("SamplesPerPixel") or 1) > MOST_PIXELS:
        raise NoPicture("its image is too large")


def _can_decode(ds: FileDataset) -> bool:
    try:
        return get_decoder(ds.file_meta.TransferSyntaxUID).is_available
    except NotImplementedError:
        return False


def _middle(ds: FileDataset) -> int:
    try:
        frames = int(ds.get("NumberOfFrames") or 1)
    except (TypeError, ValueError):
        return 0
    return max(0, frames // 2)


def _image(ds: FileDataset, pixels: NDArray[np.generic]) -> Image.Image:
    kind = str(ds.get("PhotometricInterpretation", "MONOCHROME2"))
    if kind == "PALETTE COLOR":
        pixels = apply_color_lut(pixels, ds)
    if pixels.ndim == 3:
        return Image.fromarray(_eight_bits(pixels)[..., :3], "RGB")
    grey = _grey(ds, pixels)
    return Image.fromarray(255 - grey if kind == "MONOCHROME1" else grey, "L")


def _eight_bits(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8)
    top = float(np.max(pixels)) or 1.0
    return (pixels.astype(np.float64) * (255.0 / top)).clip(0, 255).astype(np.uint8)


def _grey(ds: FileDataset, pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    values = np.asarray(apply_modality_lut(pixels, ds), dtype=np.float64)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = _window(ds) or _spread(values)
    return ((values - low) * (255.0 / max(high - low, 1e-9))).clip(0, 255).round().astype(np.uint8)


def _window(ds: FileDataset) -> tuple[float, float] | None:
    """Black and white as the header wants them (PS3.3 C.11.2.1.2, a linear window), if it says so."""
    try:
        center, width = _first(ds.get("WindowCenter")), _first(ds.get("WindowWidth"))
    except (TypeError, ValueError):
        return None
    if center is None or width is None or width < 1:
        return None
    return center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2


def _first(value: object) -> float | None:
    chosen = value[0] if isinstance(value, MultiValue) and len(value) else value
    number = None if chosen is None or chosen == "" else float(str(chosen))
    return number if number is not None and np.isfinite(number) else None


def _spread(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(values, (LOWEST, HIGHEST))
    return (float(low), float(high)) if high > low else (float(values.min()), float(values.max()))


def _squared(ds: FileDataset, image: Image.Image) -> Image.Image:
    """Pixels that are not square are drawn so: by their spacing."""
    spacing = ds.get("PixelSpacing") or ds.get("ImagerPixelSpacing")
    try:
        down, across = (float(spacing[0]), float(spacing[1])) if spacing else (1.0, 1.0)
    except (TypeError, ValueError, IndexError):
        return image
    if min(down, across) <= 0 or not SQUAREST < max(down, across) / min(down, across) < LONGEST:
        return image
    if down > across:
        return image.resize((image.width, round(image.height * down / across)))
    return image.resize((round(image.width * across / down), image.height))
