"""Images over the DICOM network: `fornix serve`, Orthanc and dcmtk's storescp, each fed by storescu over one or four
associations.
"""

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.peers import DCMTK

from benchmarks import orthanc, processes
from benchmarks.fornix_command import Fornix
from benchmarks.orthanc import NO_DELAY
from benchmarks.processes import BenchmarkFailed, Run

GOAL = 1.0  # times Orthanc
ASSOCIATIONS = (1, 4)


@dataclass(frozen=True, slots=True)
class Receiver:
    """A running receiver: where it listens, the process that receives, and how many files it holds."""

    port: int
    pid: int
    held: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Storing:
    """One set of images over so many associations: the runs of each receiver, in the order of interleaving."""

    images: str
    files: int
    total_bytes: int
    associations: int
    runs: dict[str, tuple[Run, ...]]

    @property
    def ratio(self) -> float:
        """How many times as fast as Orthanc, by medians."""
        return self.median_s("Orthanc") / self.median_s("Fornix")

    def median_s(self, name: str) -> float:
        """Seconds of a receiver."""
        return median(run.seconds for run in self.runs[name])


def measure(images: str, source: Path, work: Path, rounds: int) -> list[Storing]:
    """Sends a folder to each, into an empty store, over one and over four associations."""
    files = [path for path in sorted(source.rglob("*")) if path.is_file()]
    total = sum(path.stat().st_size for path in files)
    measured = []
    for associations in ASSOCIATIONS:
        shares = _shares(files, associations, work / f"{images}-{associations}")
        runs: dict[str, list[Run]] = {name: [] for name in RECEIVERS}
        for number in range(rounds):
            for name, running in RECEIVERS.items():
                folder = work / f"{name}-{number}"
                runs[name].append(_one(running, folder, shares, len(files)))
                shutil.rmtree(folder)
        measured.append(
            Storing(
                images, len(files), total, associations, {name: tuple(each) for name, each in runs.items()}
            )
        )
    return measured


def _one(
    running: Callable[[Path], AbstractContextManager[Receiver]], folder: Path, shares: list[Path], files: int
) -> Run:
    with running(folder) as receiver:
        started = time.perf_counter()
        threads = [threading.Thread(target=_send, args=(receiver.port, share)) for share in shares]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - started
        if (held := receiver.held()) != files:
            raise BenchmarkFailed(f"{folder.name} holds {held} of {files} files")
        return Run(seconds, processes.peak_bytes(receiver.pid), "")


def _shares(files: list[Path], count: int, folder: Path) -> list[Path]:
    """The files in as many folders, by links: neighbours go to different ones, as when senders share a series."""
    shares = [folder / str(number) for number in range(count)]
    for share in shares:
        share.mkdir(parents=True)
    for number, path in enumerate(files):
        (shares[number % count] / f"{number:05}.dcm").hardlink_to(path)
    return shares


def _send(port: int, folder: Path) -> None:
    processes.run([str(DCMTK.find()), "-R", "+sd", "127.0.0.1", str(port), str(folder)], NO_DELAY)


@contextmanager
def _fornix(folder: Path) -> Iterator[Receiver]:
    archive = Fornix(folder)
    archive.prepare()
    port = processes.free_port()
    command = archive.command("serve", "--listen", "127.0.0.1:0", "--dicom", f"127.0.0.1:{port}")
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, env={**os.environ, **NO_DELAY}
        )
        try:
            assert process.stdout
            process.stdout.readline()
            processes.wait_until(lambda: _echoes(port), "the receiver of fornix serve", 60)
            yield Receiver(port, _child(process.pid, "receiver_process"), lambda: _waiting_files(archive))
        finally:
            processes.stop(process)


def _waiting_files(archive: Fornix) -> int:
    shown = json.loads(processes.run(archive.command("show", "--json")).output)
    return sum(int(arrival["files"]) for arrival in shown["arrivals"])


@contextmanager
def _orthanc(folder: Path) -> Iterator[Receiver]:
    with orthanc.running(folder) as server:
        yield Receiver(server.dicom_port, server.pid, lambda: int(server.statistics()["CountInstances"]))


@contextmanager
def _storescp(folder: Path) -> Iterator[Receiver]:
    store = folder / "store"
    store.mkdir(parents=True)
    port = processes.free_port()
    program = Path(str(DCMTK.find())).with_name("storescp")
    command = [str(program), "--fork", "-od", str(store), str(port)]
    process = subprocess.Popen(command, env={**os.environ, **NO_DELAY}, stdout=subprocess.DEVNULL)
    try:
        processes.wait_until(lambda: _echoes(port), "storescp")
        yield Receiver(port, process.pid, lambda: sum(1 for _ in store.iterdir()))
    finally:
        processes.stop(process)


RECEIVERS: dict[str, Callable[[Path], AbstractContextManager[Receiver]]] = {
    "Fornix": _fornix,
    "Orthanc": _orthanc,
    "storescp": _storescp,
}


def _echoes(port: int) -> bool:
    echoscu = Path(str(DCMTK.find())).with_name("echoscu")
    done = subprocess.run([str(echoscu), "127.0.0.1", str(port)], check=False, capture_output=True)
    return done.returncode == 0


def _child(parent: int, word: str) -> int:
    """The child process whose command line has this word."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and word in (path / "cmdline").read_text():
                return int(path.name)
        except OSError:
            continue  # it has just ended
    raise BenchmarkFailed(f"no {word} runs")
