"""Sweeps of a large Calpendo: the first one, one that finds nothing changed, and one that finds a hundredth changed."""

import hashlib
import json
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import calpendo, processes
from benchmarks.calpendo import Calpendo, told
from benchmarks.fornix_command import Fornix
from benchmarks.processes import Run

PROJECTS_WITH_DATA = 1000
GOAL_FIRST_S, GOAL_FIRST_BYTES, GOAL_UNCHANGED_S = 60.0, 300e6, 10.0
_HELD_TOO = (0, 3)  # exit codes: done, or done and something waits for a decision
_SET_UP = """
import json, sys, django
django.setup()
from django.utils import timezone
from fornix.catalog.projects import create_project
from fornix.models import Account
told, at = json.load(sys.stdin), timezone.now()
Account.objects.bulk_create(
    Account(username=f"person{n}", email=email, created_at=at, password="!") for n, email in enumerate(told["emails"])
)
for code in told["codes"]:
    create_project(code, at=at, source="benchmark")
"""


@dataclass(frozen=True, slots=True)
class Sweeps:
    """The measured runs of each kind, how many requests each kind sent, and the tables that a quiet sweep wrote to."""

    first: tuple[Run, ...]
    unchanged: tuple[Run, ...]
    changed: tuple[Run, ...]
    details: Run
    requests: dict[str, int]
    counts: dict[str, int]
    rights: int
    written_by_unchanged: tuple[str, ...]


def measure(work: Path, rounds: int) -> Sweeps:
    """Each round on an archive of its own, with accounts for all active people and 1,000 projects that hold data."""
    first, unchanged, changed = [], [], []
    requests: dict[str, int] = {}
    with calpendo.running() as booking:
        for number in range(rounds):
            archive = _archive(work / f"sweeps-{number}", booking)
            first.append(_sweep(archive, booking, "--accept-first"))
            before = _tables(archive)
            unchanged.append(_sweep(archive, booking))
            written = tuple(name for name, digest in _tables(archive).items() if digest != before[name])
            booking.stir(1, seed=number)
            changed.append(_sweep(archive, booking))
        rights = _rights(archive)
        for kind, runs in {"first": first, "unchanged": unchanged, "changed": changed}.items():
            requests[kind] = told(runs[-1])["requests"]
        counts = told(first[-1])["counts"]
    with calpendo.running("sets_in_paths=false") as booking:
        archive = _archive(work / "details", booking)
        details = _sweep(archive, booking, "--accept-first")
    requests["details"] = told(details)["requests"]
    return Sweeps(tuple(first), tuple(unchanged), tuple(changed), details, requests, counts, rights, written)


def _archive(data: Path, booking: Calpendo) -> Fornix:
    archive = Fornix(data)
    archive.prepare()
    people = booking.rows("Calpendo.CalpendoUser", "id", "email", "status")
    projects = booking.rows("Calpendo.Project", "id", "projectCode", "status")
    emails = [row["email"] for row in people if row["status"] == "Normal" and row["email"]]
    codes = [row["projectCode"] for row in projects if row["status"] == "Approved"]
    told = {"emails": emails, "codes": [code for code in codes if code][:PROJECTS_WITH_DATA]}
    settings = {"FORNIX_DATA": str(data), "DJANGO_SETTINGS_MODULE": "fornix.settings"}
    processes.run([sys.executable, "-c", _SET_UP], settings, input_text=json.dumps(told))
    return archive


def _sweep(archive: Fornix, booking: Calpendo, *words: str) -> Run:
    return processes.run(archive.command("mirror", "--json", *words), booking.settings, accepted=_HELD_TOO)


def _tables(archive: Fornix) -> dict[str, str]:
    """What each table holds, as a digest."""
    with sqlite3.connect(archive.data / "fornix.sqlite3") as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: hashlib.sha256(
                repr(database.execute(f'SELECT * FROM "{name}"').fetchall()).encode()
            ).hexdigest()
            for name in names
        }


def _rights(archive: Fornix) -> int:
    with sqlite3.connect(archive.data / "fornix.sqlite3") as database:
        number: int = database.execute("SELECT count(*) FROM fornix_membership").fetchone()[0]
        return number
