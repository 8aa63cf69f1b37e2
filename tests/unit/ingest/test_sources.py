"""Folders as they are found on disks: odd names, links, pipes, folders that may not be read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from fornix.ingest.source_files import SourceFile, Unreadable
from fornix.ingest.sources import find_sources

NOBODY = 65534


def found(*paths: Path) -> tuple[list[str], dict[str, str]]:
    """Names of files, and reasons by name of what cannot be read."""
    sources = list(find_sources(list(paths)))
    files = [source.name for source in sources if isinstance(source, SourceFile)]
    return files, {source.name: source.reason for source in sources if isinstance(source, Unreadable)}


def test_files_come_in_a_stable_order(tmp_path):
    for name in ("b/2", "b/1", "a/9", "c"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")

    assert found(tmp_path)[0] == [str(tmp_path / name) for name in ("c", "a/9", "b/1", "b/2")]


def test_what_is_named_twice_is_read_once(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_bytes(b"x")

    files, refused = found(tmp_path / "sub" / "a", tmp_path, tmp_path / "sub", tmp_path / "sub" / "a")

    assert (files, refused) == ([str(tmp_path / "sub" / "a")], {})


@pytest.mark.parametrize("name", ["missing", "x" * 300, "file/below"])
def test_a_path_that_is_not_there_is_told(tmp_path, name):
    (tmp_path / "file").write_bytes(b"x")

    assert found(tmp_path / name) == ([], {str(tmp_path / name): "there is no such file or folder"})


def test_links_in_circles_pipes_and_sockets_are_told_and_never_waited_for(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "circle").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "file")

    files, refused = found(tmp_path)

    assert files == [str(tmp_path / "file"), str(tmp_path / "link")]
    assert refused[str(tmp_path / "circle")] == "it is a link to a folder; import that folder itself"
    assert refused[str(tmp_path / "pipe")] == "it is no regular file"
    assert {str(tmp_path / "loop"), str(tmp_path / "gone")} < refused.keys()


def test_a_folder_that_is_a_link_is_followed_when_it_is_named_itself(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert found(tmp_path / "link") == ([str(tmp_path / "link" / "a")], {})


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can become somebody who may not read")
def test_what_may_not_be_read_is_told():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed").mkdir(mode=0o700)
        (folder / "secret").touch(mode=0o600)
        (folder / "open").write_bytes(b"x")
        os.seteuid(NOBODY)
        try:
            files, refused = found(folder)
        finally:
            os.seteuid(0)

    assert files == [str(folder / "open")]
    assert refused == dict.fromkeys([str(folder / "closed"), str(folder / "secret")], "Permission denied")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"caf\xe9.dcm", "caf\\udce9.dcm"),
        (b"a\nb.dcm", "a\nb.dcm"),
        ("\u202ecod.exe".encode(), "\u202ecod.exe"),
        (b"x" * 255, "x" * 255),
    ],
    ids=["not UTF-8", "newline", "right to left", "255 bytes"],
)
def test_odd_names_stay_text_that_a_database_takes(tmp_path, raw, shown):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw)).write_bytes(b"content")

    (source,) = find_sources([tmp_path])

    assert isinstance(source, SourceFile)
    assert source.name == f"{tmp_path}/{shown}"
    with source.open() as stream:
        assert stream.read() == b"content"
