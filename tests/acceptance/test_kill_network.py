"""Receiver, worker and supervisor killed at random moments under load: every acknowledged image is there, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("killed_network.py")
# `make soak` kills 200 times, from a seed of its own.
KILLS = int(os.environ.get("SOAK_KILLS", "6"))
SEED = int(os.environ.get("SOAK_SEED", "2"))


@pytest.mark.parametrize("seed", [SEED])
def test_every_acknowledged_image_is_there_once_whoever_is_killed(command_environment, tmp_path, seed):
    done = subprocess.run(
        [sys.executable, PROGRAM, str(KILLS), str(seed), tmp_path],
        env=command_environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    print(report)
    assert report["acknowledged"] == report["files"] > KILLS
    assert report["as_acknowledged"]
    assert (report["hidden"], report["uploads"], report["findings"]) == (0, 0, [])
    assert sum(report["killed"].values()) == KILLS
