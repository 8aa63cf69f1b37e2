"""What the numbers were measured on."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from tests.peers import DCMTK, ORTHANC


def facts(work: Path) -> list[tuple[str, str]]:
    """Name and value, for the report."""
    return [
        ("processor", f"{os.cpu_count()} × {_field('/proc/cpuinfo', 'model name')}"),
        ("memory", f"{int(_field('/proc/meminfo', 'MemTotal').split()[0]) / 1024**2:.1f} GiB"),
        ("system", f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}"),
        ("file system", _file_system(work)),
        ("load before", " ".join(f"{load:.2f}" for load in os.getloadavg())),
        ("Fornix", f"{version('fornix')}, Python {platform.python_version()}"),
        ("Orthanc", _first_line([str(ORTHANC.find()), "--version"])),
        ("dcmtk", _first_line([str(DCMTK.find()), "--version"])),
    ]


def _field(path: str, name: str) -> str:
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "unknown"


def _file_system(path: Path) -> str:
    return _output(["stat", "--file-system", "--format=%T", str(path)])


def _first_line(command: list[str]) -> str:
    return _output(command).splitlines()[0].strip("$ ").removeprefix("/usr/sbin/")


def _output(command: list[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip() or "unknown"
