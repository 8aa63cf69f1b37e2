"""Orthanc as the rival: Debian's package with its defaults (synced storage), fed by dcmtk's storescu."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tests.peers import DCMTK, ORTHANC

from benchmarks import processes
from benchmarks.processes import BenchmarkFailed, Run

# With Nagle's algorithm each response waits some 45 ms: without this the comparison would be false, in our favour.
NO_DELAY = {"TCP_NODELAY": "1"}


@dataclass(frozen=True, slots=True)
class Orthanc:
    """A running Orthanc on loopback ports."""

    pid: int
    dicom_port: int
    url: str

    def statistics(self) -> dict[str, Any]:
        answer: dict[str, Any] = httpx.get(f"{self.url}/statistics", timeout=60).json()
        return answer

    def send(self, folder: Path, files: int) -> Run:
        """Send a folder over one association; raises BenchmarkFailed unless all of it arrived."""
        storescu = [str(DCMTK.find()), "+sd", "+r", "127.0.0.1", str(self.dicom_port), str(folder)]
        sent = processes.run(storescu, NO_DELAY)
        arrived = self.statistics()["CountInstances"]
        if arrived != files:
            raise BenchmarkFailed(f"Orthanc holds {arrived} of {files} instances")
        return sent

    def archive_url(self) -> str:
        """Where the zip of the one study is."""
        (study,) = httpx.get(f"{self.url}/studies", timeout=60).json()
        return f"{self.url}/studies/{study}/archive"


@contextmanager
def running(folder: Path) -> Iterator[Orthanc]:
    """Start Orthanc with an empty store in `folder`; it ends with the block."""
    folder.mkdir(parents=True)
    http_port, dicom_port = processes.free_port(), processes.free_port()
    settings = {
        "Name": "benchmark",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "HttpPort": http_port,
        "DicomPort": dicom_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "Plugins": [],
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    url = f"http://127.0.0.1:{http_port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(ORTHANC.find()), str(folder / "orthanc.json")],
            env={"PATH": "/usr/bin:/bin", **NO_DELAY},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            processes.wait_until(lambda: _answers(url), "Orthanc")
            yield Orthanc(process.pid, dicom_port, url)
        finally:
            processes.stop(process)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/system", timeout=2).is_success
    except httpx.TransportError:
        return False
