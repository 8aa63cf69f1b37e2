"""A disk that is full or read-only: what comes is refused, nothing of it stays, and later all goes on by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("full_disk.py")
NAMESPACE = ["unshare", "--map-root-user", "--mount", "--"]  # what it mounts, nobody else sees
SENT = 40


@pytest.fixture
def own_mounts(tmp_path):
    """Whether a mount of our own is allowed here."""
    tried = subprocess.run(
        [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if tried.returncode:
        # The kernel's word, which no package changes: not a peer that the build machine has to have.
        pytest.skip("a file system of one's own cannot be mounted here (unshare --map-root-user --mount)")


def run(data_folder: Path, place: str) -> dict:
    environment = os.environ | {"FORNIX_DATA": str(data_folder)}
    environment.pop("FORNIX_DATABASE", None)
    done = subprocess.run(
        [*NAMESPACE, sys.executable, PROGRAM, place],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("place", ["blobs", "data"])
def test_a_disk_in_trouble_refuses_what_comes_and_keeps_what_was_acknowledged(own_mounts, data_folder, place):
    told = run(data_folder, place)

    assert told["first"] == "success"
    assert set(told["read-only"]["during"]) <= {"Unavailable", "NotRecorded"}
    assert told["full"]["during"].get("NoRoom", 0) > 0
    assert set(told["full"]["during"]) <= {"success", "NoRoom", "NotRecorded"}
    assert told["read-only"]["after"] == told["full"]["after"] == {"success": SENT}
    assert (told["files"], told["unnamed"], told["findings"]) == (1 + 2 * SENT, 0, [])
