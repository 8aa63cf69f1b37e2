"""Hashes of bytes that pass by once."""

import hashlib
import zlib

import pytest

from fornix.storage.digests import Hasher

DATA = bytes(range(256)) * 20


def test_all_digests_are_those_of_the_whole_bytes():
    hasher = Hasher()
    hasher.update(DATA)

    digests = hasher.finish()

    assert digests.length == len(DATA)
    assert digests.sha256 == hashlib.sha256(DATA).hexdigest()
    assert digests.md5 == hashlib.md5(DATA).hexdigest()
    assert digests.crc32 == zlib.crc32(DATA)
    assert digests.tail_sha256 is None


@pytest.mark.parametrize("chunk_length", [1, 7, 256, 4096, 10_000])
@pytest.mark.parametrize("tail_offset", [0, 1, 255, 256, 257, len(DATA) - 1, len(DATA), len(DATA) + 5])
def test_the_tail_is_hashed_from_its_offset_however_the_chunks_are_cut(tail_offset, chunk_length):
    hasher = Hasher(tail_offset)
    for start in range(0, len(DATA), chunk_length):
        hasher.update(memoryview(DATA)[start : start + chunk_length])

    digests = hasher.finish()

    assert digests.tail_sha256 == hashlib.sha256(DATA[tail_offset:]).hexdigest()
    assert digests.sha256 == hashlib.sha256(DATA).hexdigest()


def test_a_view_of_wider_items_is_counted_in_bytes():
    hasher = Hasher(tail_offset=4)

    hasher.update(memoryview(DATA).cast("I"))

    assert hasher.finish().length == len(DATA)
    assert hasher.finish().tail_sha256 == hashlib.sha256(DATA[4:]).hexdigest()


def test_no_bytes_have_digests_too():
    digests = Hasher(tail_offset=10).finish()

    assert (digests.length, digests.crc32) == (0, 0)
    assert digests.sha256 == digests.tail_sha256 == hashlib.sha256().hexdigest()
