"""The ZIP that is a function of a list. Python's zipfile and Info-ZIP's unzip judge it."""

import hashlib
import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.errors import Invalid, Unavailable
from fornix.storage.memory import MemoryStore
from fornix.storage.zips import ZipEntry, ZipPlan

NOON = datetime(2026, 11, 23, 12, 0, 31, tzinfo=UTC)
GIB = 1 << 30


def whole(plan):
    return b"".join(plan.stream())


def small_entries():
    return [
        ZipEntry.of_bytes("manifest.json", b"{}"),
        ZipEntry.of_bytes("scans/1-Localiser/DICOM/0", b"x" * 5000),
        ZipEntry.of_bytes("scans/2-Größe/名前.fif", bytes(range(256))),
        ZipEntry.of_bytes("empty", b""),
    ]


class Zeros(io.RawIOBase):
    """As many zeros as asked for, none of them kept."""

    def __init__(self, length):
        self.left = length

    def readable(self):
        return True

    def readinto(self, buffer):
        given = min(len(buffer), self.left)
        buffer[:given] = bytes(given)
        self.left -= given
        return given


def zeros_entry(name, length, opened=None):
    def open_zeros(offset, wanted):
        if opened is not None:
            opened.append((name, offset, wanted))
        return io.BufferedReader(Zeros(length - offset if wanted is None else wanted))

    return ZipEntry(name, length, 0x12345678, "0" * 64, open_zeros)


class PlanFile(io.RawIOBase):
    """A plan as a seekable file, nothing of it kept."""

    def __init__(self, plan):
        self.plan = plan
        self.position = 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.position

    def seek(self, offset, whence=io.SEEK_SET):
        self.position = offset + {0: 0, 1: self.position, 2: self.plan.length}[whence]
        return self.position

    def readinto(self, buffer):
        stop = min(self.plan.length, self.position + len(buffer))
        data = b"".join(self.plan.stream(min(self.position, stop), stop))
        buffer[: len(data)] = data
        self.position += len(data)
        return len(data)


@pytest.mark.parametrize("entries", [small_entries(), []], ids=["some files", "no file"])
def test_zipfile_reads_back_what_was_put_in(entries):
    plan = ZipPlan(entries, NOON)
    data = whole(plan)

    assert len(data) == plan.length
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [entry.name for entry in entries]
        assert [archive.read(entry.name) for entry in entries] == [
            entry.open(0, None).read() for entry in entries
        ]


def test_files_are_regular_readable_and_dated():
    with zipfile.ZipFile(io.BytesIO(whole(ZipPlan(small_entries(), NOON)))) as archive:
        for info in archive.infolist():
            assert info.external_attr >> 16 == 0o100644
            assert info.create_system == 3
            assert info.date_time == (2026, 11, 23, 12, 0, 30)
            assert info.compress_type == zipfile.ZIP_STORED


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(1979, 12, 31, 23, 59, 59), (1980, 1, 1, 0, 0, 0)),
        (datetime(1980, 1, 1, 0, 0, 1), (1980, 1, 1, 0, 0, 0)),
        (datetime(2107, 12, 31, 23, 59, 59), (2107, 12, 31, 23, 59, 58)),
        (datetime(2108, 1, 1), (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_a_time_that_zip_cannot_say_becomes_the_nearest(moment, written):
    plan = ZipPlan([ZipEntry.of_bytes("a", b"")], moment)

    with zipfile.ZipFile(io.BytesIO(whole(plan))) as archive:
        assert archive.infolist()[0].date_time == written


@pytest.mark.skipif(shutil.which("unzip") is None, reason="Info-ZIP's unzip is not installed")
def test_unzip_finds_no_fault_and_restores_names_bytes_and_modes(tmp_path):
    (tmp_path / "a.zip").write_bytes(whole(ZipPlan(small_entries(), NOON)))
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def unzip(*arguments):
        command = ["unzip", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )

    test = unzip("-t", "a.zip")
    unzip("-q", "a.zip", "-d", "out")

    assert "No errors detected" in test.stdout
    assert test.stderr == ""
    restored = tmp_path / "out/scans/2-Größe/名前.fif"
    assert restored.read_bytes() == bytes(range(256))
    assert restored.stat().st_mode & 0o777 == 0o644


SMALL_PLAN = ZipPlan(small_entries(), NOON)
SMALL_ZIP = whole(SMALL_PLAN)
positions = st.integers(0, SMALL_PLAN.length)


@given(positions, positions, st.integers(1, 6000))
def test_any_range_is_that_slice_of_the_whole(one, other, chunk_bytes):
    start, stop = sorted((one, other))

    pieces = list(SMALL_PLAN.stream(start, stop, chunk_bytes))

    assert b"".join(pieces) == SMALL_ZIP[start:stop]
    assert b"" not in pieces


def test_every_single_byte_can_be_asked_for():
    plan = ZipPlan([ZipEntry.of_bytes(f"{n}", b"a" * n) for n in range(4)], NOON)
    data = whole(plan)

    assert b"".join(b"".join(plan.stream(n, n + 1)) for n in range(plan.length)) == data


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (5, 4), (0, 10**9), (10**9, None)])
def test_a_range_outside_is_refused(start, stop):
    with pytest.raises(Invalid):
        list(SMALL_PLAN.stream(start, stop))


