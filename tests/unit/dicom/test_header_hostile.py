"""Damaged and malicious files: refused or read, never a crash, a hang or a heap of memory."""

import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dicom import builder as b

from fornix.dicom import tags
from fornix.dicom.card import series_card
from fornix.dicom.dates import acquired_of
from fornix.dicom.header import DicomHeader, NotDicom, read_header
from fornix.dicom.labels import project_candidates, session_label, subject_label
from fornix.dicom.scan_types import scan_type

SEQUENCES = b.sequence(
    0x00081140, b.item(b.explicit(0x00081150, "UI", "1.2"), undefined=True), undefined=True
)
TIMING = b.sequence(0x00189112, b.item(b.explicit(tags.RepetitionTime, "DS", "2000")))
GROUPS = b.sequence(tags.SharedFunctionalGroupsSequence, b.item(TIMING))
WHOLE = b.part10(
    b.dataset(
        b.slice_elements(
            {tags.SpecificCharacterSet: ("CS", "ISO 2022 IR 87"), tags.PatientComments: ("LT", "x")}
        )
    )
    + SEQUENCES
    + GROUPS
    + b.explicit(0x7FE00010, "OW", bytes(512))
)


def read_all(data: bytes) -> DicomHeader | None:
    """The header with everything that is derived from it, or None for a refusal."""
    try:
        header = read_header(data)
    except NotDicom:
        return None
    series_card([header])
    scan_type(header)
    acquired_of(header)
    subject_label(header), session_label(header), project_candidates(header)
    return header


@pytest.mark.parametrize("percent", range(100))
def test_a_file_cut_anywhere_is_read_or_refused(percent):
    header = read_all(WHOLE[: len(WHOLE) * percent // 100])

    if header is not None:
        assert "P01".startswith(header.patient_id)
        assert "1.2.3.4".startswith(header.series_uid)


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_is_read_or_refused(bit):
    for position in range(128 + bit % 2, len(WHOLE) - 512, 2):
        damaged = bytearray(WHOLE)
        damaged[position] ^= 1 << bit
        read_all(bytes(damaged))


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(noise):
    read_all(noise)
    read_all(bytes(128) + b"DICM" + noise)
    read_all(b.part10(noise, b.DEFLATED))


@given(st.integers(128, len(WHOLE) - 1), st.binary(min_size=1, max_size=16))
def test_any_overwritten_run_is_read_or_refused(position, noise):
    read_all(WHOLE[:position] + noise + WHOLE[position + len(noise) :])


@given(st.binary(max_size=200))
def test_any_file_meta_is_read_or_refused(noise):
    read_all(bytes(128) + b"DICM" + b.explicit(0x00020102, "OB", noise) + noise + b.dataset())


FIRST = b.dataset(b.slice_elements()[:5])
LAST = b.dataset(b.slice_elements()[5:])
OPEN_ITEM = struct.pack("<HHL", 0xFFFE, 0xE000, b.UNDEFINED)
OPEN_SEQUENCE = b.explicit(0x00091001, "SQ", b"", length=b.UNDEFINED)
SHARED = b.explicit(tags.SharedFunctionalGroupsSequence, "SQ", b"", length=b.UNDEFINED)
MACRO = b.explicit(0x00189112, "SQ", b"", length=b.UNDEFINED)
HOSTILE = {
    "nested 10,000 deep": (OPEN_SEQUENCE + OPEN_ITEM) * 10_000,
    "functional groups nested 10,000 deep": SHARED + OPEN_ITEM + (MACRO + OPEN_ITEM) * 10_000,
    "a length one short of undefined": b.explicit(0x00091001, "OB", b"", length=0xFFFFFFFE),
    "a sequence of that length": b.explicit(0x00081140, "SQ", b"", length=0xFFFFFFFE),
    "a text of 4 GB": b.explicit(0x00104000, "UT", b"", length=0xFFFFFFF0),
    "many delimiters": struct.pack("<HHL", 0xFFFE, 0xE00D, 0) * 110_000,
    "many empty items": OPEN_SEQUENCE + struct.pack("<HHL", 0xFFFE, 0xE000, 0) * 110_000,
}


@pytest.mark.parametrize("attack", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_structure_ends_the_walk_in_bounded_memory(attack):
    data = b.part10(FIRST + attack)
    tracemalloc.start()

    header = read_all(data)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert header is not None
    assert header.study_date == "20240229"
    assert peak < 4 * 1024 * 1024 + len(data)


def test_closed_nesting_10_000_deep_is_stepped_over():
    closed = struct.pack("<HHL", 0xFFFE, 0xE00D, 0) + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    data = b.part10(FIRST + (OPEN_SEQUENCE + OPEN_ITEM) * 10_000 + closed * 10_000 + LAST)

    header = read_header(data)

    assert header.patient_id == "P01"


def test_a_deflate_bomb_is_cut():
    engine = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    bomb = engine.compress(FIRST + b.explicit(0x00091001, "OB", b"", length=0x7FFFFFFE))
    for _ in range(300):
        bomb += engine.compress(bytes(1024 * 1024))
    data = b.part10(bomb + engine.flush(), b.DEFLATED)
    tracemalloc.start()

    header = read_header(data)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert header.study_date == "20240229"
    assert peak < 4 * 1024 * 1024


def test_a_text_of_a_megabyte_is_kept_only_in_part():
    header = b.header_with({tags.PatientComments: ("UT", "x" * 1024 * 1024)})

    assert len(header.patient_comments) == 64 * 1024
    assert header.patient_id == "P01"


def test_the_address_of_a_hostile_uid_is_reported_as_written():
    header = b.header_with({tags.SOPInstanceUID: ("UI", "../../etc/passwd")})

    assert header.sop_instance_uid == "../../etc/passwd"
