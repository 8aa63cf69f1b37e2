"""Hashes of bytes that pass by once."""

import hashlib
import os
import signal
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


def test_large_chunks_are_hashed_before_their_memory_is_used_again():
    whole = DATA * 200
    buffer = bytearray(100_000)
    hasher = Hasher()
    for start in range(0, len(whole), len(buffer)):
        piece = whole[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        hasher.update(memoryview(buffer)[: len(piece)])

    digests = hasher.finish()

    assert digests.md5 == hashlib.md5(whole).hexdigest()
    assert digests.sha256 == hashlib.sha256(whole).hexdigest()


def test_a_forked_process_hashes_too():
    Hasher().update(bytes(100_000))
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # it would wait for its parent's threads without end
        Hasher().update(bytes(100_000))
        os._exit(0)

    assert os.waitpid(child, 0)[1] == 0
