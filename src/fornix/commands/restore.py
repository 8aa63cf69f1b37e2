"""`fornix restore`: makes an archive of a backup, in an empty place, and looks whether it is whole."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from fornix.commands.main import DONE, FAILED
from fornix.commands.progress import Progress
from fornix.commands.setup import find_archive, open_archive
from fornix.integrity.restore import RestoreReport, choose_snapshot, restore
from fornix.integrity.snapshots import open_backup


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`restore DIR [--data NEW] [--snapshot NAME] [--json]`."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="a folder of `fornix backup`")
    parser.add_argument(
        "--data",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="NEW",
        help="the data folder of the restored archive; new or empty (default: FORNIX_DATA)",
    )
    parser.add_argument(
        "--snapshot", metavar="NAME", default="", help="which saved database (default: the newest)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def run(args: argparse.Namespace) -> int:
    """Restores, then checks. Exit code 1 when something of the backup is lost or contradicts itself."""
    folder = open_backup(args.folder.absolute())
    snapshot = choose_snapshot(folder, args.snapshot)
    environment, database = find_archive(args.data)
    before = os.umask(0o077)
    progress = Progress()
    try:
        report = restore(folder, snapshot, environment.data, database, progress.tell)
    finally:
        os.umask(before)
        progress.end()
    open_archive(args.data)  # an archive of an earlier version is brought up to date
    findings = _findings()
    if args.json:
        print(json.dumps(_as_json(report, findings), indent=1))
    else:
        _print(report, findings, environment.data)
    return FAILED if findings or report.lost.count or report.damaged.count else DONE


def _findings() -> list[str]:
    from fornix.integrity.check import check
    from fornix.wiring import store

    return [
        f"{finding.kind}: {finding.where}: {finding.detail}" for finding in check(store(), read_bytes=False)
    ]


def _print(report: RestoreReport, findings: list[str], data: Path) -> None:
    print(
        f"restored {report.snapshot} into {data}: the database and {report.files} files, each with its hash compared"
    )
    if report.variables:
        print(f"the archive had these settings in its environment: {', '.join(report.variables)}")
    for what, named in (("lost", report.lost), ("damaged", report.damaged)):
        if named.count:
            print(f"{named.count} files are {what} in the backup; the first is {named.first[0]}")
    for finding in findings:
        print(finding)
    print(f"`fornix check`: {len(findings)} findings")


def _as_json(report: RestoreReport, findings: list[str]) -> dict[str, object]:
    return {
        "snapshot": report.snapshot,
        "files": report.files,
        "bytes": report.bytes,
        "lost": report.lost.first,
        "damaged": report.damaged.first,
        "findings": findings,
    }
