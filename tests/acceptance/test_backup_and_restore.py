"""A backup is restored elsewhere, and compared: every row, every byte. As programs, on both databases."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.saved import MANIFESTS, all_rows, make_archive, run, stored
from tests.acceptance.served import FORNIX, fornix, inside
from tests.conftest import new_database
from tests.integration.ingest.archive import mri


@pytest.fixture
def archive(command_environment, tmp_path) -> dict[str, str]:
    make_archive(command_environment, tmp_path / "from")
    return command_environment


@pytest.fixture
def elsewhere(command_environment, tmp_path) -> Iterator[dict[str, str]]:
    """The environment of an archive that is not there yet."""
    environment = command_environment | {"FORNIX_DATA": str(tmp_path / "elsewhere")}
    address = environment.get("FORNIX_DATABASE")
    if not address:
        yield environment
        return
    with new_database(address) as other:
        yield environment | {"FORNIX_DATABASE": other}


def back_up(environment: dict[str, str], folder: Path, *options: str) -> dict:
    return json.loads(fornix(environment, "backup", str(folder), "--json", *options))


def restore(environment: dict[str, str], folder: Path, *options: str) -> dict:
    data = environment["FORNIX_DATA"]
    return json.loads(fornix(environment, "restore", str(folder), "--data", data, "--json", *options))


def test_a_restored_archive_is_the_same_row_by_row_and_byte_by_byte(archive, elsewhere, tmp_path):
    before = all_rows(archive), stored(archive)

    saved = back_up(archive, tmp_path / "backup")
    restored = restore(elsewhere, tmp_path / "backup")

    assert (restored["snapshot"], restored["findings"]) == (saved["snapshot"], [])
    assert (all_rows(elsewhere), stored(elsewhere)) == before
    assert (all_rows(archive), stored(archive)) == before
    assert "0 findings" in fornix(elsewhere, "check", "--bytes")
    key = [Path(each["FORNIX_DATA"], "secret-key").read_text() for each in (archive, elsewhere)]
    assert key[0] == key[1]


def test_the_second_backup_copies_only_what_is_new_and_either_can_be_restored(archive, elsewhere, tmp_path):
    first = back_up(archive, tmp_path / "backup")
    fornix(archive, "import", str(mri(tmp_path / "more", "P03", day=4)), "--project", "STUDY_A")

    second = back_up(archive, tmp_path / "backup")
    Path(elsewhere["FORNIX_DATA"]).mkdir()

    assert (first["there"], second["there"]) == (0, first["files"])
    assert second["copied"] == second["files"] - first["files"] == 4
    assert restore(elsewhere, tmp_path / "backup", "--snapshot", first["snapshot"])["findings"] == []
    assert len(all_rows(elsewhere)["ImagingSession"]) == 2


def test_a_backup_is_for_its_owner_only(archive, tmp_path):
    back_up(archive, tmp_path / "backup")

    paths = [tmp_path / "backup", *(tmp_path / "backup").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o600}


def test_only_the_newest_databases_are_kept(archive, tmp_path):
    names = [back_up(archive, tmp_path / "backup", "--keep", "2")["snapshot"] for _ in range(3)]

    assert sorted(path.name for path in (tmp_path / "backup" / "databases").iterdir()) == names[1:]


def test_a_backup_that_was_killed_goes_on(archive, elsewhere, tmp_path):
    """Killed where it writes: what is left behind is what a kill leaves, the next one takes it away."""
    backup = tmp_path / "backup"
    back_up(archive, backup)
    left = backup / "databases" / ".2026-01-01T000000Z.unfinished"
    left.mkdir()
    (left / "fornix.sqlite3").write_bytes(b"half a database")
    taken = next(path for path in (backup / "blobs").rglob("*") if path.is_file())
    taken.rename(taken.with_name(".0123456789abcdef.part"))

    again = back_up(archive, backup)

    assert again["copied"] == 1
    assert not left.exists()
    assert restore(elsewhere, backup)["findings"] == []


def entries_below(folder: Path) -> int:
    return sum(len(folders) + len(files) for _, folders, files in os.walk(folder))


def test_a_backup_killed_at_any_moment_leaves_a_folder_that_the_next_one_completes(archive, tmp_path):
    backup = tmp_path / "backup"
    for entries in range(0, 36, 6):
        with subprocess.Popen(
            [FORNIX, "backup", str(backup)], env=archive, stdout=subprocess.DEVNULL
        ) as program:
            while program.poll() is None and entries_below(backup) < entries:
                time.sleep(0.005)
            program.kill()

    saved = back_up(archive, backup)

    assert saved["there"] + saved["copied"] == saved["files"]
    assert not list((backup / "databases").glob(".*"))


def test_two_backups_do_not_write_into_one_folder(archive, tmp_path):
    back_up(archive, tmp_path / "backup")
    with subprocess.Popen(
        ["flock", str(tmp_path / "backup" / "lock"), "cat"], stdin=subprocess.PIPE
    ) as holder:
        assert holder.stdin is not None
        while (done := run(archive, "backup", str(tmp_path / "backup"))).returncode == 0:
            pass
        holder.stdin.close()

    assert "Another backup writes to this folder" in done.stderr


def test_lost_and_damaged_bytes_are_told_and_the_good_copies_stay(archive, tmp_path):
    back_up(archive, tmp_path / "backup")
    lost, damaged = sorted((Path(archive["FORNIX_DATA"]) / "blobs" / "20").parent.glob("20*/*/*/*/*"))[:2]
    content = damaged.read_bytes()
    lost.unlink()
    damaged.chmod(0o600)
    damaged.write_bytes(b"x" * len(content))

    done = run(archive, "backup", str(tmp_path / "new"), "--json")

    told = json.loads(done.stdout)
    assert (done.returncode, told["lost_count"], told["damaged_count"]) == (1, 1, 1)
    mended = run(archive, "check", "--bytes", "--repair", "--from", str(tmp_path / "backup"))
    assert mended.returncode == 0, mended.stdout
    assert "0 findings" in fornix(archive, "check", "--bytes")


def test_what_rotted_in_the_backup_is_copied_anew_when_it_is_verified(archive, tmp_path):
    back_up(archive, tmp_path / "backup")
    rotten = next((tmp_path / "backup" / "blobs").glob("20*/*/*/*/*"))
    good = rotten.read_bytes()
    rotten.write_bytes(b"x" * len(good))

    assert [back_up(archive, tmp_path / "backup", *options)["copied"] for options in ([], ["--verify"])] == [
        0,
        1,
    ]
    assert rotten.read_bytes() == good


def test_a_restore_goes_on_where_it_was_cut_off(archive, elsewhere, tmp_path):
    back_up(archive, tmp_path / "backup")
    rotten = next((tmp_path / "backup" / "databases").iterdir()) / "manifests.tsv.gz"
    whole = rotten.read_bytes()
    rotten.write_bytes(whole[:-4])
    assert run(elsewhere, "restore", str(tmp_path / "backup")).returncode == 1
    rotten.write_bytes(whole)

    assert restore(elsewhere, tmp_path / "backup")["findings"] == []
    assert all_rows(elsewhere) == all_rows(archive)


def refusal(environment: dict[str, str], *words: str) -> str:
    done = run(environment, *words)
    assert done.returncode == 1, done.stdout
    return done.stderr


def test_a_backup_is_restored_only_into_an_empty_place(archive, elsewhere, tmp_path):
    back_up(archive, tmp_path / "backup")
    Path(elsewhere["FORNIX_DATA"]).mkdir()
    Path(elsewhere["FORNIX_DATA"], "thesis.txt").write_text("mine")

    assert "is not empty" in refusal(elsewhere, "restore", str(tmp_path / "backup"))
    assert "is not empty" in refusal(archive, "restore", str(tmp_path / "backup"))


@pytest.mark.postgresql
def test_a_dump_is_restored_only_into_an_empty_database(archive, elsewhere, tmp_path):
    back_up(archive, tmp_path / "backup")
    there = elsewhere | {"FORNIX_DATABASE": archive["FORNIX_DATABASE"]}

    assert "is not empty" in refusal(there, "restore", str(tmp_path / "backup"))


def test_what_is_no_place_for_a_backup_is_refused_in_words(archive, elsewhere, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    fornix(elsewhere, "show")
    back_up(elsewhere, tmp_path / "other")

    assert "is not empty, and no backup" in refusal(archive, "backup", str(tmp_path / "mine"))
    assert "another archive" in refusal(archive, "backup", str(tmp_path / "other"))
    assert "in one another" in refusal(archive, "backup", f"{archive['FORNIX_DATA']}/backup")
    assert "no folder of `fornix backup`" in refusal(elsewhere, "restore", str(tmp_path / "mine"))
    nowhere = archive | {"FORNIX_DATA": str(tmp_path / "nowhere")}
    assert "There is no archive" in refusal(nowhere, "backup", str(tmp_path / "new"))
    assert not (tmp_path / "nowhere").exists()


def test_an_older_database_beside_newer_bytes_is_mended(archive, elsewhere, tmp_path):
    back_up(archive, tmp_path / "backup")
    restore(elsewhere, tmp_path / "backup")
    fornix(archive, "import", str(mri(tmp_path / "more", "P03", day=4)), "--project", "STUDY_A")
    inside(archive, MANIFESTS)
    newer = run(archive, "show", "--json").stdout
    subprocess.run(["cp", "-a", f"{archive['FORNIX_DATA']}/blobs", elsewhere["FORNIX_DATA"]], check=True)

    named = run(elsewhere, "check")
    mended = run(elsewhere, "check", "--repair", "--bytes")

    assert named.returncode == 1
    assert "manifest: FORNIX_E00003: there is a manifest of this session, and no session" in named.stdout
    assert mended.returncode == 0, mended.stdout
    assert run(elsewhere, "show", "--json").stdout == newer
    assert "0 findings" in fornix(elsewhere, "check", "--bytes")
