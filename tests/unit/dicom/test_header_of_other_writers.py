"""Data sets that pydicom writes, of any nesting and in every encoding, are read with the values that were put in."""

import io

import pydicom
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from fornix.dicom.header import read_header

SYNTAXES = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
CODES = st.text("ABCxyz019 _-", max_size=16).map(str.strip)
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="\\^="), max_size=20
)

leaves = st.tuples(st.sampled_from(["LO", "UN", "OB", "UT"]), st.binary(max_size=40))
trees = st.recursive(
    leaves, lambda inner: st.tuples(st.booleans(), st.lists(inner, max_size=3)), max_leaves=8
)


def add(ds: pydicom.Dataset, element: int, tree) -> None:
    """A private element, or a private sequence with the subtree in its items, of defined or undefined length."""
    kind, content = tree
    if isinstance(kind, str):
        value = content.hex() if kind in ("LO", "UT") else content + b"\0" * (len(content) % 2)
        ds.add_new((0x0009, element), kind, value[:60])
        return
    items = []
    for number, subtree in enumerate(content):
        item = pydicom.Dataset()
        item.PatientID = "inner"
        add(item, 0x1000 + number, subtree)
        item.is_undefined_length_sequence_item = kind
        items.append(item)
    ds.add_new((0x0009, element), "SQ", items)
    ds[0x0009, element].is_undefined_length = kind


@given(st.sampled_from(SYNTAXES), CODES, NAMES, st.integers(-9999, 9_999_999), st.lists(trees, max_size=4))
def test_what_pydicom_writes_is_read_back(syntax, patient_id, name, number, private):
    ds = pydicom.Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.StudyInstanceUID = "1.2.3"
    ds.PatientID = patient_id
    ds.PatientName = name
    ds.SeriesNumber = number
    for index, tree in enumerate(private):
        add(ds, 0x1000 + index, tree)
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = "1.2.3.4"
    written = io.BytesIO()
    ds.save_as(written, enforce_file_format=True)

    header = read_header(written.getvalue())

    assert (header.study_uid, header.patient_id, header.patient_name) == ("1.2.3", patient_id, name)
    assert (header.series_number, header.transfer_syntax_uid) == (number, syntax)
    assert not header.is_truncated
