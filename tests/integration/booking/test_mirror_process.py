"""`fornix mirror` as a process of its own: killed in the middle, and two at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest


def command(calpendo, data: Path) -> subprocess.Popen[str]:
    settings = {
        "FORNIX_DATA": str(data),
        "FORNIX_CALPENDO_URL": calpendo.url,
        "FORNIX_CALPENDO_USERNAME": "archive",
        "FORNIX_CALPENDO_PASSWORD": "archive",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FORNIX_")}
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from fornix.commands.main import main; raise SystemExit(main())",
            "mirror",
            "--accept-first",
            "--json",
        ],
        env=kept | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(3000):
        if is_so():
            return
        time.sleep(0.02)
    pytest.fail("waited in vain")


@pytest.fixture
def stalled(calpendo, data_folder):
    """A sweep that waits for an answer which never comes."""
    calpendo.site.set_faults([{"effect": "stall", "at": 10}])
    process = command(calpendo, data_folder)
    # The first request is noted when it is answered, so the fault's own count tells that it has come.
    wait_until(lambda: calpendo.site._rules[0].seen > 0 or process.poll() is not None)
    calpendo.site.set_faults([])
    yield process
    process.kill()
    process.communicate()


def test_after_kill_9_the_next_sweep_runs_at_once(calpendo, data_folder, stalled):
    stalled.kill()
    stalled.communicate()

    next_one = command(calpendo, data_folder)
    out, err = next_one.communicate()

    assert next_one.returncode == 0, err
    assert json.loads(out)["outcome"] == "complete"


def test_while_one_process_sweeps_another_is_turned_away(calpendo, data_folder, stalled):
    second = command(calpendo, data_folder)
    out, err = second.communicate()

    assert (second.returncode, out) == (1, "")
    assert "Another sweep is running since" in err
