"""The worker killed while it empties the inbox, again and again: nothing is lost, nothing is there twice."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.integration.ingest.archive import instance, meg, put

PROGRAM = Path(__file__).with_name("killed_inbox.py")
KILLS_IN_A_ROW = 5
STEPS = 130  # what an undisturbed run takes, about


def fill(inbox: Path) -> set[str]:
    """Images, a split recording, notes beside it and a damaged archive; hashes of all."""
    meg(inbox / "STUDY_A" / "MEG07" / "240301", parts=2)
    put(inbox / "STUDY_A" / "MEG07" / "240301" / "notes.txt", b"she moved")
    for number in range(6):
        put(inbox / "scan" / f"{number}.dcm", instance(PatientID="alice", StudyInstanceUID="1.2.3"))
    put(inbox / "data.zip", b"PK\x03\x04 and then nothing")
    return hashes(inbox)


def hashes(folder: Path) -> set[str]:
    files = [path for path in folder.rglob("*") if path.is_file() and ".reason" not in path.name]
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.stat().st_size}


def run_until(step: int, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), str(step)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_step_the_inbox_is_emptied_into_the_archive_once(command_environment, tmp_path, seed):
    inbox = tmp_path / "inbox"
    given = fill(inbox)
    environment = command_environment | {"FORNIX_INBOX": str(inbox)}
    chosen = random.Random(seed)
    ends = [run_until(chosen.randint(1, STEPS), environment).returncode for _ in range(KILLS_IN_A_ROW)]
    assert -signal.SIGKILL in ends

    ended = run_until(0, environment)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    held = json.loads(ended.stdout)
    left = {path.name for path in inbox.iterdir()} - {"done", "failed"}
    assert [path for name in left for path in (inbox / name).rglob("*") if path.is_file()] == []
    assert hashes(inbox) == given
    assert len(held["bytes"]) == len(set(held["bytes"])) == 9
    assert set(held["bytes"]) | hashes(inbox / "failed") == given
    assert os.listdir(inbox / "failed") != []
