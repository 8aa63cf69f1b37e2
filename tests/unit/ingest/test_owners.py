"""Whether the process that holds something may still be at work."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from fornix.ingest import owners
from fornix.ingest.owners import LEASE, is_gone, this_process

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOST, PID, START = this_process().split(":")


@pytest.mark.parametrize(
    ("owner", "silent_for", "gone"),
    [
        (this_process(), timedelta(days=9), False),
        (f"{HOST}:{PID}:{START}9", timedelta(0), True),
        (f"{HOST}:999999999:{START}", timedelta(0), True),
        ("elsewhere:1:1", LEASE, False),
        ("elsewhere:1:1", LEASE + timedelta(seconds=1), True),
        ("", LEASE + timedelta(seconds=1), True),
    ],
    ids=[
        "alive",
        "its number, another process",
        "no such process",
        "elsewhere",
        "elsewhere, silent",
        "nobody",
    ],
)
def test_a_process_is_gone_when_it_ended_or_gave_no_sign(owner, silent_for, gone):
    assert is_gone(owner, last_sign_at=NOW - silent_for, now=NOW) == gone


def test_a_process_that_ended_and_was_not_waited_for_is_gone():
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    owner = f"{HOST}:{ended.pid}:{owners._started(ended.pid)}"
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)

    assert is_gone(owner, last_sign_at=NOW, now=NOW)
    ended.wait()


def test_without_proc_a_living_process_is_not_taken_for_dead(monkeypatch, tmp_path):
    monkeypatch.setattr(owners, "_PROC", tmp_path / "nowhere")

    assert owners._exists(os.getpid()) == owners._exists(1) == "0"
    assert owners._exists(999999999) == ""
