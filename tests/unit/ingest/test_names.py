"""Names of files: as text, in resources, beside each other, on terminals."""

from __future__ import annotations

import pytest

from fornix.ingest.names import beside_name, instance_name, plain_name, printable, shared_folder, within

SHA = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("uid", "name"),
    [
        ("1.2.3", "1.2.3.dcm"),
        ("", "instance-0123456789abcdef.dcm"),
        ("../../x", "instance-0123456789abcdef.dcm"),
        ("1.2/3", "instance-0123456789abcdef.dcm"),
        ("1" * 65, "instance-0123456789abcdef.dcm"),
        (".1.2", "instance-0123456789abcdef.dcm"),
    ],
)
def test_an_instance_is_named_by_its_uid_or_by_its_content(uid, name):
    assert instance_name(uid, SHA) == name


def test_other_bytes_of_a_name_are_named_beside_it():
    assert beside_name("1.2.3.dcm", SHA) == "1.2.3-01234567.dcm"
    assert len(beside_name("x" * 1000, SHA)) <= 1000
    assert len(beside_name("x." + "y" * 998, SHA)) <= 1000


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        (["/a/b/c", "/a/b/d/e"], "/a/b"),
        (["/a/b", "/c/d"], "/"),
        (["/a/b"], "/a"),
        ([], ""),
    ],
)
def test_the_folder_that_files_share(names, folder):
    assert shared_folder(names) == folder


@pytest.mark.parametrize(
    ("folder", "name", "path"),
    [
        ("/a", "/a/b/c.txt", "b/c.txt"),
        ("/a", "/a/../../etc/passwd", "etc/passwd"),
        ("/a", "/a/./b", "b"),
        ("/a", "/a/C:\\x", "C__x"),
        ("/a", "/a/\u202etxt.exe", "_txt.exe"),
        ("/a", "/a/b\n\x1b[2J", "b__[2J"),
        ("/a", "/a", "unnamed"),
        ("", "/b/c", "b/c"),
    ],
)
def test_a_path_in_a_resource_leads_nowhere_else(folder, name, path):
    assert within(folder, name) == path


@pytest.mark.parametrize(
    ("name", "plain"), [("a", "a"), ("caf\udce9", "caf\\udce9"), ("a\0b", "ab"), ("ü\n", "ü\n")]
)
def test_a_name_is_text_that_every_database_takes(name, plain):
    assert plain_name(name) == plain
    assert plain_name(name).encode()


def test_text_for_terminals_holds_no_commands():
    assert printable("a\x1b[2J\n\u202eb\ud800ü") == "a?[2J??b?ü"
