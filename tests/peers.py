"""The programs of others that some tests run beside Fornix: what they are for, and how one installs them.

Only the standard library: this is read before anything is set up.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Peer:
    """A program; any one of `commands` is it. `packages` are Debian's."""

    name: str
    commands: tuple[str, ...]
    packages: tuple[str, ...]
    purpose: str

    @property
    def install(self) -> str:
        return f"apt-get install {' '.join(self.packages)}"

    def find(self) -> Path | None:
        """Where it is installed, None where it is not."""
        for command in self.commands:
            if found := shutil.which(command, path=search_path()):
                return Path(found)
        return None


def search_path() -> str:
    """PATH, and where Debian puts servers outside a plain user's: PostgreSQL by version, newest first."""
    found = Path("/usr/lib/postgresql").glob("*/bin")
    versions = sorted(found, key=lambda folder: folder.parent.name, reverse=True)
    return os.pathsep.join([os.environ.get("PATH", ""), *map(str, versions), "/usr/local/sbin", "/usr/sbin"])


CHROMIUM = Peer(
    "Chromium",
    ("chromium", "chromium-browser", "google-chrome"),
    ("chromium", "fonts-dejavu-core", "fonts-noto-core"),
    "the pages in a real browser",
)
POSTGRESQL = Peer("PostgreSQL", ("initdb",), ("postgresql",), "the suite on the second database")
DCMTK = Peer("dcmtk", ("storescu",), ("dcmtk",), "images sent and read by another DICOM tool kit")
ORTHANC = Peer("Orthanc", ("Orthanc",), ("orthanc",), "the benchmark's rival")
PEERS = (CHROMIUM, POSTGRESQL, DCMTK, ORTHANC)


def missing_peers() -> list[Peer]:
    return [peer for peer in PEERS if not peer.find()]


def peers_are_required() -> bool:
    """On the build machine a missing peer is a failure, not a reason to test less."""
    return os.environ.get("FORNIX_REQUIRE_PEERS", "") not in {"", "0"}


def missing_report(peers: Iterable[Peer]) -> list[str]:
    return [f"MISSING {peer.name} ({peer.purpose}): {peer.install}" for peer in peers]


if __name__ == "__main__":
    # `python -m tests.peers [missing]`: Debian's packages on one line, for apt-get install.
    wanted = missing_peers() if sys.argv[1:] == ["missing"] else PEERS
    print(" ".join(package for peer in wanted for package in peer.packages))
