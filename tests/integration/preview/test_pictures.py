"""Pictures of files of several kinds against known pixels, made by the program that makes them for pages."""

from __future__ import annotations

import io
import tempfile
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    MPEG2MPML,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    MRImageStorage,
    RLELossless,
)

from fornix.preview.painters import Painter
from fornix.preview.thumbnails import Thumbnail, result_of

SIDE = 32
RAMP = np.linspace(0, 1000, SIDE * SIDE).reshape(SIDE, SIDE).astype(np.uint16)


@pytest.fixture(scope="module")
def painter() -> Iterator[Painter]:
    made = Painter()
    yield made
    made.close()


def make(pixels: np.ndarray | bytes, syntax=ExplicitVRLittleEndian, **values) -> Dataset:
    """An image of these pixels; bytes are taken as they are."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, "1.2.3"
    ds.Rows = ds.Columns = SIDE
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation = 15, 0
    for name, value in values.items():
        setattr(ds, name, value)
    ds.PixelData = pixels if isinstance(pixels, bytes) else pixels.tobytes()
    return ds


def content_of(ds: Dataset) -> bytes:
    stream = io.BytesIO()
    ds.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def paint(painter: Painter, content: bytes | Dataset, size: int = SIDE) -> Thumbnail:
    with tempfile.TemporaryFile() as source:
        source.write(content_of(content) if isinstance(content, Dataset) else content)
        source.seek(0)
        return result_of(*painter.paint(source, size))


def pixels_of(made: Thumbnail) -> np.ndarray:
    assert made.png, made.why_none
    return np.asarray(Image.open(io.BytesIO(made.png))).astype(int)


def windowed(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return ((values.astype(float) - low) * 255 / (high - low)).clip(0, 255)


def test_the_window_of_the_header_says_what_is_black_and_white(painter):
    got = pixels_of(paint(painter, make(RAMP, WindowCenter="500.5", WindowWidth="401")))

    assert np.abs(got - windowed(RAMP, 300, 700)).max() <= 1


def test_without_a_window_the_values_themselves_say_it(painter):
    got = pixels_of(paint(painter, make(RAMP)))

    assert np.abs(got - windowed(RAMP, *np.percentile(RAMP, (1, 99)))).max() <= 1


def test_rescaled_values_are_windowed(painter):
    ds = make(RAMP, RescaleSlope="2", RescaleIntercept="-1000", WindowCenter="0.5", WindowWidth="1001")

    assert np.abs(pixels_of(paint(painter, ds)) - windowed(RAMP * 2.0 - 1000, -500, 500)).max() <= 1


def test_monochrome1_is_white_where_it_is_low(painter):
    got = pixels_of(paint(painter, make(RAMP, PhotometricInterpretation="MONOCHROME1")))

    assert got[0, 0] == 255
    assert got[-1, -1] == 0


def test_of_many_frames_the_middle_one_is_shown(painter):
    frames = np.stack([np.full((SIDE, SIDE), value, np.uint16) for value in (0, 500, 1000)])
    ds = make(frames, NumberOfFrames="3", WindowCenter="500.5", WindowWidth="1001")

    assert set(np.unique(pixels_of(paint(painter, ds)))) <= {127, 128}


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless], ids=lambda each: each.name)
def test_compressed_pixels_are_those_that_were_compressed(painter, syntax):
    ds = make(RAMP, WindowCenter="500.5", WindowWidth="1001")
    ds.compress(syntax, generate_instance_uid=False)

    assert np.abs(pixels_of(paint(painter, ds)) - windowed(RAMP, 0, 1000)).max() <= 1


def test_jpeg_2000_pixels_are_those_that_were_compressed(painter):
    stream = io.BytesIO()
    Image.fromarray(RAMP).save(stream, "JPEG2000", no_jp2=True, irreversible=False)
    ds = make(encapsulate([stream.getvalue()]), JPEG2000Lossless, WindowCenter="500.5", WindowWidth="1001")

    assert np.abs(pixels_of(paint(painter, ds)) - windowed(RAMP, 0, 1000)).max() <= 1


def test_a_jpeg_in_colour_keeps_its_colours(painter):
    red = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), (200, 20, 20)).save(red, "JPEG", quality=95)
    ds = make(encapsulate([red.getvalue()]), JPEGBaseline8Bit, SamplesPerPixel=3, PlanarConfiguration=0)
    ds.PhotometricInterpretation, ds.BitsAllocated, ds.BitsStored, ds.HighBit = "YBR_FULL_422", 8, 8, 7

    got = pixels_of(paint(painter, ds))

    assert np.abs(got[8, 8] - (200, 20, 20)).max() <= 6


def test_a_palette_gives_its_colours(painter):
    index = np.tile(np.arange(SIDE, dtype=np.uint8) // 16, (SIDE, 1))
    ds = make(index, PhotometricInterpretation="PALETTE COLOR", BitsAllocated=8, BitsStored=8, HighBit=7)
    for name, values in (("Red", [0, 65535]), ("Green", [65535, 0]), ("Blue", [0, 0])):
        setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [2, 0, 16])
        setattr(ds, f"{name}PaletteColorLookupTableData", np.array(values, np.uint16).tobytes())

    got = pixels_of(paint(painter, ds))

    assert (got[0, 0].tolist(), got[0, -1].tolist()) == ([0, 255, 0], [255, 0, 0])


def test_pixels_that_are_not_square_are_drawn_so(painter):
    made = paint(painter, make(RAMP, PixelSpacing=["2", "1"]), size=128)

    assert Image.open(io.BytesIO(made.png)).size == (SIDE, 2 * SIDE)


def bomb() -> bytes:
    """A few MB that inflate to more than a picture may take."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = engine.compress(bytes(64 << 20)) + engine.flush(zlib.Z_FULL_FLUSH)
    content = content_of(make(RAMP, DeflatedExplicitVRLittleEndian))
    return content[: content.index(b"1.2.840.10008.1.2.1.99") + 22] + block * 40


