"""The whole header as lines: nested as in the file, bounded whatever the bytes are."""

from __future__ import annotations

import struct
import unicodedata
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
)

from fornix.dicom.header import NotDicom
from fornix.preview.header_tree import MOST_LINES, HeaderTree, read_tree


def tree_of(content: bytes) -> HeaderTree:
    return read_tree(lambda offset, size: content[offset : offset + size], len(content))


def shown(tree: HeaderTree) -> dict[str, str]:
    return {line.name: line.value for line in tree.lines}


def make(syntax=ExplicitVRLittleEndian, **values) -> bytes:
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, "1.2.3"
    for name, value in values.items():
        setattr(ds, name, value)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    stream = BytesIO()
    ds.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


@pytest.mark.parametrize(
    "syntax",
    [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian],
    ids=lambda syntax: syntax.name,
)
def test_values_are_read_in_every_way_of_writing(syntax):
    step = Dataset()
    step.CodeMeaning = "inner"
    content = make(
        syntax,
        SpecificCharacterSet="ISO_IR 192",
        PatientName="Müller^Zoë",
        Rows=512,
        SliceThickness="1.5",
        AcquisitionMatrix=[0, 64, 64, 0],
        ProcedureCodeSequence=Sequence([step]),
    )

    told = shown(tree_of(content))

    assert told["Patient's Name"] == "Müller^Zoë"
    assert (told["Rows"], told["Slice Thickness"], told["Acquisition Matrix"]) == (
        "512",
        "1.5",
        "0\\64\\64\\0",
    )
    assert told["Code Meaning"] == "inner"
    assert told["SOP Class UID"].endswith("(MR Image Storage)")


def test_items_lie_below_their_sequence():
    inner, outer = Dataset(), Dataset()
    inner.CodeMeaning = "deep"
    outer.ProcedureCodeSequence = Sequence([inner])

    lines = tree_of(make(RequestAttributesSequence=Sequence([outer]))).lines

    depths = {line.name: line.depth for line in lines if line.vr}
    assert (
        depths["Request Attributes Sequence"],
        depths["Procedure Code Sequence"],
        depths["Code Meaning"],
    ) == (0, 2, 4)


def test_private_elements_are_named_where_their_creator_is_known():
    ds = Dataset()
    block = ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x08, "CS", "IMAGE NUM 4")
    block.add_new(0xEE, "UN", b"\x01\x02" * 200)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, "1.2.3"
    stream = BytesIO()
    ds.save_as(stream, enforce_file_format=True)

    lines = {line.tag: line for line in tree_of(stream.getvalue()).lines}

    assert "CSA" in lines["(0029,1008)"].name
    assert lines["(0029,10EE)"].value.startswith("400 bytes: 01 02")
    assert lines["(0029,1008)"].is_private


def test_long_values_are_cut_and_what_turns_text_around_is_not_shown():
    told = shown(tree_of(make(SpecificCharacterSet="ISO_IR 192", ImageComments="\u202eevil" + "x" * 5000)))

    assert told["Image Comments"].startswith("?evil")
    assert told["Image Comments"].endswith("…")
    assert len(told["Image Comments"]) < 300


def test_pixel_data_are_told_and_not_read():
    content = make(Rows=2, Columns=2, BitsAllocated=8, SamplesPerPixel=1, PixelData=b"\1\2\3\4")

    assert tree_of(content).lines[-1].value == "4 bytes"


def explicit(tag: int, vr: bytes, length: int, value: bytes = b"") -> bytes:
    return struct.pack("<HH2sHL", tag >> 16, tag & 0xFFFF, vr, 0, length) + value


def open_file() -> bytes:
    return make()


NEST = explicit(0x00081115, b"SQ", 0xFFFFFFFF) + struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
HOSTILE = {
    "nested without end": NEST * 20_000,
    "nested with lengths": explicit(0x00081115, b"SQ", 0x7FFFFFF0) * 20_000,
    "a length beyond the end": explicit(0x00081115, b"OB", 0xFFFFFFF0),
    "delimiters alone": struct.pack("<HHL", 0xFFFE, 0xE00D, 0) * 50_000,
    "many elements": struct.pack("<HH2sH", 0x0009, 0x1001, b"LO", 0) * 50_000,
    "a fragment without end": explicit(0x7FE00010, b"OB", 0xFFFFFFFF),
}


@pytest.mark.parametrize("tail", HOSTILE.values(), ids=HOSTILE)
def test_hostile_headers_end_within_bounds(tail):
    tree = tree_of(open_file() + tail)

    assert 3 < len(tree.lines) <= MOST_LINES + 10


def test_a_deflated_header_that_swells_is_cut():
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = engine.compress(explicit(0x00091001, b"OB", 0) * 1_000_000) + engine.flush()
    content = make(DeflatedExplicitVRLittleEndian)
    envelope = content[: content.index(b"1.2.840.10008.1.2.1.99") + 22]

    tree = tree_of(envelope + bomb)

    assert tree.is_cut
    assert len(tree.lines) <= 2 * MOST_LINES + 10


@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_bytes_give_a_tree_or_no_dicom(noise, cut):
    content = open_file()
    for changed in (content[: 132 + cut], content[: 132 + cut] + noise, noise):
        try:
            tree = tree_of(changed)
        except NotDicom:
            continue
        texts = "".join(line.value for line in tree.lines)
        assert not {unicodedata.category(letter) for letter in texts} & {"Cc", "Cf", "Cs"}
