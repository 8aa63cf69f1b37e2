"""Killed at any step, any number of times, and started again: the same archive as an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import new_database
from tests.integration.ingest.archive import instance, meg, mri, put

PROGRAM = Path(__file__).with_name("killed_import.py")
FORNIX = str(Path(sys.executable).with_name("fornix"))
KILLS_IN_A_ROW = 5


@pytest.fixture(scope="module")
def incoming(tmp_path_factory) -> Path:
    """MRI, MEG, a passenger, a copy, the same instance with other bytes, and a file that will wait."""
    folder = tmp_path_factory.mktemp("incoming")
    images = sorted(mri(folder / "mri", numbers=(1, 2, 3, 4, 5)).rglob("*.IMA"))
    put(folder / "mri" / "copy.dcm", images[0].read_bytes())
    other = images[1].read_bytes()
    put(folder / "mri" / "other.dcm", other[:-2] + bytes([other[-2] ^ 1, other[-1]]))
    put(folder / "mri" / "notes.txt", b"she moved")
    meg(folder / "meg", parts=2)
    put(folder / "lost.dcm", instance(StudyInstanceUID=None, PatientID="P09"))
    return folder


def import_until(step: int, incoming: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), str(step), str(incoming)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_step_and_started_again_the_archive_is_the_same(
    undisturbed, command_environment, incoming, seed
):
    whole = undisturbed
    chosen = random.Random(seed)
    ends = []
    for _ in range(KILLS_IN_A_ROW):
        step = chosen.randint(1, whole["steps"])
        ended = import_until(step, incoming, command_environment)
        ends.append(ended.returncode)
        # Threads take their steps in any order, and what was finished needs none: a late kill may come too late.
        assert ends[-1] in (-signal.SIGKILL, 0), ended.stdout + ended.stderr
    assert -signal.SIGKILL in ends

    last = import_until(0, incoming, command_environment)

    assert last.returncode == 0, last.stdout + last.stderr
    assert without_steps(json.loads(last.stdout)) == without_steps(whole)


def without_steps(told: dict) -> dict:
    return {key: value for key, value in told.items() if key != "steps"}


@pytest.fixture
def undisturbed(incoming, tmp_path) -> dict:
    """What the archive holds after an import that nobody disturbed, on the same kind of database."""
    environment = os.environ | {"FORNIX_DATA": str(tmp_path / "undisturbed")}
    server = environment.pop("FORNIX_DATABASE", "")
    if not server:
        return json.loads(import_until(0, incoming, environment).stdout)
    with new_database(server) as address:
        return json.loads(import_until(0, incoming, environment | {"FORNIX_DATABASE": address}).stdout)


@pytest.mark.parametrize("files", [0, 1, 300, 900])
def test_the_command_killed_while_bytes_come_in_loses_and_leaves_nothing(
    command_environment, data_folder, tmp_path, files
):
    folder = mri(tmp_path / "in", numbers=range(1, 4))
    for number in range(1000):
        put(folder / "more" / f"{number}.dcm", instance(SOPInstanceUID=f"1.2.77.{number}"))
    blobs = data_folder / "blobs"
    command = [FORNIX, "import", str(folder), "--project", "A"]
    with subprocess.Popen(command, env=command_environment, stdout=subprocess.DEVNULL) as importing:
        while importing.poll() is None and len(list(blobs.rglob("*"))) < files:
            time.sleep(0.001)
        importing.kill()

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [FORNIX, *words], env=command_environment, capture_output=True, text=True, check=False
        )

    assert run("check", "--bytes").returncode == 0
    assert run("import", str(folder), "--project", "A").returncode == 0
    assert run("check", "--bytes").returncode == 0
    shown = json.loads(run("show", "--json").stdout)
    counts = [sum(scan["files"] for scan in session["scans"]) for session in shown["projects"][0]["sessions"]]
    assert (sorted(counts), shown["arrivals"]) == ([6, 1000], [])
    assert len([path for path in blobs.rglob("*") if path.is_file()]) == 1006
