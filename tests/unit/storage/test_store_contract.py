"""What every store promises, asked of each of them."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from fornix.errors import Invalid, Refused, Unavailable
from fornix.storage.local import LocalStore
from fornix.storage.memory import MemoryStore
from fornix.storage.store import BytesMissing, KeyTaken


@pytest.fixture(params=["local", "memory"])
def store(request, tmp_path):
    return LocalStore(tmp_path / "not" / "made" / "yet") if request.param == "local" else MemoryStore()


def keys(store, prefix=""):
    return [stat.key for stat in store.list(prefix)]


def read(store, key):
    with store.open(key) as reader:
        return reader.read()


def test_what_was_put_is_read_back_with_its_digests(store):
    digests = store.put("2026/11/23/u/0", [b"abc", memoryview(b"def"), b""], tail_offset=4)

    with store.open("2026/11/23/u/0") as reader:
        assert reader.read() == b"abcdef"
    assert digests.sha256 == hashlib.sha256(b"abcdef").hexdigest()
    assert digests.tail_sha256 == hashlib.sha256(b"ef").hexdigest()
    assert digests.length == 6


def test_no_bytes_are_bytes_too(store):
    store.put("empty", [])

    assert store.stat("empty").length == 0
    assert read(store, "empty") == b""


def test_a_buffer_that_is_used_again_for_each_chunk_is_copied_in_time(store):
    buffer = bytearray(4)

    def chunks():
        for word in (b"one ", b"two ", b"tri "):
            buffer[:] = word
            yield memoryview(buffer)

    store.put("k", chunks())

    assert read(store, "k") == b"one two tri "


@pytest.mark.parametrize(
    ("offset", "length", "expected"),
    [
        (0, None, b"0123456789"),
        (3, None, b"3456789"),
        (3, 4, b"3456"),
        (0, 0, b""),
        (8, 100, b"89"),
        (10, None, b""),
        (99, 5, b""),
        (0, 2, b"01"),
    ],
)
def test_a_part_is_read_as_if_it_were_the_whole(store, offset, length, expected):
    store.put("k", [b"0123456789"])

    with store.open("k", offset, length) as reader:
        assert reader.read() == expected
        assert reader.seek(0, os.SEEK_END) == len(expected)
        assert reader.seek(0) == 0
        assert reader.read(2) == expected[:2]
        assert reader.read() == expected[2:]
        assert reader.read(1) == b""


def test_a_part_can_be_sought_in_all_three_ways(store):
    store.put("k", [b"0123456789"])

    with store.open("k", 2, 6) as reader:
        reader.seek(-2, os.SEEK_END)
        assert reader.read() == b"67"
        reader.seek(1)
        reader.seek(2, os.SEEK_CUR)
        assert reader.read(1) == b"5"
        assert reader.tell() == 4
        with pytest.raises(ValueError, match="first byte"):
            reader.seek(-1)


@pytest.mark.parametrize(("offset", "length"), [(-1, None), (0, -1)])
def test_a_negative_part_is_refused(store, offset, length):
    store.put("k", [b"0123456789"])

    with pytest.raises(Invalid):
        store.open("k", offset, length)


def test_a_key_is_written_once(store):
    store.put("a/k", [b"first"])

    with pytest.raises(KeyTaken):
        store.put("a/k", [b"second"])

    assert read(store, "a/k") == b"first"
    assert issubclass(KeyTaken, Refused)


@pytest.mark.parametrize(("first", "second"), [("a/b", "a"), ("a", "a/b"), ("a", "a/b/c")])
@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two puts"])
def test_a_key_is_never_the_folder_of_another(store, first, second, together):
    def put_both():
        if not together:
            store.put(first, [b"1"])
        with store.batch() as batch:
            if together:
                batch.put(first, [b"1"])
            batch.put(second, [b"2"])

    with pytest.raises(KeyTaken):
        put_both()

    assert keys(store) == ([] if together else [first])


def test_a_missing_key_has_no_stat_and_opens_as_unavailable(store):
    assert store.stat("gone") is None
    with pytest.raises(BytesMissing):
        store.open("gone")
    assert issubclass(BytesMissing, Unavailable)


def test_a_folder_is_no_key(store):
    store.put("a/b", [b"1"])

    assert store.stat("a") is None
    store.delete("a")
    with pytest.raises(BytesMissing):
        store.open("a")
    assert keys(store) == ["a/b"]


@pytest.mark.parametrize("verb", ["put", "open", "stat", "delete", "list"])
def test_every_verb_refuses_a_key_that_leaves_the_store(store, verb):
    arguments = (["x"],) if verb == "put" else ()

    with pytest.raises(Invalid):
        list(getattr(store, verb)("../outside", *arguments) or ())


def test_stat_tells_length_and_an_aware_time(store):
    store.put("k", [b"12345"])

    stat = store.stat("k")

    assert (stat.key, stat.length) == ("k", 5)
    assert abs(stat.modified_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_deleting_twice_is_no_error_and_frees_the_key(store):
    store.put("a/k", [b"1"])

    store.delete("a/k")
    store.delete("a/k")

    assert store.stat("a/k") is None
    assert keys(store) == []
    store.put("a/k", [b"2"])


def test_list_yields_the_keys_of_a_prefix_sorted_as_text(store):
    names = ["b", "a/2", "a/10", "a-b/1", "a.b", "a/1/x", "ab/1", "a0"]
    for name in names:
        store.put(name, [b"1"])

    assert keys(store) == sorted(names)
    for prefix in ["a", "a/", "a/1", "a-", "a/1/x", "zz", "b/c", "a/2/"]:
        assert keys(store, prefix) == sorted(name for name in names if name.startswith(prefix))


def test_a_batch_is_seen_when_it_ends(store):
    with store.batch() as batch:
        batch.put("a/1", [b"one"])
        batch.put("b/2", [b"two"])
        assert keys(store) == []

    assert keys(store) == ["a/1", "b/2"]
    assert read(store, "b/2") == b"two"


def test_a_batch_that_ends_with_an_error_leaves_nothing(store):
    def fail_in_the_middle():
        with store.batch() as batch:
            batch.put("a/1", [b"one"])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_in_the_middle()

    assert keys(store) == []
    store.put("a/1", [b"again"])


def test_a_put_that_fails_leaves_the_rest_of_its_batch(store):
    def cut_off():
        yield b"some"
        raise OSError("the sender hung up")

    with store.batch() as batch:
        batch.put("a/1", [b"one"])
        with pytest.raises(OSError, match="hung up"):
            batch.put("a/2", cut_off())
        batch.put("a/2", [b"again"])

    assert keys(store) == ["a/1", "a/2"]
    assert read(store, "a/2") == b"again"


def test_a_key_twice_in_one_batch_is_refused(store):
    with store.batch() as batch:
        batch.put("k", [b"first"])
        with pytest.raises(KeyTaken):
            batch.put("k", [b"second"])

    assert read(store, "k") == b"first"


def test_a_key_that_another_writer_took_meanwhile_undoes_the_whole_batch(store):
    def race():
        with store.batch() as batch:
            batch.put("a", [b"mine"])
            batch.put("k", [b"mine"])
            store.put("k", [b"theirs"])

    with pytest.raises(KeyTaken):
        race()

    assert keys(store) == ["k"]
    assert read(store, "k") == b"theirs"


def test_threads_put_into_one_batch(store):
    bodies = {f"t/{n}": bytes([n % 251]) * 3000 for n in range(300)}

    with store.batch() as batch, ThreadPoolExecutor(4) as pool:
        digests = list(pool.map(lambda key: batch.put(key, [bodies[key]]), bodies))

    assert keys(store) == sorted(bodies)
    assert [each.sha256 for each in digests] == [hashlib.sha256(body).hexdigest() for body in bodies.values()]
    assert [read(store, key) for key in bodies] == list(bodies.values())


def test_of_many_writers_of_one_key_one_wins(store):
    def put(n):
        try:
            store.put("k", [str(n).encode()])
        except KeyTaken:
            return None
        return n

    with ThreadPoolExecutor(8) as pool:
        winners = [n for n in pool.map(put, range(40)) if n is not None]

    assert len(winners) == 1
    assert read(store, "k") == str(winners[0]).encode()


def test_a_batch_that_has_ended_takes_no_more(store):
    with store.batch() as batch:
        pass

    with pytest.raises(RuntimeError):
        batch.put("k", [b"late"])

    assert keys(store) == []
