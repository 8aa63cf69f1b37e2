"""The worker ends in time when it is told to, whatever it is at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from tests.acceptance.served import PATIENCE_S, inside, writing

from fornix.commands.supervisor import END_S

DUE = """
from django.utils import timezone
at = timezone.now()
upload = Upload.objects.create(id="u", source="dicom", acknowledges_each=True, owner="x", started_at=at)
Arrival.objects.create(id="a", upload=upload, group="nothing:x", received_at=at, last_byte_at=at, committed_at=at)
answer = None
"""
STATE = "row = Arrival.objects.get()\nanswer = [row.attempts, row.lease_owner]"


def test_it_ends_in_the_supervisors_time_while_it_waits_to_file(command_environment, tmp_path):
    inside(command_environment, DUE)
    lifeline, held = os.pipe()
    command = [sys.executable, "-m", "fornix.commands.worker_process", "--lifeline", str(lifeline)]
    with writing(command_environment), (tmp_path / "log").open("w+") as log:
        worker = subprocess.Popen(command, env=command_environment, stderr=log, pass_fds=[lifeline])
        wait_for_lanes(worker.pid)
        worker.send_signal(signal.SIGTERM)

        assert worker.wait(END_S) == 0
    os.close(lifeline)
    os.close(held)
    assert inside(command_environment, STATE) == [0, ""]


def wait_for_lanes(pid: int) -> None:
    """Until both lanes and the main thread run."""
    deadline = time.monotonic() + PATIENCE_S
    while len(os.listdir(f"/proc/{pid}/task")) < 4:
        assert time.monotonic() < deadline
        time.sleep(0.05)