def test_only_the_entries_of_the_range_are_opened_and_only_where_needed():
    opened = []
    plan = ZipPlan([zeros_entry(f"{n}", 1000, opened) for n in range(100)], NOON)
    header = 31  # 30 bytes and a name of one

    list(plan.stream(1031 * 3 + header + 10, 1031 * 4 + header + 20))
    list(plan.stream(1031 * 2, 1031 * 2 + header))
    list(plan.stream(plan.length - 500))
    list(plan.stream(1500, 1500))

    assert opened == [("3", 10, 990), ("4", 0, 20)]


def test_large_entries_are_read_in_pieces_and_small_ones_gathered():
    large = ZipPlan([zeros_entry("a", 10_000)], NOON)
    small = ZipPlan([zeros_entry(f"{n}", 10) for n in range(100)], NOON)

    assert max(len(piece) for piece in large.stream(chunk_bytes=1000)) == 1000
    assert len(list(small.stream(chunk_bytes=1000))) < 15


@pytest.mark.parametrize("missing", [1, 4999, 5000])
def test_a_file_that_became_shorter_breaks_the_download_off(missing):
    entries = small_entries()
    short = ZipEntry.of_bytes(entries[1].name, b"x" * (5000 - missing))
    entries[1] = replace(entries[1], open=short.open)
    plan = ZipPlan(entries, NOON)
    received = []

    with pytest.raises(Unavailable, match="fewer bytes"):
        received.extend(plan.stream(chunk_bytes=50))

    assert received
    assert SMALL_ZIP.startswith(b"".join(received))


def test_the_bytes_of_a_blob_are_read_from_its_place_in_the_key():
    store = MemoryStore()
    store.put("pack", [b"..hello.."])
    entry = ZipEntry.of_blob("a", store, "pack", offset=2, length=5, crc32=zlib.crc32(b"hello"), sha256="")

    with zipfile.ZipFile(io.BytesIO(whole(ZipPlan([entry], NOON)))) as archive:
        assert archive.read("a") == b"hello"
    assert entry.open(1, None).read() == b"ello"
    assert entry.open(1, 99).read() == b"ello"
    assert entry.open(9, None).read() == b""


def test_a_blob_that_is_gone_breaks_the_download_off():
    entry = ZipEntry.of_blob("a", MemoryStore(), "gone", length=5, crc32=0, sha256="")

    with pytest.raises(Unavailable):
        whole(ZipPlan([entry], NOON))


@pytest.mark.parametrize(
    "name",
    [
        *["/a", "a/", "a//b", "../a", "a/../b", "a/..", ".", "a/./b", "a\\b", "C:/a", "c:a"],
        "",
        "a\0b",
        "a\nb",
        "\x7f",
        "\ud800",
        "x" * 65_536,
    ],
    ids=lambda name: ascii(name[:8]),
)
def test_a_name_that_could_do_harm_when_unpacked_is_refused(name):
    with pytest.raises(Invalid) as caught:
        ZipPlan([ZipEntry.of_bytes(name, b"")], NOON)

    assert len(name) < 3 or name not in str(caught.value)


