"""A folder of classic slices into the archive: `fornix import` against Orthanc fed by storescu from the same folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import orthanc, processes
from benchmarks.fornix_command import Fornix
from benchmarks.processes import Run

GOAL = 10.0


@dataclass(frozen=True, slots=True)
class FolderImport:
    """The runs of both, in the order in which they were interleaved."""

    files: int
    total_bytes: int
    fornix: tuple[Run, ...]
    orthanc: tuple[Run, ...]

    @property
    def ratio(self) -> float:
        """How many times as fast as Orthanc, by medians."""
        return median(run.seconds for run in self.orthanc) / median(run.seconds for run in self.fornix)


def measure(source: Path, files: int, work: Path, rounds: int) -> FolderImport:
    """Both import `source` into an empty archive in `work`, by turns; caches stay warm."""
    ours: list[Run] = []
    theirs: list[Run] = []
    for number in range(rounds):
        ours.append(_fornix(source, files, work / f"fornix-{number}"))
        theirs.append(_orthanc(source, files, work / f"orthanc-{number}"))
    total = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
    return FolderImport(files, total, tuple(ours), tuple(theirs))


def _fornix(source: Path, files: int, data: Path) -> Run:
    archive = Fornix(data)
    archive.prepare()
    done = archive.import_folder(source, files)
    shutil.rmtree(data)
    return done


def _orthanc(source: Path, files: int, folder: Path) -> Run:
    with orthanc.running(folder) as server:
        sent = server.send(source, files)
        done = Run(sent.seconds, processes.peak_bytes(server.pid), sent.output)
    shutil.rmtree(folder)
    return done
