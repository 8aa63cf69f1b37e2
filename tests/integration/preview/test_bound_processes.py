"""What a picture's process may take: it is ended, told as a failure, and the next one is made."""

from __future__ import annotations

import faulthandler
import os
import socket
import tempfile
from collections.abc import Callable

import pytest

from fornix.preview import inside
from fornix.preview.inside import BROKEN, NO_PICTURE, PICTURE, WRITTEN_BYTES
from fornix.preview.painters import Painter
from fornix.preview.thumbnails import ENDED, result_of

Work = Callable[[int, int, int], int]


def run(monkeypatch: pytest.MonkeyPatch, work: Work) -> tuple[int, int]:
    """The code of a child that does this work, and how many bytes it wrote."""
    monkeypatch.setattr(inside, "paint", work)
    ours, theirs = socket.socketpair()
    with ours, theirs, tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as answer:
        code = inside.in_a_child(theirs, 64, source.fileno(), answer.fileno())
        return code, os.fstat(answer.fileno()).st_size


def write_on(_size: int, _source: int, answer: int) -> int:
    while True:
        os.write(answer, bytes(1 << 20))


def compute_on(_size: int, _source: int, _answer: int) -> int:
    while True:
        pass


def sleep_on(_size: int, source: int, _answer: int) -> int:
    with socket.socketpair()[0] as silent:
        silent.recv(1)
    return source


def take_memory(_size: int, _source: int, _answer: int) -> int:
    return len([bytes(256 << 20) for _ in range(64)])


def crash(_size: int, _source: int, _answer: int) -> int:
    faulthandler.disable()  # pytest's would tell of it
    os.abort()


def fail(_size: int, _source: int, _answer: int) -> int:
    raise ValueError("a patient's name")


def test_one_that_writes_without_end_is_stopped(monkeypatch):
    code, written = run(monkeypatch, write_on)

    assert code == BROKEN
    assert written <= WRITTEN_BYTES


@pytest.mark.parametrize("work", [take_memory, crash, fail], ids=lambda work: work.__name__)
def test_one_that_fails_is_told_as_broken(monkeypatch, capfd, work):
    code, written = run(monkeypatch, work)

    assert (code, written) == (BROKEN, 0)
    assert result_of(code, b"").why_none == ENDED


def test_one_that_computes_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(inside, "PROCESSOR_S", 1)

    assert run(monkeypatch, compute_on)[0] == BROKEN


def test_one_that_waits_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(inside, "CLOCK_S", 1)

    assert run(monkeypatch, sleep_on)[0] == BROKEN


def test_what_is_no_png_is_not_shown_as_one():
    assert result_of(PICTURE, b"<script>").why_none == ENDED
    assert result_of(NO_PICTURE, b"it holds no image").why_none == "it holds no image"


def test_a_program_that_was_killed_is_started_again():
    painter = Painter()
    with tempfile.TemporaryFile() as source:
        assert painter.paint(source, 64)[0] == NO_PICTURE
        killed = painter.pid
        os.kill(killed, 9)
        assert painter.paint(source, 64)[0] == NO_PICTURE
    assert painter.pid != killed
    painter.close()


def test_the_program_gets_no_secret_of_ours(monkeypatch):
    monkeypatch.setenv("FORNIX_SECRET_KEY", "secret")
    painter = Painter()
    with tempfile.TemporaryFile() as source:
        painter.paint(source, 64)
    with open(f"/proc/{painter.pid}/environ", "rb") as environment:
        told = environment.read()
    painter.close()

    assert b"OMP_NUM_THREADS" in told
    assert b"FORNIX" not in told
