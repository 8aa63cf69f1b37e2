"""`fornix serve` as a program on a small archive, and clients with sockets of their own. For tests."""

from __future__ import annotations

import base64
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

FORNIX = str(Path(sys.executable).with_name("fornix"))
PASSWORD = "correct horse battery staple"
PATIENCE_S = 60  # for what must happen, on a machine that is busy with other tests


@dataclass(frozen=True, slots=True)
class Served:
    """A running archive: its process, address and environment."""

    process: subprocess.Popen[str]
    host: str
    port: int
    environment: dict[str, str]
    log: Path

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def dicom_port(self) -> int:
        """Where its receiver listens, on loopback: the last line of its kind in the log."""
        return int(re.findall(r"^dicom \S+:(\d+) ", self.log.read_text(), re.MULTILINE)[-1])


def fornix(environment: dict[str, str], *words: str, typed: str = "") -> str:
    done = subprocess.run(
        [FORNIX, *words],
        check=False,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def inside(environment: dict[str, str], code: str) -> object:
    """What `code` assigns to `answer`, run in the archive as a program of its own."""
    opening = (
        "from fornix.commands.setup import open_archive\nopen_archive(None)\nfrom fornix.models import *\n"
    )
    script = f"{opening}{code}\nimport json\nprint(json.dumps(answer))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def writing(environment: dict[str, str]) -> Iterator[None]:
    """Another program is in the middle of a change to all Access rows; whoever writes to them has to wait."""
    script = (
        "from fornix.commands.setup import open_archive\nopen_archive(None)\n"
        "from django.db import transaction\nfrom fornix.models import Access\n"
        "with transaction.atomic():\n    Access.objects.update(file_count=1)\n"
        "    print('held', flush=True)\n    input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "held\n"
            yield
        finally:
            process.communicate("\n")
    assert process.returncode == 0


def write_images(folder: Path, count: int = 3) -> None:
    """One series of one study, of a few kB."""
    study, series = generate_uid(), generate_uid()
    folder.mkdir(parents=True)
    for number in range(1, count + 1):
        ds = Dataset()
        ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, generate_uid()
        ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
        ds.PatientID = ds.PatientName = "sub-001"
        ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "MR", 2, number
        ds.StudyDate, ds.StudyTime = "20260219", "093400"
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.save_as(folder / f"{number}.dcm", enforce_file_format=True)


def make_archive(environment: dict[str, str], folder: Path, *, passenger_bytes: int) -> str:
    """One session of three images and a large file beside them, in project P001; its accession."""
    write_images(folder)
    (folder / "large.bin").write_bytes(os.urandom(1 << 20) * (passenger_bytes >> 20))
    report = json.loads(fornix(environment, "import", str(folder), "--project", "P001", "--json"))
    return str(report["sessions"][0]["accession"])


def make_people(environment: dict[str, str], *people: str) -> dict[str, str]:
    """Members of P001 with PASSWORD; for each the Authorization header of a token."""
    code = f"""
from django.utils import timezone
from fornix.access.accounts import create_account, create_token
from fornix.access.actors import Actor, OPERATOR
from fornix.access.memberships import grant
from fornix.models.memberships import Role
answer, at = {{}}, timezone.now()
for name in {people!r}:
    account = create_account(OPERATOR, name, password={PASSWORD!r}, at=at)
    grant(OPERATOR, Project.objects.get(), account, Role.MEMBER, at=at)
    made = create_token(Actor(account=account), name="script", at=at)
    answer[name] = f"{{made.token.alias}}:{{made.secret}}"
"""
    made = inside(environment, code)
    assert isinstance(made, dict)
    return {name: "Basic " + base64.b64encode(text.encode()).decode() for name, text in made.items()}


@contextmanager
def serving(environment: dict[str, str], folder: Path, *words: str) -> Iterator[Served]:
    log = folder / "serve.log"
    with log.open("a") as stderr:
        process = subprocess.Popen(
            [FORNIX, "serve", "--listen", "127.0.0.1:0", "--dicom", "127.0.0.1:0", *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        line = ready_line(process, log)
        host, _, port = line.removeprefix("ready http://").rpartition(":")
        yield Served(process, host, int(port), environment, log)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def ready_line(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
    line = process.stdout.readline() if readable else ""
    assert line.startswith("ready http://"), log.read_text()
    return line.strip()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read to its end."""

    status: int
    headers: Message
    body: bytes


def ask(served: Served, path: str, **headers: str) -> Answer:
    connection = HTTPConnection(served.host, served.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


@contextmanager
def slow_reader(served: Served, path: str, authorization: str) -> Iterator[socket.socket]:
    """A connection on which the answer has begun, and of which nothing more is read."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENCE_S)
        connection.connect((served.host, served.port))
        request = f"GET {path} HTTP/1.1\r\nHost: {served.host}\r\nAuthorization: {authorization}\r\n\r\n"
        connection.sendall(request.encode())
        assert connection.recv(12) == b"HTTP/1.1 200"
        yield connection


def wait_until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.2)


def outcomes(environment: dict[str, str]) -> list[str]:
    code = "answer = list(Access.objects.order_by('pk').values_list('outcome', flat=True))"
    found = inside(environment, code)
    assert isinstance(found, list)
    return found


def children(pid: int) -> dict[int, str]:
    """The processes that a process has started: their command lines by number."""
    return {number: words for number, parent, words in _processes() if parent == pid}


def left_of(family: dict[int, str]) -> dict[int, str]:
    """Those of these processes that run yet. Numbers are used again, for threads too: the command line tells."""
    running = {number: words for number, _, words in _processes()}
    return {pid: words for pid, words in family.items() if running.get(pid) == words}


def _processes() -> list[tuple[int, int, str]]:
    """Number, parent and command line of each; of one that has ended, and that nobody waited for, another line."""
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,args="], check=True, capture_output=True, text=True
    ).stdout
    rows = (re.split(r"\s+", line.strip(), maxsplit=2) for line in listed.splitlines())
    return [(int(number), int(parent), words) for number, parent, words in rows]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
