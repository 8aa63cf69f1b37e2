"""That the local store syncs what it acknowledges, and what a failing disk leaves. A killed process cannot show it."""

import errno
import os
import stat
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fornix.errors import Unavailable
from fornix.storage.local import LocalStore
from fornix.storage.store import KeyTaken


@pytest.fixture
def synced(monkeypatch):
    """Paths (of files: the temporary one) that were synced, counted; the real syncs are made."""
    seen = []

    def counting(real):
        def sync(descriptor):
            seen.append(os.readlink(f"/proc/self/fd/{descriptor}").removesuffix(" (deleted)"))
            real(descriptor)

        return sync

    monkeypatch.setattr(os, "fsync", counting(os.fsync))
    monkeypatch.setattr(os, "fdatasync", counting(os.fdatasync))
    return seen


def fail_with(number):
    def fail(*arguments):
        raise OSError(number, os.strerror(number))

    return fail


def files_below(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_put_syncs_its_file_once_and_every_folder_above_it(tmp_path, synced):
    store = LocalStore(tmp_path / "store")
    synced.clear()

    store.put("2026/11/23/u/0", [b"x"])

    folders = ["", "2026", "2026/11", "2026/11/23", "2026/11/23/u"]
    (file,) = (path for path in synced if path.endswith(".part"))
    assert Path(file).parent == tmp_path / "store/2026/11/23/u"
    assert Counter(synced) == Counter([file, *(str(tmp_path / "store" / folder) for folder in folders)])


def test_a_folder_that_another_process_made_is_synced_too(tmp_path, synced):
    store = LocalStore(tmp_path)
    (tmp_path / "a/b").mkdir(parents=True)
    synced.clear()

    store.put("a/b/0", [b"x"])

    assert {str(tmp_path), str(tmp_path / "a"), str(tmp_path / "a/b")} < set(synced)


def test_a_second_put_beside_the_first_syncs_only_its_file_and_their_folder(tmp_path, synced):
    store = LocalStore(tmp_path)
    store.put("a/b/0", [b"x"])
    synced.clear()

    store.put("a/b/1", [b"x"])

    assert len(synced) == 2
    assert str(tmp_path / "a/b") in synced


def test_a_batch_syncs_each_file_once_and_each_folder_once(tmp_path, synced):
    store = LocalStore(tmp_path)

    with store.batch() as batch:
        for n in range(300):
            batch.put(f"d/{n % 3}/{n}", [b"x"])

    counts = Counter(synced)
    temporaries = [path for path in counts if path.endswith(".part")]
    assert len(temporaries) == 300
    assert set(counts) - set(temporaries) == {
        str(tmp_path / folder) for folder in ["", "d", "d/0", "d/1", "d/2"]
    }
    assert set(counts.values()) == {1}


def test_a_file_has_its_name_before_it_and_its_folder_are_synced(tmp_path, monkeypatch):
    store = LocalStore(tmp_path)
    store.put("a/0", [b"x"])
    steps = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (steps.append((tmp_path / "a/1").exists()), real(fd))[1])

    store.put("a/1", [b"x"])

    assert steps == [True, True]


def test_a_root_that_had_to_be_made_is_synced_into_its_folder(tmp_path, synced):
    LocalStore(tmp_path / "x/y")

    assert synced == [str(tmp_path), str(tmp_path / "x")]


def test_more_files_than_a_batch_keeps_open_are_all_kept(tmp_path):
    store = LocalStore(tmp_path)
    before = len(os.listdir("/proc/self/fd"))

    with store.batch() as batch:
        for n in range(600):
            batch.put(f"a/{n}", [b"%d" % n])
            assert len(os.listdir("/proc/self/fd")) <= before + 257

    assert len(os.listdir("/proc/self/fd")) == before
    assert sum(1 for _ in store.list("a/")) == 600


@pytest.mark.parametrize("step", ["write", "fsync", "open", "link"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO], ids=["full", "quota", "broken"])
def test_a_disk_that_fails_at_any_step_is_told_and_leaves_nothing(tmp_path, monkeypatch, step, number):
    store = LocalStore(tmp_path)
    store.put("a/0", [b"x"])
    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail_with(number))
        with pytest.raises(Unavailable) as caught:
            store.put("a/1", [b"y"])

    assert ("full" in str(caught.value)) == (number != errno.EIO)
    assert str(tmp_path) not in str(caught.value)
    assert files_below(tmp_path) == ["a/0"]
    store.put("a/1", [b"y"])


def test_an_early_sync_that_failed_fails_the_batch_even_when_its_put_was_forgiven(tmp_path, monkeypatch):
    store = LocalStore(tmp_path)
    forgiven = []

    def put_many():
        with store.batch() as batch, monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fail_with(errno.EIO))
            for n in range(300):
                try:
                    batch.put(f"a/{n}", [b"x"])
                except Unavailable as error:
                    forgiven.append(error)

    with pytest.raises(Unavailable):
        put_many()

    assert len(forgiven) == 1
    assert files_below(tmp_path) == []


