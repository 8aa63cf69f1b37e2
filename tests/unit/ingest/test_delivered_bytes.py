"""Pieces of a stream, parts read as one file, and names that senders give."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.ingest.deliveries_names import NameUnfit, another_name, clean_name
from fornix.ingest.deliveries_parts import Part, hash_parts, open_parts
from fornix.ingest.deliveries_pieces import Pieces, TooLong
from fornix.storage.memory import MemoryStore

CONTENT = bytes(range(256)) * 4


def stored(sizes: list[int]) -> tuple[MemoryStore, list[Part]]:
    """CONTENT in parts of these sizes."""
    store, parts, offset = MemoryStore(), [], 0
    for number, size in enumerate(sizes):
        content = CONTENT[offset : offset + size]
        store.put(f"d/{number}", [content])
        parts.append(Part(offset, len(content), f"d/{number}"))
        offset += size
    return store, parts


@given(
    st.lists(st.binary(max_size=9), max_size=9),
    st.one_of(st.none(), st.integers(min_value=1, max_value=5)),
)
def test_pieces_together_are_what_came(chunks: list[bytes], size: int | None):
    pieces = Pieces(chunks, room=1000, piece_bytes=size)
    cut = [b"".join(piece) for piece in pieces]

    assert b"".join(cut) == b"".join(chunks)
    assert all(cut)
    assert all(len(piece) == size for piece in cut[:-1]) if size else len(cut) <= 1


def test_more_than_there_is_room_for_is_refused_within_its_piece():
    pieces = iter(Pieces([b"123456"], room=5, piece_bytes=3))
    assert b"".join(next(pieces)) == b"123"

    with pytest.raises(TooLong):
        b"".join(next(pieces))


@given(st.integers(0, 1100), st.integers(0, 1100))
def test_parts_read_as_one_file(begin: int, size: int):
    store, parts = stored([1, 300, 23, 700])
    with open_parts(store, parts) as stream:
        stream.seek(begin)

        assert stream.read(size) == CONTENT[begin : begin + size]


@pytest.mark.parametrize("sizes", [[1024], [1, 1023], [512, 512], [256] * 4])
def test_parts_have_the_hash_of_the_whole(sizes):
    import hashlib

    assert hash_parts(*stored(sizes)) == hashlib.sha256(CONTENT).hexdigest()


def test_the_end_of_a_file_in_parts_is_found_from_behind():
    store, parts = stored([1000, 24])
    with open_parts(store, parts) as stream:
        assert stream.seek(-4, os.SEEK_END) == 1020
        assert stream.read() == CONTENT[-4:]
        assert stream.read() == b""


def test_a_file_without_parts_is_empty():
    with open_parts(MemoryStore(), []) as stream:
        assert (stream.read(), stream.seek(0, io.SEEK_END)) == (b"", 0)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a/b/c.dcm", "a/b/c.dcm"),
        ("//a//b", "a/b"),
        ("./a/../b", "a/b"),
        ("\\\\server\\share\\x", "server/share/x"),
        ("a/\u202egnp.exe", "a/_gnp.exe"),
        (" a ", " a "),
    ],
)
def test_names_are_cleaned(sent, kept):
    assert clean_name(sent) == kept


@pytest.mark.parametrize("sent", ["", " ", "///", "..", "C:\\", "x" * 901])
def test_what_is_no_name_is_refused(sent):
    with pytest.raises(NameUnfit):
        clean_name(sent)


def test_another_of_one_name_keeps_folder_and_ending():
    assert another_name("a/b.nii.gz", 2) == "a/b~2.nii.gz"
    assert another_name("README", 3) == "README~3"
