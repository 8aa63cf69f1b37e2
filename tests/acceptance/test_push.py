"""`fornix push` as a program, against a running archive: complete, resumable, verified, and the same as an import."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.acceptance.raw_uploads import Uploader
from tests.acceptance.served import (
    FORNIX,
    Served,
    inside,
    kill,
    make_archive,
    make_people,
    serving,
    wait_until,
    write_images,
)
from tests.conftest import new_database
from tests.integration.ingest.archive import meg

FREE_TEXT = "by hand"


@dataclass(frozen=True)
class Desk:
    """A running archive, and a machine elsewhere that pushes to it as alice."""

    served: Served
    authorization: str
    environment: dict[str, str]

    def command(self, *words: str | Path) -> list[str]:
        return [FORNIX, "push", self.served.url, *map(str, words)]

    def push(self, *words: str | Path, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            check=False,
            env=self.environment | changed,
            capture_output=True,
            text=True,
            timeout=180,
        )

    def report(self, *words: str | Path) -> dict:
        done = self.push(*words, "--project", "P001", "--json")
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("push")
    (folder / "data").mkdir()
    environment = os.environ | {"FORNIX_DATA": str(folder / "data")}
    server = environment.pop("FORNIX_DATABASE", "")
    if server:
        with new_database(server) as address:
            yield from _serve(environment | {"FORNIX_DATABASE": address}, folder)
    else:
        yield from _serve(environment, folder)


def _serve(environment, folder) -> Iterator[Desk]:
    import base64

    make_archive(environment, folder / "images", passenger_bytes=0)
    authorization = make_people(environment, "alice")["alice"]
    token = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    elsewhere = {name: text for name, text in os.environ.items() if not name.startswith("FORNIX_")}
    elsewhere |= {"FORNIX_TOKEN": token, "XDG_CACHE_HOME": str(folder / "cache")}
    with serving(environment, folder, "--dicom", "off") as running:
        yield Desk(running, authorization, elsewhere)


def test_a_folder_is_filed_and_is_here_already_the_second_time(desk, tmp_path):
    write_images(tmp_path / "dicom", 12)
    (tmp_path / "dicom" / "notes.txt").write_text(FREE_TEXT)

    first = desk.report(tmp_path / "dicom", "--subject", "sub-7")
    second = desk.report(tmp_path / "dicom", "--subject", "sub-7")

    (session,) = first["sessions"]
    assert (session["subject"], session["files"], session["is_new"]) == ("sub-7", 13, True)
    assert [line["name"] for line in first["unrecognised"]] == ["dicom/notes.txt"]
    assert [(line["files"], line["already_here"]) for line in second["sessions"]] == [(0, 13)]


def test_split_parts_end_as_an_import_would_end_them(desk, tmp_path):
    made = meg(tmp_path / "meg", parts=2)

    report = desk.report(made)

    (session,) = report["sessions"]
    assert (session["scans"], report["unrecognised"]) == (1, [])


def test_many_small_files_and_a_large_one(desk, tmp_path):
    write_images(tmp_path / "many", 1000)
    (tmp_path / "many" / "large.bin").write_bytes(os.urandom(40 << 20))

    report = desk.report(tmp_path / "many")

    assert [session["files"] for session in report["sessions"]] == [1001]


def test_a_push_that_was_killed_goes_on(desk, tmp_path):
    write_images(tmp_path / "killed", 40)
    (tmp_path / "killed" / "large.bin").write_bytes(os.urandom(60 << 20))
    words = (tmp_path / "killed", "--project", "P001", "--json")
    alice = Uploader(desk.served, desk.authorization)

    def received() -> int:
        (newest, *_) = alice.ask("GET", "/api/v1/deliveries?limit=1").json()["items"]
        return newest["received_bytes"] if newest["state"] == "open" else 0

    with subprocess.Popen(desk.command(*words), env=desk.environment, stdout=subprocess.DEVNULL) as pushing:
        wait_until(lambda: received() > 0, "the first bytes")
        kill(pushing.pid)
        pushing.wait()
    begun = alice.ask("GET", "/api/v1/deliveries?limit=1").json()["items"][0]

    again = desk.push(*words)

    assert again.returncode == 0, again.stderr
    assert "going on" in again.stderr
    assert [session["files"] for session in json.loads(again.stdout)["sessions"]] == [41]
    assert alice.ask("GET", f"/api/v1/deliveries/{begun['id']}").json()["delivery"]["state"] == "ended"


def test_what_waits_is_told_by_the_exit_code(desk, tmp_path):
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "notes.txt").write_text(FREE_TEXT)

    done = desk.push(tmp_path / "odd")

    assert done.returncode == 3, done.stderr
    assert "waits: 1 file" in done.stdout


def test_what_cannot_be_read_is_told_and_the_rest_is_filed(desk, tmp_path):
    write_images(tmp_path / "half", 3)
    os.mkfifo(tmp_path / "half" / "pipe")

    done = desk.push(tmp_path / "half", "--project", "P001")

    assert done.returncode == 1
    assert "half/pipe: it is no regular file" in done.stderr
    assert "3 files" in done.stdout


@pytest.mark.parametrize(
    ("words", "changed", "told"),
    [
        pytest.param(["--project", "NOWHERE"], {}, "no project", id="an unknown project"),
        pytest.param([], {"FORNIX_TOKEN": "a:b"}, "does not know this token", id="a wrong token"),
        pytest.param([], {"FORNIX_TOKEN": ""}, "A token is needed", id="no token"),
    ],
)
def test_what_is_wrong_is_told_in_words(desk, tmp_path, words, changed, told):
    write_images(tmp_path / "images", 1)

    done = desk.push(tmp_path / "images", *words, **changed)

    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_token_never_travels_in_the_clear(desk, tmp_path):
    write_images(tmp_path / "images", 1)
    command = [FORNIX, "push", "http://archive.example.org", str(tmp_path / "images")]

    done = subprocess.run(
        command, check=False, env=desk.environment, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 1
    assert "https" in done.stderr


def test_web_and_worker_killed_in_the_middle_change_nothing(desk, tmp_path):
    from tests.acceptance.served import children

    write_images(tmp_path / "hard", 60)
    (tmp_path / "hard" / "large.bin").write_bytes(os.urandom(80 << 20))
    words = (tmp_path / "hard", "--project", "P001", "--json")

    with subprocess.Popen(
        desk.command(*words), env=desk.environment, stdout=subprocess.PIPE, text=True
    ) as pushing:
        for _ in range(3):
            held = inside(desk.served.environment, "answer = TransferPart.objects.count()")
            wait_until(
                lambda before=held: (
                    pushing.poll() is not None
                    or inside(desk.served.environment, "answer = TransferPart.objects.count()") != before
                ),
                "some bytes",
            )
            for pid in children(desk.served.process.pid):
                kill(pid)
        told, _ = pushing.communicate(timeout=180)

    assert pushing.returncode == 0
    report = json.loads(told)
    assert sum(session["files"] + session["already_here"] for session in report["sessions"]) == 61
    left = inside(desk.served.environment, "answer = [TransferPart.objects.count(), Upload.objects.count()]")
    assert left == [0, 0]
