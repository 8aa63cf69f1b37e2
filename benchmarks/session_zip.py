"""A whole session as a zip over loopback: Fornix's stored zip against Orthanc's archive of the same study."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import fornix_site, orthanc
from benchmarks.downloading import Download, download_zip
from benchmarks.fornix_command import Fornix

GOAL = 50.0


@dataclass(frozen=True, slots=True)
class SessionZip:
    """The downloads of both, in the order in which they were interleaved."""

    fornix: tuple[Download, ...]
    orthanc: tuple[Download, ...]

    @property
    def ratio(self) -> float:
        """How many times as fast as Orthanc, by medians."""
        return median(one.seconds for one in self.orthanc) / median(one.seconds for one in self.fornix)


def measure(source: Path, files: int, work: Path, rounds: int) -> SessionZip:
    """Both are filled from `source` first; then the downloads take turns."""
    archive = Fornix(work / "fornix-zip")
    archive.prepare()
    archive.import_folder(source, files)
    ours: list[Download] = []
    theirs: list[Download] = []
    with orthanc.running(work / "orthanc-zip") as server, fornix_site.running(archive) as site:
        server.send(source, files)
        for _ in range(rounds):
            ours.append(download_zip(site.zip_url, {"Cookie": site.cookie}))
            theirs.append(download_zip(server.archive_url()))
    shutil.rmtree(archive.data)
    shutil.rmtree(work / "orthanc-zip")
    return SessionZip(tuple(ours), tuple(theirs))
