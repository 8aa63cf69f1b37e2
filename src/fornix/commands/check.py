"""`fornix check`: proves that counters, rows and bytes agree. Exit code 1 on a finding."""

from __future__ import annotations

import argparse
import json

from fornix.commands.main import DONE, FAILED
from fornix.integrity.check import check
from fornix.models import Blob, ImagingSession, Upload
from fornix.wiring import store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`check [--bytes] [--json]`."""
    parser.add_argument("--bytes", action="store_true", help="read every file and compare its SHA-256")
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def run(args: argparse.Namespace) -> int:
    """Prints each finding."""
    findings = list(check(store(), read_bytes=args.bytes))
    files, sessions = Blob.objects.count(), ImagingSession.objects.count()
    unfinished = Upload.objects.filter(settled_at__isnull=True).count()
    if args.json:
        report = {
            "findings": [
                {"kind": item.kind, "where": item.where, "detail": item.detail} for item in findings
            ],
            "files": files,
            "sessions": sessions,
            "unfinished_imports": unfinished,
            "bytes_read": args.bytes,
        }
        print(json.dumps(report, indent=1))
    else:
        for item in findings:
            print(f"{item.kind}: {item.where}: {item.detail}")
        if unfinished:
            print(
                f"{unfinished} imports are under way or were cut off; the next import or `fornix serve` ends them."
            )
        how = "counters, rows, bytes and hashes" if args.bytes else "counters, rows and bytes"
        print(f"{how} of {sessions} sessions and {files} files: {len(findings)} findings")
    return FAILED if findings else DONE
