"""Headers in every way of writing that the standard, its predecessors and careless writers know."""

import struct
import zlib

import pytest
from tests.unit.dicom import builder as b

from fornix.dicom import tags
from fornix.dicom.header import NotDicom, looks_like_dicom, read_header

EXPLICIT = b.dataset()
IMPLICIT = b"".join(b.implicit(tag, value) for tag, _, value in b.slice_elements())
BIG = b.dataset(big=True)
PIXELS = b.explicit(0x7FE00010, "OW", bytes(64))


def deflated(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(data) + engine.flush()


WRITINGS = {
    "explicit": b.part10(EXPLICIT),
    "implicit": b.part10(IMPLICIT, b.IMPLICIT_LITTLE),
    "big endian": b.part10(BIG, b.EXPLICIT_BIG),
    "deflated": b.part10(deflated(EXPLICIT), b.DEFLATED),
    "said to be deflated, but is not": b.part10(EXPLICIT, b.DEFLATED),
    "said to be implicit, but is not": b.part10(EXPLICIT, b.IMPLICIT_LITTLE),
    "said to be explicit, but is not": b.part10(IMPLICIT),
    "no transfer syntax": b.part10(EXPLICIT, ""),
    "no preamble": b.file_meta() + EXPLICIT,
    "no preamble but the mark": b"DICM" + b.file_meta() + EXPLICIT,
    "no file meta": bytes(128) + b"DICM" + EXPLICIT,
    "data set alone": EXPLICIT,
    "implicit data set alone": IMPLICIT,
    "big endian data set alone": BIG,
    "group length too small": bytes(128) + b"DICM" + b.file_meta(group_length=4) + EXPLICIT,
    "group length too large": bytes(128) + b"DICM" + b.file_meta(group_length=4000) + EXPLICIT,
    "pixel data after it": b.part10(EXPLICIT + PIXELS),
    "retired group lengths": b.part10(b.explicit(0x00080000, "UL", struct.pack("<L", 90)) + EXPLICIT),
}


@pytest.mark.parametrize("data", WRITINGS.values(), ids=WRITINGS.keys())
def test_every_way_of_writing_gives_the_same_values(data):
    header = read_header(data)

    assert looks_like_dicom(data[:132])
    assert (header.study_uid, header.series_uid, header.sop_instance_uid) == ("1.2.3", "1.2.3.4", "1.2.3.9")
    assert (header.patient_name, header.patient_id, header.series_number) == ("Doe^Jane", "P01", 7)
    assert (header.modality, header.study_date, header.is_truncated) == ("MR", "20240229", False)


def spread(write):
    """The slice with 100 kB of private data before each element, so that no window holds two of them."""
    filler = bytes(100_000)
    return b"".join(
        write(0x00070001 + number, "UN", filler) + write(tag, vr, value)
        for number, (tag, vr, value) in enumerate(b.slice_elements())
    )


SPREAD = {
    "explicit": b.part10(spread(b.explicit)),
    "implicit": b.part10(spread(lambda tag, _, value: b.implicit(tag, value)), b.IMPLICIT_LITTLE),
    "big endian": b.part10(
        spread(lambda tag, vr, value: b.explicit(tag, vr, value, big=True)), b.EXPLICIT_BIG
    ),
    "deflated": b.part10(deflated(spread(b.explicit)), b.DEFLATED),
}


@pytest.mark.parametrize("data", SPREAD.values(), ids=SPREAD.keys())
def test_a_header_longer_than_the_window_is_read_piece_by_piece(data):
    def read_at(offset, size):
        return data[offset : offset + size]

    header = read_header(data[:1000], read_at, length=len(data))

    assert header == read_header(data)
    assert (header.study_date, header.patient_name, header.series_number) == ("20240229", "Doe^Jane", 7)


@pytest.mark.parametrize("writing", ["explicit", "no preamble", "data set alone", "group length too small"])
def test_the_data_set_begins_after_group_2(writing):
    data = WRITINGS[writing]

    header = read_header(data)

    assert data[header.dataset_offset :] == EXPLICIT


def test_a_large_private_value_is_skipped_and_never_read():
    before = b.dataset(b.slice_elements()[:5]) + b.explicit(0x00091001, "OB", b"", length=2_000_000_000)
    after = b.dataset(b.slice_elements()[5:])
    head, asked = b.part10(before), []

    def read_at(offset, size):
        asked.append(size)
        offset -= len(head) + 2_000_000_000
        return (
            after[offset : offset + size]
            if offset >= 0
            else head[offset + len(head) + 2_000_000_000 :][:size]
        )

    header = read_header(head, read_at)

    assert (header.patient_name, header.series_number) == ("Doe^Jane", 7)
    assert max(asked) <= 64 * 1024
    assert len(asked) < 5


SEQUENCES = {
    "defined length": b.sequence(0x00081140, b.item(b.explicit(tags.PatientID, "LO", "inner"))),
    "undefined length": b.sequence(
        0x00081140, b.item(b.explicit(tags.PatientID, "LO", "inner"), undefined=True), undefined=True
    ),
    "private, nested": b.sequence(
        0x00091001,
        b.item(b.sequence(0x00091002, b.item(b""), undefined=True), undefined=True),
        undefined=True,
    ),
    "of unknown representation, implicit inside": b.sequence(
        0x00091001, b.item(b.implicit(tags.PatientID, "inner"), undefined=True), undefined=True, vr="UN"
    ),
    "with a closing item that was never opened": struct.pack("<HHL", 0xFFFE, 0xE00D, 0),
    "empty": b.sequence(0x00081140),
    "representation of a later standard": b.explicit(0x00091001, "ZZ", "something"),
    "lower-case representation": b.explicit(0x00091001, "lo", "something"),
    "implicit element among explicit ones": b.implicit(0x00091001, "something"),
    "zero representation": struct.pack("<HHHHL", 0x0009, 0x1001, 0, 0, 4) + b"\0\0\0\0",
}


@pytest.mark.parametrize("odd", SEQUENCES.values(), ids=SEQUENCES.keys())
def test_what_lies_between_wanted_elements_is_stepped_over(odd):
    data = b.part10(b.dataset(b.slice_elements()[:5]) + odd + b.dataset(b.slice_elements()[5:]))

    header = read_header(data)

    assert (header.patient_id, header.series_number) == ("P01", 7)


NOT_DICOM = {
    "empty": (b"", "empty"),
    "html": (b"<!DOCTYPE html><html></html>" * 20, "web page"),
    "text": (b"These are the series of the study.\n" * 20, "plain text"),
    "pdf": (b"%PDF-1.7\n" + bytes(range(256)) * 4, "PDF"),
    "gzip": (b"\x1f\x8b\x08\x00" + bytes(300), "gzip"),
    "zip": (b"PK\x03\x04" + bytes(300), "zip"),
    "zeros": (bytes(4096), "DICOM mark"),
    "FIF": (struct.pack(">LLLL", 100, 31, 20, 0) + bytes(200), "DICOM mark"),
    "the mark alone": (bytes(128) + b"DICM", "cut off"),
    "random after the mark": (bytes(128) + b"DICM" + b"\x99\x07\xfe" * 90, "cut off"),
    "one byte": (b"\x08", "DICOM mark"),
}


@pytest.mark.parametrize(("data", "reason"), NOT_DICOM.values(), ids=NOT_DICOM.keys())
def test_what_is_not_dicom_is_refused_with_a_reason(data, reason):
    with pytest.raises(NotDicom, match=reason):
        read_header(data)


def test_a_second_meaning_in_the_preamble_is_noticed():
    header = read_header(b.part10(EXPLICIT, preamble=b"MZ" + bytes(126)))

    assert header.has_preamble
    assert not header.has_standard_preamble
    assert read_header(b.part10(EXPLICIT)).has_standard_preamble
    assert not read_header(EXPLICIT).has_preamble


def test_a_media_directory_is_recognised_by_its_class():
    meta = b.explicit(tags.MediaStorageSOPClassUID, "UI", "1.2.840.10008.1.3.10")
    meta += b.explicit(tags.MediaStorageSOPInstanceUID, "UI", "1.2.3.5")

    header = read_header(bytes(128) + b"DICM" + meta + b.explicit(0x00041130, "CS", "DISC"))

    assert header.is_media_directory
    assert header.sop_instance_uid == "1.2.3.5"


IMAGE = {tags.Rows: ("US", b"\x40\x00"), tags.Columns: ("US", b"\x40\x00")}
FRAMES = {
    "said": ({**IMAGE, tags.NumberOfFrames: ("IS", "64")}, 64),
    "not said": (IMAGE, 1),
    "zero": ({**IMAGE, tags.NumberOfFrames: ("IS", "0")}, 1),
    "negative": ({**IMAGE, tags.NumberOfFrames: ("IS", "-3")}, 1),
    "nonsense": ({**IMAGE, tags.NumberOfFrames: ("IS", "1A")}, 1),
    "beyond belief": ({**IMAGE, tags.NumberOfFrames: ("IS", "2147483647")}, 1),
    "a report": ({}, 0),
    "written as a binary number": ({**IMAGE, tags.NumberOfFrames: ("US", b"\x05\x00")}, 5),
}


@pytest.mark.parametrize(("changes", "frames"), FRAMES.values(), ids=FRAMES.keys())
def test_the_number_of_frames_is_believable(changes, frames):
    assert b.header_with(changes).number_of_frames == frames


def test_rows_may_be_written_in_four_bytes():
    header = b.header_with({tags.Rows: ("UL", struct.pack("<L", 256))})

    assert header.rows == 256


def test_a_cut_file_is_read_and_marked():
    data = b.part10(EXPLICIT + PIXELS)

    header = read_header(data[:-10])

    assert header.is_truncated
    assert header.patient_id == "P01"
    assert not read_header(data).is_truncated


def test_a_header_shows_no_person_in_logs():
    header = b.header_with()

    assert "Doe" not in repr(header)
    assert "P01" not in repr(header)
    assert "1.2.3.9" in repr(header)


def test_values_without_meaning_in_text_are_removed():
    header = b.header_with({tags.PatientID: ("LO", b"A\0B "), tags.SeriesNumber: ("IS", " 12 ")})

    assert header.patient_id == "AB"
    assert header.series_number == 12
