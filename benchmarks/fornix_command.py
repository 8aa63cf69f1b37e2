"""Fornix as the benchmark sees it: its command, as an operator types it."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes
from benchmarks.processes import BenchmarkFailed, Run

COMMAND = Path(sys.executable).with_name("fornix")
PROJECT = "BENCH"


@dataclass(frozen=True, slots=True)
class Fornix:
    """An archive in a data folder of its own."""

    data: Path

    def command(self, *arguments: str) -> list[str]:
        return [str(COMMAND), "--data", str(self.data), *arguments]

    def prepare(self) -> None:
        """Make the data folder and its database, as the rival's are made when it starts."""
        self.data.mkdir(parents=True)
        shown = json.loads(processes.run(self.command("show", "--json")).output)
        if shown["projects"]:
            raise BenchmarkFailed(f"{self.data} is new, yet the archive holds projects")

    def import_folder(self, folder: Path, files: int) -> Run:
        """Import a folder; raises BenchmarkFailed unless the archive then holds all of it."""
        done = processes.run(self.command("import", str(folder), "--project", PROJECT, "--json"))
        held = self.files_held()
        if held != files:
            raise BenchmarkFailed(f"Fornix holds {held} of {files} files")
        return done

    def files_held(self) -> int:
        shown = json.loads(processes.run(self.command("show", PROJECT, "--json")).output)
        sessions = [session for project in shown["projects"] for session in project["sessions"]]
        return sum(int(scan["files"]) for session in sessions for scan in session["scans"])
