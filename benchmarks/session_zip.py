"""A whole session as a zip over loopback: Fornix's stored zip against Orthanc's archive of the same study."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import fornix_site, orthanc, processes
from benchmarks.fornix_command import Fornix
from benchmarks.processes import Run

GOAL = 50.0


@dataclass(frozen=True, slots=True)
class SessionZip:
    """The downloads of both, in the order in which they were interleaved, and their lengths."""

    fornix: tuple[Run, ...]
    fornix_bytes: int
    orthanc: tuple[Run, ...]
    orthanc_bytes: int

    @property
    def ratio(self) -> float:
        """How many times as fast as Orthanc, by medians."""
        return median(run.seconds for run in self.orthanc) / median(run.seconds for run in self.fornix)


def measure(source: Path, files: int, work: Path, rounds: int) -> SessionZip:
    """Both are filled from `source` first; then the downloads take turns."""
    archive = Fornix(work / "fornix-zip")
    archive.prepare()
    archive.import_folder(source, files)
    ours: list[Run] = []
    theirs: list[Run] = []
    target = work / "session.zip"
    with orthanc.running(work / "orthanc-zip") as server, fornix_site.running(archive) as site:
        server.send(source, files)
        for _ in range(rounds):
            ours.append(site.download(target))
            our_bytes = target.stat().st_size
            started = time.perf_counter()
            their_bytes = server.download_archive(target)
            seconds = time.perf_counter() - started
            theirs.append(Run(seconds, processes.peak_bytes(server.pid), ""))
    target.unlink()
    shutil.rmtree(archive.data)
    shutil.rmtree(work / "orthanc-zip")
    return SessionZip(tuple(ours), our_bytes, tuple(theirs), their_bytes)
