"""An archive on a small disk of its own, which gets full or read-only. Run by test_full_disk in a mount namespace.

`python full_disk.py PLACE`: what lies on the small disk, `data` (bytes and database) or `blobs` (bytes alone). Prints
as JSON what was refused and kept, while it was full and while it was read-only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from fornix.commands.setup import open_archive

LARGE = "size=64m"
TROUBLES = {"full": "size=3m", "read-only": f"ro,{LARGE}"}
SENT = 40  # of 100 kB each: more than the small disk holds


def mount(options: str, folder: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)


def remount(options: str, folder: Path) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


def main(place: str) -> None:
    data = Path(os.environ["FORNIX_DATA"])
    small = data if place == "data" else data / "blobs"
    small.mkdir(parents=True, exist_ok=True)
    mount(LARGE, small)
    open_archive(None)
    from django.db import connection
    from tests.integration.ingest.archive import elements
    from tests.integration.ingest.sending import said

    from fornix import wiring
    from fornix.errors import Unavailable
    from fornix.ingest.network import Intake
    from fornix.integrity.check import check
    from fornix.models import File

    intake = Intake(wiring.store())

    def send(number: int) -> str:
        uid = f"1.2.8.{number}"
        try:
            intake.take(said(uid), [elements(SOPInstanceUID=uid), bytes(100_000)])
        except Unavailable as refusal:
            return type(refusal).__name__
        return "success"

    first = send(0)
    answers = {}
    for kind, (trouble, options) in enumerate(TROUBLES.items()):
        numbers = range(1 + kind * SENT, 1 + (kind + 1) * SENT)
        connection.close()  # a file that is open for writing keeps its disk writable
        remount(options, small)
        during = Counter(map(send, numbers))
        remount(f"rw,{LARGE}", small)
        answers[trouble] = {"during": during, "after": Counter(map(send, numbers))}
    findings = [f"{found.kind} {found.where}" for found in check(wiring.store(), read_bytes=True)]
    named = set(File.objects.values_list("blob__key", flat=True))
    unnamed = [stat.key for stat in wiring.store().list("") if stat.key not in named]
    kept = {"files": File.objects.count(), "unnamed": len(unnamed), "findings": findings}
    print(json.dumps({"first": first} | answers | kept))


if __name__ == "__main__":
    main(*sys.argv[1:])
