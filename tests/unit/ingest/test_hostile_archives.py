"""Hostile archives, group A: contained, named with the reason, never a crash. Each case is made here, byte by byte."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from tests.unit.dicom.builder import dataset, part10

from fornix.ingest import archives
from fornix.ingest.source_files import SourceFile
from fornix.ingest.sources import find_sources

TOO_MUCH = "It unpacks to far more than brain images do; unpack it by hand if it is genuine."
LINK = "it is a link or device, not a file"


def unpack(path: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """Contents by name in the archive, and reasons of what cannot be read."""
    contents, refused = {}, {}
    for source in find_sources([path]):
        name = source.name.removeprefix(f"{path}/").removeprefix(f"{path.parent}/")
        if isinstance(source, SourceFile):
            with source.open() as stream:
                contents[name] = stream.read()
        else:
            refused[name] = source.reason
    return contents, refused


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def tarred(*members: tuple[tarfile.TarInfo | str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for member, content in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


def zip_link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def tar_special(kind: bytes, name: str = "odd") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def encrypted() -> bytes:
    content = bytearray(zipped(("secret", b"x" * 50), ("open", b"y")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + at] |= 1  # APPNOTE 4.4.4, bit 0
    return bytes(content)


def with_size(archive: bytes, size: int) -> bytes:
    """The first member declared to be so long, in its own header and in the table of contents."""
    content = bytearray(archive)
    struct.pack_into("<L", content, 22, size)
    struct.pack_into("<L", content, content.find(b"PK\x01\x02") + 24, size)
    return bytes(content)


def nested(depth: int) -> bytes:
    content = b"x"
    for _ in range(depth):
        content = zipped(("inner.zip", content))
    return content


def overlapping(count: int) -> bytes:
    """Many members in the table of contents, one piece of bytes: each claims it."""
    whole = zipped(("0", bytes(50_000)))
    start = whole.find(b"PK\x01\x02")
    entry = whole[start : whole.find(b"PK\x05\x06")]
    entries = b"".join(entry[:46] + b"%c" % (48 + number) + entry[47:] for number in range(count))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entries), start, 0)
    return whole[:start] + entries + end


def two_tables() -> bytes:
    """Two archives in one file, each with an end of its own: programs differ in which of them they believe."""
    return zipped(("first", b"1")) + zipped(("second", b"2"))


def wrong_zip64() -> bytes:
    content = bytearray(zipped(("a", b"x")))
    end = content.rfind(b"PK\x05\x06")
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, 1 << 60, 1)
    struct.pack_into("<L", content, end + 16, 0xFFFFFFFF)
    return bytes(content[:end] + locator + content[end:])


def pax_override() -> bytes:
    made = io.BytesIO()
    info = tarfile.TarInfo("plain")
    info.size = 1
    info.pax_headers = {"path": "../../../etc/cron.d/x", "size": "1"}
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(b"x"))
    return made.getvalue()


def exabytes() -> bytes:
    header = tarfile.TarInfo("sparse")
    header.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    block[483:495] = b"\x80" + (1 << 60).to_bytes(11, "big")  # the size it claims to unpack to
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + bytes(1024)


X = b"x"
CASES = {
    "A1 a way up": ("a.zip", zipped(("../../etc/cron.d/x", X)), {"etc/cron.d/x": X}, {}),
    "A1 a way up in a tar": ("a.tar", tarred(("../../etc/cron.d/x", X)), {"etc/cron.d/x": X}, {}),
    "A2 an absolute name": ("a.zip", zipped(("/tmp/x", X)), {"tmp/x": X}, {}),
    "A3 a drive": ("a.zip", zipped(("C:\\x", X)), {"C:/x": X}, {}),
    "A3 backslashes": ("a.zip", zipped(("..\\..\\x", X)), {"x": X}, {}),
    "A4 a link, then a file through it": (
        "a.zip",
        zipped((zip_link("away"), b"/etc"), ("away/passwd", X)),
        {"away/passwd": X},
        {"away": LINK},
    ),
    "A5 a hard link": ("a.tar", tarred((tar_special(tarfile.LNKTYPE), b""), ("b", X)), {"b": X}, {"odd": LINK}),
    "A5 a device": ("a.tar", tarred((tar_special(tarfile.BLKTYPE), b""), ("b", X)), {"b": X}, {"odd": LINK}),
    "A5 a pipe": ("a.tar", tarred((tar_special(tarfile.FIFOTYPE), b""), ("b", X)), {"b": X}, {"odd": LINK}),
    "A6, A7 archives in archives, opened once": ("a.zip", nested(40), {"inner.zip": nested(39)}, {}),
    "A8 members that share bytes": (
        "a.zip",
        overlapping(50),
        {},
        {"a.zip": "the zip archive is damaged: its members lie one in the other"},
    ),
    "A12 a NUL": ("a.zip", zipped(("a\0b", X)), {"a": X}, {}),
    "A12 a line break": ("a.zip", zipped(("a\nb", X)), {"a\nb": X}, {}),
    "A12 text that turns around": ("a.zip", zipped(("\u202egpj.exe", X)), {"\u202egpj.exe": X}, {}),
    "A12 300 letters": ("a.zip", zipped(("n" * 300, X)), {"n" * 300: X}, {}),
    "A12 names of devices": ("a.zip", zipped(("CON", X), ("AUX.", X)), {"CON": X, "AUX.": X}, {}),
    "A14 an encrypted member": ("a.zip", encrypted(), {"open": b"y"}, {"secret": "it is encrypted"}),
    "A15 a path in a pax header": ("a.tar", pax_override(), {"etc/cron.d/x": X}, {}),
    "A15 a sparse file of exabytes": ("a.tar", exabytes(), {}, {"a.tar": TOO_MUCH}),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "read", "refused"), CASES.values(), ids=CASES)
def test_an_archive_is_read_as_far_as_it_can_be_and_leads_nowhere(
    tmp_path, monkeypatch, name, content, read, refused
):
    monkeypatch.setattr(archives, "FREE_BYTES", 1_000_000)
    path = tmp_path / name
    path.write_bytes(content)

    assert unpack(path) == (read, refused)
    assert list(tmp_path.iterdir()) == [path]


def test_a11_names_that_differ_in_case_or_form_alone_are_all_read(tmp_path):
    names = ["Scan", "scan", "caf\u00e9", "cafe\u0301"]
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(*((name, name.encode()) for name in names)))

    assert unpack(path) == ({name: name.encode() for name in names}, {})


DIFFERING = {
    "A13 two tables of contents": two_tables(),
    "A13 data after the end": zipped(("a", X)) + b"and more" * 10,
    "A13 data before the beginning": b"PK\x03\x04" + bytes(100) + zipped(("a", X)),
    "A13 a zip64 end that leads nowhere": wrong_zip64(),
    "A9 declared small, and more comes": with_size(zipped(("a", bytes(90_000))), 10),
    "A9 declared huge, and little comes": with_size(zipped(("a", b"little")), 0xFFFFFFF0),
}


@pytest.mark.parametrize("content", DIFFERING.values(), ids=DIFFERING)
def test_what_programs_read_differently_is_told_or_read_in_bounded_memory(tmp_path, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    tracemalloc.start()

    contents, refused = unpack(path)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert contents or refused
    assert all(len(held) <= 90_000 for held in contents.values())
    assert peak < 20 << 20


@pytest.fixture
def small_limits(monkeypatch):
    monkeypatch.setattr(archives, "FREE_BYTES", 100_000)
    monkeypatch.setattr(archives, "MAX_RATIO", 10)
    monkeypatch.setattr(archives, "MAX_MEMBERS", 100)


def gzip_bomb() -> bytes:
    """A DICOM file whose pixels go on without end."""
    return gzip.compress(part10(dataset()) + bytes(3_000_000))


BOMBS = {
    "A6 one member": ("a.zip", zipped(("bomb", bytes(3_000_000)))),
    "A10 files without number": ("a.zip", zipped(*((str(number), b"") for number in range(200)))),
    "A10 in a tar": ("a.tar", tarred(*((str(number), b"") for number in range(200)))),
    "A16 an image under gzip": ("a.dcm.gz", gzip_bomb()),
    "A16 a tar under gzip": ("a.tgz", gzip.compress(tarred(("bomb", bytes(3_000_000))))),
}


@pytest.mark.parametrize(("name", "content"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_left_alone(tmp_path, small_limits, name, content):
    path = tmp_path / name
    path.write_bytes(content)

    contents, refused = unpack(path)

    assert refused == {name: TOO_MUCH}
    assert sum(map(len, contents.values())) <= 100_000
