"""Manifests as bytes: whole or known not to be, the same for the same lines, the newest two kept."""

from __future__ import annotations

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.integrity.manifest_text import (
    ManifestUnreadable,
    compress,
    drop_older,
    manifest_owners,
    read_lines,
    stored_numbers,
)
from fornix.storage.keys import manifest_key
from fornix.storage.memory import MemoryStore

KEY = manifest_key("E1", 1)
LINES = [{"session": "Ünïcode"}, {"file": 1}, {"file": 2}]
WHOLE = b"".join(compress(LINES))


def reading(content: bytes) -> list[dict]:
    store = MemoryStore()
    store.put(KEY, [content])
    return list(read_lines(store, KEY))


def test_lines_come_back_as_they_were_and_the_same_lines_are_the_same_bytes():
    assert reading(WHOLE) == LINES
    assert b"".join(compress(LINES)) == WHOLE
    assert gzip.decompress(WHOLE).count(b"\n") == len(LINES) + 1


@given(st.integers(0, len(WHOLE) - 1))
def test_a_manifest_that_is_cut_off_anywhere_is_known_for_it(length):
    with pytest.raises(ManifestUnreadable):
        reading(WHOLE[:length])


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 7))
def test_a_flipped_bit_is_found_or_changes_nothing(place, bit):
    damaged = bytearray(WHOLE)
    damaged[place] ^= 1 << bit
    with suppress(ManifestUnreadable):
        assert reading(bytes(damaged)) == LINES


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not compressed", id="no gzip"),
        pytest.param(gzip.compress(b"[1]\n"), id="no object"),
        pytest.param(gzip.compress(b'{"a":1}\n'), id="no last line"),
        pytest.param(gzip.compress(b'{"a":1}\n{"end":2}\n'), id="a line is missing"),
        pytest.param(gzip.compress(b'{"end":0}\n{"a":1}\n'), id="more after the end"),
        pytest.param(gzip.compress(b"[" * 100_000), id="deep"),
    ],
)
def test_what_is_no_manifest_is_refused(content):
    with pytest.raises(ManifestUnreadable):
        reading(content)


def test_what_the_lines_raise_leaves_nothing_in_the_store():
    def changing():
        yield LINES[0]
        raise KeyError

    store = MemoryStore()
    with pytest.raises(KeyError):
        store.put(KEY, compress(changing()))

    assert list(store.list()) == []


def test_the_two_newest_are_kept_by_their_numbers_not_as_text():
    store = MemoryStore()
    for number in (2, 9, 10, 11):
        store.put(manifest_key("E1", number), [b"x"])
    store.put(manifest_key("E10", 1), [b"x"])

    drop_older(store, "E1", stored_numbers(store, "E1"))

    assert stored_numbers(store, "E1") == [10, 11]
    assert list(manifest_owners(store)) == ["E1", "E10"]