NO_PICTURES = {
    "no pixels": (lambda: make(b"", Rows=0), "it does not say how large"),
    "huge": (lambda: make(RAMP, Rows=65535, Columns=65535), "its image is too large"),
    "frames": (lambda: make(RAMP, NumberOfFrames=str(2**31 - 1)), "cannot be decoded"),
    "odd bits": (lambda: make(RAMP, BitsAllocated=33), "cannot be decoded"),
    "cut off": (lambda: content_of(make(RAMP))[:-900], "cannot be decoded"),
    "video": (lambda: make(encapsulate([b"\0\0"]), MPEG2MPML), "video"),
    "lossless": (lambda: make(encapsulate([b"\0\0"]), JPEGLosslessSV1), "nothing here decodes"),
    "broken JPEG 2000": (
        lambda: make(encapsulate([b"\xff\x4f" * 40]), JPEG2000Lossless),
        "cannot be decoded",
    ),
    "broken RLE": (lambda: make(encapsulate([bytes(64)]), RLELossless), "cannot be decoded"),
    "a bomb": (bomb, "memory"),
    "no DICOM": (lambda: b"MZ" + bytes(500), ""),
}


@pytest.mark.parametrize(("given", "told"), NO_PICTURES.values(), ids=NO_PICTURES)
def test_where_there_is_no_picture_the_reason_is_told_and_the_next_one_is_made(painter, given, told):
    made = paint(painter, given())
    following = paint(painter, make(RAMP))

    assert not made.png
    assert told in made.why_none
    assert made.why_none
    assert following.png


def test_a_palette_that_ends_early_is_no_crash(painter):
    index = np.arange(SIDE * SIDE).reshape(SIDE, SIDE).astype(np.uint8)
    ds = make(index, PhotometricInterpretation="PALETTE COLOR", BitsAllocated=8, BitsStored=8, HighBit=7)
    for name in ("Red", "Green", "Blue"):
        setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [2, 0, 16])
        setattr(ds, f"{name}PaletteColorLookupTableData", b"\0\0")

    made = paint(painter, ds)

    assert made.png or made.why_none