def test_one_name_twice_is_refused():
    with pytest.raises(Invalid):
        ZipPlan([ZipEntry.of_bytes("a", b"1"), ZipEntry.of_bytes("a", b"2")], NOON)


@pytest.mark.parametrize("field", [{"length": -1}, {"crc32": -1}, {"crc32": 1 << 32}], ids=str)
def test_numbers_that_fit_no_record_are_refused(field):
    with pytest.raises(Invalid):
        ZipPlan([replace(ZipEntry.of_bytes("a", b""), **field)], NOON)


def test_the_etag_is_that_of_the_list():
    plan = ZipPlan(small_entries(), NOON)

    assert plan.etag == ZipPlan(small_entries(), NOON).etag
    assert len(bytes.fromhex(plan.etag)) == hashlib.sha256().digest_size


CHANGES = {
    "a name": lambda entries: [replace(entries[0], name="other"), *entries[1:]],
    "a length": lambda entries: [replace(entries[0], length=3), *entries[1:]],
    "a hash": lambda entries: [replace(entries[0], sha256="1" * 64), *entries[1:]],
    "a CRC": lambda entries: [replace(entries[0], crc32=1), *entries[1:]],
    "the order": lambda entries: entries[::-1],
    "one less": lambda entries: entries[1:],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_etag_changes_with(change):
    assert ZipPlan(change(small_entries()), NOON).etag != ZipPlan(small_entries(), NOON).etag


def test_the_etag_changes_with_the_time():
    assert ZipPlan(small_entries(), NOON.replace(minute=1)).etag != ZipPlan(small_entries(), NOON).etag


@pytest.mark.parametrize("count", [65_534, 65_535])
def test_more_files_than_16_bits_can_count(count):
    empty = ZipEntry.of_bytes("0", b"")
    plan = ZipPlan([replace(empty, name=str(n)) for n in range(count)], NOON)
    tail = b"".join(plan.stream(plan.length - 98))

    assert (b"PK\x06\x06" in tail) == (count >= 65_535)
    with zipfile.ZipFile(io.BytesIO(whole(plan))) as archive:
        assert len(archive.infolist()) == count
        assert archive.read(str(count - 1)) == b""


@pytest.mark.parametrize("length", [4 * GIB - 2, 4 * GIB - 1, 4 * GIB, 5 * GIB])
def test_files_and_offsets_above_4_gib_are_told_in_64_bits(length):
    last = ZipEntry.of_bytes("last", b"the end")
    plan = ZipPlan([zeros_entry("large", length), last], NOON)

    with zipfile.ZipFile(PlanFile(plan)) as archive:
        large, small = archive.infolist()
        assert (large.file_size, large.compress_size, large.header_offset) == (length, length, 0)
        assert small.header_offset > length
        assert archive.read("last") == b"the end"
        with archive.open("large") as reader:
            assert reader.read(10) == bytes(10)


@pytest.mark.parametrize(
    ("length", "needs_64_bits"), [(4 * GIB - 2, False), (4 * GIB - 1, True), (5 * GIB, True)]
)
def test_a_local_header_tells_a_large_length_in_its_zip64_field(length, needs_64_bits):
    header = b"".join(ZipPlan([zeros_entry("n", length)], NOON).stream(0, 51))
    version, short_length, extra_length = (
        struct.unpack_from(form, header, at)[0] for form, at in [("<H", 4), ("<I", 22), ("<H", 28)]
    )

    assert version == (45 if needs_64_bits else 20)
    assert short_length == (0xFFFFFFFF if needs_64_bits else length)
    assert extra_length == (20 if needs_64_bits else 0)
    if needs_64_bits:
        assert struct.unpack_from("<HHQQ", header, 31) == (1, 16, length, length)


def test_a_range_deep_inside_a_terabyte_is_computed_alone():
    opened = []
    plan = ZipPlan([zeros_entry(f"{n:03}", 10 * GIB, opened) for n in range(100)], NOON)

    data = b"".join(plan.stream(505 * GIB, 505 * GIB + 100_000))

    assert data == bytes(100_000)
    assert [name for name, _, _ in opened] == ["050"]
