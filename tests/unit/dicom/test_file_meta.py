"""The file meta that is written in front of a data set of the network."""

import hashlib
from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.uid import UID
from tests.unit.dicom.builder import EXPLICIT_LITTLE, dataset, slice_elements

from fornix.dicom.file_meta import IMPLEMENTATION_CLASS_UID, file_meta
from fornix.dicom.header import read_header

MR = "1.2.840.10008.5.1.4.1.1.4"


@pytest.mark.parametrize("uid", ["1.2.3", "1.2.30"], ids=["odd", "even"])
def test_readers_find_what_was_said_and_where_the_data_set_begins(uid):
    meta = file_meta(MR, uid, EXPLICIT_LITTLE)
    whole = meta + dataset(slice_elements())

    header, read = read_header(whole), dcmread(BytesIO(whole))

    assert (header.dataset_offset, header.transfer_syntax_uid) == (len(meta), EXPLICIT_LITTLE)
    assert read.file_meta.FileMetaInformationGroupLength == len(meta) - 128 - 4 - 12
    assert read.file_meta.MediaStorageSOPInstanceUID == uid
    assert read.file_meta.ImplementationClassUID == IMPLEMENTATION_CLASS_UID
    assert UID(IMPLEMENTATION_CLASS_UID).is_valid


def test_the_bytes_never_change():
    """They are part of what is stored, and compared, for as long as an archive lives."""
    meta = file_meta(MR, "1.2.3", EXPLICIT_LITTLE)

    assert (
        hashlib.sha256(meta).hexdigest() == "eae7f4835d114e68adfcbaec938dee3f473d1bb21e75957400e22a0c1fcf37e7"
    )
