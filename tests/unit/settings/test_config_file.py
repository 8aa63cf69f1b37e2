"""fornix.toml: where it is looked for, what is refused of it, and who may read a password in it."""

from __future__ import annotations

import os

import pytest

from fornix.booking.site_files import SiteFileUnusable, read_password_file
from fornix.errors import Invalid
from fornix.settings.config_file import ConfigFileInvalid, read_config_file
from fornix.settings.environment import read_environment


def write(path, text: str, mode: int = 0o644):
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_file_of_the_data_folder_is_read(tmp_path):
    write(tmp_path / "fornix.toml", '[calpendo]\nurl = "https://centre.test"\n')

    environment = read_environment({"FORNIX_DATA": str(tmp_path)})

    assert environment.file.values == {"calpendo.url": "https://centre.test"}


def test_a_file_that_is_named_outranks_that_of_the_data_folder(tmp_path):
    write(tmp_path / "fornix.toml", "[calpendo]\ninterval_s = 1\n")
    named = write(tmp_path / "other.toml", "[calpendo]\ninterval_s = 2\n")

    environment = read_environment({"FORNIX_DATA": str(tmp_path), "FORNIX_CONFIG": str(named)})

    assert environment.file.values == {"calpendo.interval_s": 2}


def test_without_a_file_nothing_is_said(tmp_path):
    assert dict(read_environment({"FORNIX_DATA": str(tmp_path)}).file.values) == {}


def test_a_file_that_is_named_and_missing_is_refused(tmp_path):
    with pytest.raises(Invalid, match=r"nowhere\.toml cannot be read: No such file"):
        read_environment({"FORNIX_DATA": str(tmp_path), "FORNIX_CONFIG": str(tmp_path / "nowhere.toml")})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[calpendo\n", r"fornix\.toml is no TOML: .*line 1"),
        (b"x = " + b"[" * 100_000, "is no TOML"),
        (b"x = " + b"9" * 5_000, "is no TOML"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"#" * 2_000_000, "longer than"),
        (b"[calpendo]\nurll = 1", r"fornix\.toml: calpendo\.urll is no setting"),
    ],
    ids=["syntax", "deep", "long number", "bytes", "big", "unknown"],
)
def test_a_file_that_cannot_be_used_says_where_and_why(tmp_path, content, words):
    path = tmp_path / "fornix.toml"
    path.write_bytes(content)

    with pytest.raises((ConfigFileInvalid, SiteFileUnusable), match=words):
        read_config_file(path)


def test_a_pipe_in_place_of_a_file_keeps_nobody_waiting(tmp_path):
    os.mkfifo(tmp_path / "fornix.toml", 0o600)

    with pytest.raises(SiteFileUnusable, match="is no file"):
        read_config_file(tmp_path / "fornix.toml")


def test_a_password_in_a_file_that_others_can_read_is_refused(tmp_path):
    path = write(tmp_path / "fornix.toml", '[calpendo]\npassword = "hush"\n', 0o640)

    with pytest.raises(SiteFileUnusable, match=rf"chmod 600 {path}") as refusal:
        read_config_file(path)

    assert "hush" not in str(refusal.value)


def test_a_password_in_a_private_file_is_kept_beside_the_values(tmp_path):
    file = read_config_file(write(tmp_path / "fornix.toml", '[calpendo]\npassword = "hush"\n', 0o600))

    assert file.password == "hush"
    assert "hush" not in repr(file)


def test_a_password_file_is_looked_for_beside_the_file_that_names_it(tmp_path):
    file = read_config_file(write(tmp_path / "fornix.toml", '[calpendo]\npassword_file = "pw"\n'))

    assert file.values == {"calpendo.password_file": str(tmp_path / "pw")}


def test_the_end_of_the_line_is_no_part_of_the_password(tmp_path):
    assert read_password_file(write(tmp_path / "pw", " hush \n", 0o600)) == " hush "


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [("hush", 0o644, "chmod 600"), ("\n", 0o600, "is empty"), ("x" * 5000, 0o600, "longer than")],
    ids=["others can read it", "empty", "long"],
)
def test_other_password_files_are_refused(tmp_path, text, mode, words):
    with pytest.raises(SiteFileUnusable, match=words):
        read_password_file(write(tmp_path / "pw", text, mode))
