"""Hostile and damaged archives (hostile inputs, A): contained, named with the reason, never a crash."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile

import pytest
from tests.unit.dicom.builder import dataset, part10

from fornix.ingest import archives
from fornix.ingest.source_files import SourceFile
from fornix.ingest.sources import find_sources


def unpack(path) -> tuple[dict[str, bytes], dict[str, str]]:
    """Contents by name in the archive, and reasons of what cannot be read."""
    contents, refused = {}, {}
    for source in find_sources([path]):
        name = source.name.removeprefix(f"{path}/")
        if isinstance(source, SourceFile):
            with source.open() as stream:
                contents[name] = stream.read()
                assert len(contents[name]) == source.length
        else:
            refused[name.removeprefix(f"{path.parent}/")] = source.reason
    return contents, refused


@pytest.fixture
def zip_of(tmp_path):
    def make(members: list[tuple[str, bytes]], *, compression=zipfile.ZIP_DEFLATED):
        path = tmp_path / "data.zip"
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, content in members:
                archive.writestr(zipfile.ZipInfo(name), content, compression)
        return path

    return make


@pytest.fixture
def tar_of(tmp_path):
    def make(members: list[tarfile.TarInfo | tuple[str, bytes]], name="data.tar", mode="w"):
        path = tmp_path / name
        with tarfile.open(path, mode) as archive:
            for member in members:
                if isinstance(member, tarfile.TarInfo):
                    archive.addfile(member)
                    continue
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
        return path

    return make


OUTSIDE = [
    ("../../etc/cron.d/x", "etc/cron.d/x"),
    ("/tmp/x", "tmp/x"),
    ("..\\..\\x", "x"),
    ("a/./b/../c", "a/b/c"),
    ("..", "unnamed"),
    ("\u202egpj.exe", "\u202egpj.exe"),
    ("n" * 300, "n" * 300),
    ("CON", "CON"),
]


@pytest.mark.parametrize(("name", "kept"), OUTSIDE, ids=range(len(OUTSIDE)))
def test_a_member_is_named_inside_its_archive_whatever_it_says(zip_of, tar_of, name, kept):
    assert unpack(zip_of([(name, b"x")])) == ({kept: b"x"}, {})
    assert unpack(tar_of([(name, b"x")])) == ({kept: b"x"}, {})


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_devices_and_pipes_in_a_tar_are_told_and_the_rest_is_read(tar_of, kind):
    odd = tarfile.TarInfo("odd")
    odd.type, odd.linkname = kind, "/etc/passwd"

    assert unpack(tar_of([odd, ("odd/through", b"x")])) == (
        {"odd/through": b"x"},
        {"odd": "it is a link or device, not a file"},
    )


def test_a_name_given_twice_is_read_twice(zip_of):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zip_of([("a", b"1"), ("a", b"2"), ("A", b"3")])

    names = []
    for source in find_sources([path]):
        with source.open():
            names.append(source.name.rpartition("/")[2])
    assert names == ["a", "a", "A"]


def test_an_encrypted_member_is_told_and_the_others_are_read(zip_of):
    path = zip_of([("secret", b"x" * 50), ("open", b"y")])
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + at] |= 1  # APPNOTE 4.4.4, bit 0
    path.write_bytes(content)

    assert unpack(path) == ({"open": b"y"}, {"secret": "it is encrypted"})


def test_a_member_whose_bytes_are_damaged_is_told_and_the_others_are_read(zip_of):
    path = zip_of([("a", b"x" * 1000), ("b", b"y")], compression=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"xxxx", b"xxzx", 1))

    contents, refused = unpack(path)

    assert contents == {"b": b"y"}
    assert "CRC" in refused["a"]


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", ["data.zip", "data.tar", "data.tar.gz", "data.tar.bz2", "data.tar.xz"])
def test_an_archive_that_was_cut_off_is_told(zip_of, tar_of, name, share):
    members = [(f"{number}.txt", random.Random(number).randbytes(3000)) for number in range(20)]
    mode = "w" if name.endswith("tar") else f"w:{name.rpartition('.')[2]}"
    path = zip_of(members) if name == "data.zip" else tar_of(members, name, mode)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole.rstrip(b"\0")) * share)])

    contents, refused = unpack(path)

    assert list(refused) == [name]
    assert "damaged" in refused[name]
    assert set(contents) < {member for member, _ in members}


def test_flipped_bits_in_an_archive_never_end_the_import(zip_of, tar_of):
    members = [(f"{number}.txt", bytes(range(256)) * 4) for number in range(4)]
    for path in (zip_of(members), tar_of(members), tar_of(members, "data.tar.gz", "w:gz")):
        whole = path.read_bytes()
        for at in range(0, len(whole), 1 + len(whole) // 150):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
            unpack(path)


@pytest.fixture
def small_limits(monkeypatch):
    monkeypatch.setattr(archives, "FREE_BYTES", 100_000)
    monkeypatch.setattr(archives, "MAX_RATIO", 10)


TOO_MUCH = "It unpacks to far more than brain images do; unpack it by hand if it is genuine."


def test_an_archive_that_unpacks_to_far_too_much_is_left_alone(zip_of, tar_of, small_limits):
    members = [("first", b"x"), ("bomb", bytes(2_000_000)), ("last", b"x")]

    assert unpack(zip_of(members)) == ({"first": b"x"}, {"data.zip": TOO_MUCH})
    assert unpack(tar_of(members, "data.tgz", "w:gz")) == ({"first": b"x"}, {"data.tgz": TOO_MUCH})


def test_a_sparse_file_of_exabytes_is_left_alone(tmp_path, small_limits):
    header = tarfile.TarInfo("sparse")
    header.type, header.size = tarfile.GNUTYPE_SPARSE, 0
    block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    block[483:495] = b"\x80" + (1 << 60).to_bytes(11, "big")  # the size it claims to unpack to
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    path = tmp_path / "data.tar"
    path.write_bytes(bytes(block) + bytes(1024))

    assert unpack(path) == ({}, {"data.tar": TOO_MUCH})


def test_more_files_than_any_study_has_are_left_alone(zip_of, tar_of, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    members = [(str(number), b"") for number in range(5)]

    assert unpack(zip_of(members)) == (dict.fromkeys("012", b""), {"data.zip": TOO_MUCH})
    assert unpack(tar_of(members))[1] == {"data.tar": TOO_MUCH}


@pytest.mark.parametrize("is_zip64", [False, True])
def test_a_zip_whose_table_of_contents_would_fill_the_memory_is_left_alone(zip_of, is_zip64):
    path = zip_of([("a", b"x")])
    content = bytearray(path.read_bytes())
    end = content.rfind(b"PK\x05\x06")
    content[end + 12 : end + 16] = struct.pack("<L", 0xFFFFFFFF if is_zip64 else 1 << 30)
    record = b"PK\x06\x06" + bytes(36) + struct.pack("<Q", 1 << 40) + bytes(8)
    path.write_bytes(content[:end] + (record if is_zip64 else b"") + content[end:])

    assert unpack(path) == ({}, {"data.zip": TOO_MUCH})


def test_an_archive_in_an_archive_is_one_file(zip_of, tmp_path):
    inner = zip_of([("a", b"x")]).read_bytes()

    assert unpack(zip_of([("inner.zip", inner)])) == ({"inner.zip": inner}, {})


@pytest.mark.parametrize("squeeze", [gzip.compress, bz2.compress, lzma.compress])
def test_other_compressed_files_are_kept_as_they_are(tmp_path, squeeze):
    path = tmp_path / "log.txt.z"
    path.write_bytes(squeeze(b"a log\n" * 100))

    (source,) = find_sources([path])

    assert source.length == path.stat().st_size


def test_dicom_under_gzip_that_was_cut_off_is_told(tmp_path):
    path = tmp_path / "image.dcm.gz"
    path.write_bytes(gzip.compress(part10(dataset() + bytes(range(256)) * 20))[:-6])

    assert unpack(path)[1].keys() == {"image.dcm.gz"}


def test_an_old_tar_without_a_mark_is_known_by_its_name(tar_of):
    path = tar_of([("a", b"x")])
    block = bytearray(path.read_bytes())
    block[257:265] = bytes(8)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])
    path.write_bytes(block)

    assert unpack(path) == ({"a": b"x"}, {})