def test_an_error_of_the_source_is_not_called_one_of_the_disk(tmp_path):
    store = LocalStore(tmp_path)

    def unreadable():
        yield b"x"
        raise PermissionError(errno.EACCES, "the source is locked")

    with pytest.raises(PermissionError, match="locked"):
        store.put("a/0", unreadable())

    assert files_below(tmp_path) == []


def test_temporaries_of_a_living_batch_are_in_no_list_and_survive_the_sweep(tmp_path):
    store = LocalStore(tmp_path)

    with store.batch() as batch:
        batch.put("a/0", [b"x"])
        assert list(store.list()) == []
        assert store.sweep_temporaries(datetime.now(UTC) - timedelta(days=1)) == 0

    assert files_below(tmp_path) == ["a/0"]


def test_the_sweep_removes_what_a_dead_writer_left_and_nothing_else(tmp_path):
    store = LocalStore(tmp_path)
    store.put("a/b/0", [b"x"])
    (tmp_path / "a/b/.0123456789abcdef.part").write_bytes(b"half")
    (tmp_path / ".fedcba9876543210.part").write_bytes(b"half")
    (tmp_path / ".keep").write_bytes(b"the operator's own")

    tomorrow = datetime.now(UTC) + timedelta(days=1)
    listed = [found.key for found in store.list_temporaries(tomorrow)]
    swept = store.sweep_temporaries(tomorrow)

    assert (len(listed), swept) == (2, 2)
    assert listed[1] == "a/b/.0123456789abcdef.part"
    assert files_below(tmp_path) == [".keep", "a/b/0"]


@pytest.mark.parametrize("prefix", ["a/b", "a/b/"])
def test_only_what_lies_below_the_prefix_is_swept(tmp_path, prefix):
    store = LocalStore(tmp_path)
    store.put("a/b/0", [b"x"])
    for name in ("a/b/.0123456789abcdef.part", "a/.0123456789abcdef.part"):
        (tmp_path / name).write_bytes(b"half")

    assert store.sweep_temporaries(datetime.now(UTC) + timedelta(days=1), prefix) == 1
    assert files_below(tmp_path) == ["a/.0123456789abcdef.part", "a/b/0"]


def test_a_file_that_fell_away_between_put_and_end_fails_the_batch(tmp_path):
    store = LocalStore(tmp_path)

    def lose_one():
        with store.batch() as batch:
            batch.put("a/0", [b"x"])
            batch.put("a/1", [b"x"])
            assert store.sweep_temporaries(datetime.now(UTC) + timedelta(days=1)) == 2

    with pytest.raises(Unavailable):
        lose_one()

    assert files_below(tmp_path) == []


def test_an_existing_file_is_never_replaced_even_if_it_appears_at_the_last_moment(tmp_path, monkeypatch):
    store = LocalStore(tmp_path)
    real = os.link

    def interfere_and_link(*names, **details):
        (tmp_path / "a/0").write_bytes(b"theirs")
        real(*names, **details)

    monkeypatch.setattr(os, "link", interfere_and_link)
    with pytest.raises(KeyTaken):
        store.put("a/0", [b"mine"])

    assert (tmp_path / "a/0").read_bytes() == b"theirs"
    assert files_below(tmp_path) == ["a/0"]


def test_files_and_folders_are_closed_to_strangers(tmp_path):
    LocalStore(tmp_path / "store").put("a/0", [b"x"])

    for path in [tmp_path / "store", tmp_path / "store/a", tmp_path / "store/a/0"]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0


def test_strange_things_below_the_root_are_not_listed(tmp_path):
    store = LocalStore(tmp_path)
    store.put("a/0", [b"x"])
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "lost+found/1").write_bytes(b"x")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "a/pipe")

    assert [found.key for found in store.list()] == ["a/0"]


DIES_IN_A_BATCH = """
import os, pathlib, signal, sys
from fornix.storage.local import LocalStore

store = LocalStore(pathlib.Path(sys.argv[1]))
store.put("a/acknowledged", [b"x"])
with store.batch() as batch:
    batch.put("a/1", [b"half of a session"])
    batch.put("a/2", [b"half of a session"])
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_writer_killed_in_a_batch_leaves_only_temporaries(tmp_path):
    subprocess.run([sys.executable, "-c", DIES_IN_A_BATCH, tmp_path], check=False)
    store = LocalStore(tmp_path)

    assert [found.key for found in store.list()] == ["a/acknowledged"]
    assert store.sweep_temporaries(datetime.now(UTC) + timedelta(days=1)) == 2
    assert files_below(tmp_path) == ["a/acknowledged"]
