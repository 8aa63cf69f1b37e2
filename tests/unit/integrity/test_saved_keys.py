"""The list of bytes beside a saved database, and the programs that save one."""

from __future__ import annotations

import pytest

from fornix.integrity import postgresql_copy
from fornix.integrity.database_address import DatabaseAddress, DatabaseKind
from fornix.integrity.saved_keys import Saved, SavedListDamaged, read_saved, write_saved

KEYS = [Saved("2026/11/23/u/0", 4, "ab"), Saved("2026/11/23/u/1", 1 << 40)]


def test_the_list_comes_back_as_it_was(tmp_path):
    assert write_saved(tmp_path / "keys", iter(KEYS)) == 2
    assert list(read_saved(tmp_path / "keys")) == KEYS


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "a b"])
def test_a_key_that_is_none_is_refused(tmp_path, key):
    write_saved(tmp_path / "keys", [Saved(key, 1)])

    with pytest.raises(SavedListDamaged):
        list(read_saved(tmp_path / "keys"))


def test_a_list_that_is_cut_off_is_known_for_it(tmp_path):
    write_saved(tmp_path / "keys", KEYS)
    whole = (tmp_path / "keys").read_bytes()
    (tmp_path / "keys").write_bytes(whole[:-9])

    with pytest.raises(SavedListDamaged):
        list(read_saved(tmp_path / "keys"))


def test_a_program_that_is_not_installed_is_named_with_its_package(monkeypatch):
    monkeypatch.setattr(postgresql_copy.shutil, "which", lambda name: None)
    monkeypatch.setattr(postgresql_copy.Path, "glob", lambda self, pattern: iter(()))

    with pytest.raises(postgresql_copy.ProgramMissing, match="postgresql-client"):
        postgresql_copy.find_program("pg_dump")


def test_a_password_is_not_shown_and_is_no_argument():
    address = DatabaseAddress(DatabaseKind.POSTGRESQL, "fornix", "f", "secret", "db.example", "5432")

    assert "secret" not in repr(address)
    assert address.variables["PGPASSWORD"] == "secret"
