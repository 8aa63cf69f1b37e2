"""An import as a process of its own that kills itself (SIGKILL) at a chosen step. Run by test_kill_import.

`python killed_import.py STEP PATH`: a step is a database statement, a sync, a link or an unlink; 0: no kill.
Before it begins it checks what the last one left; in the end it prints what the archive holds, as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
from pathlib import Path

from fornix.commands.setup import open_archive

FINDINGS = 9


class Steps:
    """Counts steps, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.count = 0
        self._lock = threading.Lock()

    def take(self) -> None:
        with self._lock:
            self.count += 1
            if self.count == self.last:
                os.kill(os.getpid(), signal.SIGKILL)

    def of_database(self, execute, sql, parameters, many, context):
        self.take()
        return execute(sql, parameters, many, context)

    def watch(self, name: str) -> None:
        real = getattr(os, name)

        def step(*arguments, **details):
            self.take()
            return real(*arguments, **details)

        setattr(os, name, step)


def main(last: int, path: Path) -> int:
    open_archive(None)
    from django.db import connection

    from fornix import wiring
    from fornix.ingest import filing, receive
    from fornix.ingest.importing import import_paths
    from fornix.integrity.check import check

    findings = list(check(wiring.store(), read_bytes=True))
    if findings:
        print(findings)
        return FINDINGS
    # Small portions, so that a small import has many steps.
    filing.FILES_PER_TRANSACTION, receive.BATCH_FILES = 5, 7
    steps = Steps(last)
    for name in ("fsync", "link", "unlink"):
        steps.watch(name)
    with connection.execute_wrapper(steps.of_database):
        import_paths(
            [path], receive.Destination("A", may_create_project=True), wiring.store(), wiring.site_rules()
        )
    print(json.dumps(told() | {"steps": steps.count}))
    return 0


def told() -> dict:
    from fornix import wiring
    from fornix.catalog.inventory import project_rows, session_rows
    from fornix.models import Arrival, Event, File, Flag, ImagingSession, Project, Upload

    blobs = wiring.environment().data / "blobs"
    files = [path for path in blobs.rglob("*") if path.is_file()]
    return {
        "projects": list(project_rows(Project.objects.all())),
        "sessions": list(session_rows(ImagingSession.objects.order_by("accession"))),
        "files": sorted(
            File.objects.filter(resource__isnull=False).values_list("resource__label", "name", "blob__sha256")
        ),
        "bytes": sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in files),
        "waiting": list(Arrival.objects.order_by("group").values_list("group", "refusal", "file_count")),
        "uploads": Upload.objects.exclude(arrivals__isnull=False).count(),
        "events": sorted(
            # An arrival's id is made anew by each import.
            [event.verb, json.dumps(event.details | {"arrival": ""}, sort_keys=True)]
            for event in Event.objects.all()
        ),
        "flags": sorted(Flag.objects.values_list("kind", flat=True)),
    }


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2])))
