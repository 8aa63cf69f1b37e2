"""Hostile and odd recordings and derived files, group F: all bytes are kept, nothing in them is run or followed."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import struct
from pathlib import Path

import pytest
from tests.integration.ingest.archive import instance, put
from tests.unit.meg.test_ctf import data_set, res4
from tests.unit.meg.test_kit import kit

from fornix.models import File, Scan

FILE_ID = struct.pack(">4i", 100, 31, 20, 0) + struct.pack(">5i", 0x10003, 7, 7, 1_700_000_000, 0)


def tag(kind: int, type_: int, size: int, next_: int = 0) -> bytes:
    return struct.pack(">4i", kind, type_, size, next_)


class Trap:
    """Unpickled, it leaves a file behind."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self):
        return Path.touch, (self.place,)


def nifti(*dimensions: int, vox_offset: float = 352.0) -> bytes:
    """The header of a NIfTI-1 image, without an image."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, len(dimensions), *dimensions, *[1] * (7 - len(dimensions)))
    struct.pack_into("<f", header, 108, vox_offset)
    header[344:348] = b"n+1\0"
    return bytes(header)


MEG4 = {name: content for name, content in data_set().items() if name.endswith(".meg4")}
RES4 = next(name for name in data_set() if name.endswith(".res4"))
NPY = b"\x93NUMPY\1\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(128, b" ")
CASES = {
    "F1 a negative length": {"a_raw.fif": FILE_ID + tag(101, 3, -1)},
    "F1 a length beyond the file": {"a_raw.fif": FILE_ID + tag(300, 4, 0x7FFFFFFF)},
    "F1 pointers in a circle": {"a_raw.fif": FILE_ID + tag(104, 3, 4, 36) + struct.pack(">i", 100)},
    "F1 a pointer behind the end": {"a_raw.fif": FILE_ID + tag(104, 3, 4, 0x7FFFFFF0) + bytes(4)},
    "F1 blocks 50,000 deep": {"a_raw.fif": FILE_ID + (tag(104, 3, 4) + struct.pack(">i", 100)) * 50_000},
    "F1 nothing but the magic": {"a_raw.fif": FILE_ID[:16]},
    "F1 an empty file": {"a_raw.fif": b""},
    "F2 counts beyond the file": {RES4: res4(count=32_000), **MEG4},
    "F2 a negative count": {RES4: res4(count=-5), **MEG4},
    "F2 samples without end": {RES4: res4(samples=0x7FFFFFFF, trials=30_000), **MEG4},
    "F2 a header that is none": {RES4: b"MEG", **MEG4},
    "F2 a KIT file of another version": {"a.con": b"\xff" * 4 + kit()[4:]},
    "F5 HDF5 in a .mat": {"a.mat": b"MATLAB 7.3 MAT-file".ljust(512) + b"\x89HDF\r\n\x1a\n/etc/passwd"},
    "F5 YAML that calls": {"a.yaml": b"!!python/object/apply:os.system ['touch /tmp/x']"},
    "F6 dimensions whose product overflows": {"a.nii": nifti(32767, 32767, 32767, 32767)},
    "F6 negative dimensions": {"a.nii": nifti(-1, -1, -1)},
    "F6 an image behind the end": {"a.nii": nifti(4, 4, 4, vox_offset=3e38)},
    "F6 a bomb under gzip": {"a.nii.gz": gzip.compress(nifti(4, 4, 4) + bytes(5_000_000))},
    "F6 garbage beside it": {"a.bval": b"\xff\0\xfe", "a.bvec": b"1e999 nan", "a.json": b'{"a":' + b"[" * 100_000},
}  # fmt: skip


@pytest.mark.parametrize("files", CASES.values(), ids=CASES)
def test_every_byte_is_kept_and_nothing_breaks(archive, tmp_path, files):
    for name, content in files.items():
        put(tmp_path / "in" / name, content)
    put(tmp_path / "in" / "1.dcm", instance(PatientID="alice"))

    report = archive.take(tmp_path / "in", project="A", subject="S1")

    assert not report.has_failed
    given = {hashlib.sha256(content).hexdigest() for content in files.values()}
    assert given <= set(File.objects.values_list("blob__sha256", flat=True))
    json.dumps([scan.header for scan in Scan.objects.all()], allow_nan=False)


def test_f5_nothing_is_ever_unpickled(archive, tmp_path):
    trap = pickle.dumps(Trap(tmp_path / "sprung"))
    for name, content in {"a.pkl": trap, "a.npy": NPY + trap, "a.joblib": trap}.items():
        put(tmp_path / "in" / name, content)
    put(tmp_path / "in" / "1.dcm", instance(PatientID="alice"))

    archive.take(tmp_path / "in", project="A")

    assert File.objects.count() == 4
    assert not (tmp_path / "sprung").exists()


def test_f2_a_data_set_with_links_out_of_it_takes_nothing_from_there(archive, tmp_path):
    secret = put(tmp_path / "secret" / "passwd", b"root:x:0:0")
    for name, content in data_set().items():
        put(tmp_path / "in" / name, content)
    (tmp_path / "in" / RES4).parent.joinpath("away").symlink_to(secret.parent)

    report = archive.take(tmp_path / "in", project="A", subject="S1")

    assert [item.reason for item in report.unreadable] == [
        "it is a link to a folder; import that folder itself"
    ]
    assert File.objects.count() == len(data_set())
