"""`fornix check`: proves that counters, rows, bytes and manifests agree, and mends what is safe to mend."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone

from fornix.commands.main import DONE, FAILED
from fornix.commands.progress import Progress
from fornix.errors import Invalid
from fornix.integrity.check import Inspection, Mended, inspect, repair
from fornix.integrity.snapshots import backup_store
from fornix.models import Blob, ImagingSession, Upload
from fornix.storage.store import Store
from fornix.wiring import store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`check [--bytes] [--repair [--from BACKUP]] [--json]`."""
    parser.add_argument("--bytes", action="store_true", help="read every file and compare its SHA-256")
    parser.add_argument(
        "--repair", action="store_true", help="mend what is safe to mend, and say what was done"
    )
    parser.add_argument(
        "--from",
        dest="backup",
        type=Path,
        metavar="BACKUP",
        help="with --repair: a folder of `fornix backup`, where lost or damaged bytes are looked for",
    )
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def run(args: argparse.Namespace) -> int:
    """Prints each finding as it is found. Exit code 1 when one is left."""
    if args.backup and not args.repair:
        raise Invalid("--from goes with --repair.")
    progress = Progress()
    spare = backup_store(args.backup) if args.backup else None
    outcomes = _outcomes(args, progress, spare)
    if args.json:
        return _print_json(args, list(outcomes))
    found = left = 0
    for item in outcomes:
        progress.end()
        finding = item.finding
        print(f"{finding.kind}: {finding.where}: {finding.detail}", flush=True)
        if args.repair:
            print(f"  {'mended' if item.is_mended else 'left'}: {item.outcome}", flush=True)
        found, left = found + 1, left + (not item.is_mended)
    progress.end()
    _print_summary(args, found, left)
    return FAILED if left else DONE


def _outcomes(args: argparse.Namespace, progress: Progress, spare: Store | None) -> Iterator[Mended]:
    inspection = Inspection(store(), timezone.now(), spare, progress.tell)
    if args.repair:
        yield from repair(inspection, read_bytes=args.bytes)
        return
    for finding in inspect(inspection, read_bytes=args.bytes):
        yield Mended(finding, is_mended=False, outcome="")


def _print_summary(args: argparse.Namespace, found: int, left: int) -> None:
    unfinished = _unfinished()
    if unfinished:
        print(
            f"{unfinished} imports are under way or were cut off; the next import or `fornix serve` ends them."
        )
    how = "counters, rows, bytes and hashes" if args.bytes else "counters, rows and bytes"
    files, sessions = Blob.objects.count(), ImagingSession.objects.count()
    mended = f", {found - left} mended" if args.repair and found else ""
    print(f"{how} of {sessions} sessions and {files} files: {found} findings{mended}")
    if args.repair and left:
        print("What is left needs a person: each line says what to do.")


def _print_json(args: argparse.Namespace, outcomes: list[Mended]) -> int:
    report = {
        "findings": [_as_json(item, args) for item in outcomes],
        "files": Blob.objects.count(),
        "sessions": ImagingSession.objects.count(),
        "unfinished_imports": _unfinished(),
        "bytes_read": args.bytes,
    }
    print(json.dumps(report, indent=1))
    return FAILED if any(not item.is_mended for item in outcomes) else DONE


def _as_json(item: Mended, args: argparse.Namespace) -> dict[str, Any]:
    finding = item.finding
    told = {"kind": finding.kind, "where": finding.where, "detail": finding.detail}
    return told | ({"mended": item.is_mended, "outcome": item.outcome} if args.repair else {})


def _unfinished() -> int:
    """Uploads that no process has ended. A receiver's lasts as long as its process, and is no import."""
    return Upload.objects.filter(settled_at__isnull=True, acknowledges_each=False).count()
