"""Small recordings made in code, and a way to search them as if they lay in an import folder."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fornix.meg.recordings import Candidate, Found, find_recordings

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.fixture
def find() -> Callable[[Mapping[str, bytes]], Found]:
    """Search files that are given as a mapping of path to bytes."""

    def search(files: Mapping[str, bytes]) -> Found:
        candidates = [Candidate(path, len(data)) for path, data in files.items()]
        return find_recordings(candidates, lambda path: io.BytesIO(files[path]))

    return search


@pytest.fixture
def find_in() -> Callable[[Path], Found]:
    """Search a folder on disk."""

    def search(root: Path) -> Found:
        paths = [path for path in root.rglob("*") if path.is_file()]
        candidates = [Candidate(path.relative_to(root).as_posix(), path.stat().st_size) for path in paths]
        return find_recordings(candidates, lambda path: (root / path).open("rb"))

    return search


@pytest.fixture
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the shared scanner files are not beside the repository ({SHARED.name} folder missing)")
    return SHARED


def tag(kind: int, type_: int, data: bytes, next_: int = 0) -> bytes:
    return struct.pack(">4i", kind, type_, len(data), next_) + data


def integer(kind: int, value: int) -> bytes:
    return tag(kind, 3, struct.pack(">i", value))


def block(kind: int, *content: bytes) -> bytes:
    return integer(104, kind) + b"".join(content) + integer(105, kind)


def fif_id(seconds: int) -> bytes:
    return struct.pack(">5i", 0x10003, 7, 7, seconds, 0)


def link(role: int, number: int, name: str = "", id_: bytes = b"") -> bytes:
    named = tag(118, 10, name.encode()) if name else b""
    return block(118, integer(115, role), named, tag(116, 31, id_) if id_ else b"", integer(117, number))


@pytest.fixture
def make_fif() -> Callable[..., bytes]:
    """A FIF file of two magnetometers at 100 Hz: `samples` samples in buffers of 100."""

    def make(
        *,
        seconds=1_700_000_000,
        samples=200,
        first=0,
        his_id="",
        before=b"",
        after=b"",
        history=b"",
        name_of_person="",
    ) -> bytes:
        channel = struct.pack(">3i2fi12f2i16s", 1, 1, 1, 1.0, 1.0, 3024, *([0.0] * 12), 112, 0, b"MEG0111")
        person = tag(401, 10, name_of_person.encode()) + tag(403, 10, name_of_person.encode())
        info = block(
            101,
            block(106, person, tag(410, 10, his_id.encode())),
            integer(200, 2),
            tag(201, 4, struct.pack(">f", 100.0)),
            tag(204, 3, struct.pack(">2i", seconds, 0)),
            channel and tag(203, 30, channel) * 2,
            history,
        )
        buffers = b"".join(tag(300, 4, bytes(8 * 100)) for _ in range(samples // 100))
        start = integer(208, first) if first else b""
        measurement = block(
            100, tag(103, 31, fif_id(1_600_000_000)), info, block(102, start, before, buffers, after)
        )
        return tag(100, 31, fif_id(seconds)) + integer(101, -1) + measurement

    return make


@pytest.fixture
def fif_link() -> Callable[..., bytes]:
    """A pointer to the previous (role 1) or next (role 2) file."""
    return link


@pytest.fixture
def fif_block() -> Callable[..., bytes]:
    return block


@pytest.fixture
def fif_tag() -> Callable[..., bytes]:
    return tag
