"""`fornix backup`: saves database and bytes of an archive, which may go on running."""

from __future__ import annotations

import argparse
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from fornix.commands.main import DONE, FAILED
from fornix.commands.progress import Progress
from fornix.commands.setup import find_archive
from fornix.errors import Unavailable
from fornix.integrity.backup import BackupReport, Origin, back_up
from fornix.storage.local import LocalStore
from fornix.web.formats import plural, size

_NAMED = 20  # lost and damaged files on a terminal; --json has all that the report has


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`backup DIR [--keep N] [--verify] [--json]`."""
    parser.add_argument(
        "folder", metavar="DIR", type=Path, help="the backup: a new folder, or that of earlier ones"
    )
    parser.add_argument(
        "--keep", metavar="N", type=_positive, default=14, help="how many databases are kept (default: 14)"
    )
    parser.add_argument(
        "--verify", action="store_true", help="read again what was copied before, and compare its SHA-256"
    )
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def run(args: argparse.Namespace) -> int:
    """Prints what was saved. Exit code 1 when the archive lacks bytes that its database names."""
    origin = _origin(args.data)
    # A backup is for its owner's eyes only: it holds what the archive holds.
    os.umask(0o077)
    progress = Progress()
    try:
        report = back_up(
            origin,
            args.folder.absolute(),
            at=datetime.now(UTC),
            keep=args.keep,
            verify=args.verify,
            tell=progress.tell,
        )
    finally:
        progress.end()
    if args.json:
        print(json.dumps(_as_json(report), indent=1))
    else:
        _print(report, origin)
    return FAILED if report.lost.count or report.damaged.count else DONE


def _origin(data: Path | None) -> Origin:
    environment, database = find_archive(data)
    key = environment.data / "secret-key"
    if not key.is_file():
        raise Unavailable(
            f"There is no archive in {environment.data}. `fornix --data DIR backup` names its folder."
        )
    config = (environment.file.path,) if environment.file.path else ()
    return Origin(
        data=environment.data,
        database=database,
        store=LocalStore(environment.data / "blobs"),
        secret_key=key.read_text(),
        settings=(key, *config),
        variables=tuple(sorted(name for name in os.environ if _is_setting(name))),
    )


def _print(report: BackupReport, origin: Origin) -> None:
    copied = f"{report.files:,} copied" + (f" ({size(report.bytes)})" if report.files else "")
    there = f"{report.there:,} were there"
    print(f"saved the database and {plural(report.keys, 'file')} as {report.snapshot}: {copied}, {there}")
    if report.dropped:
        print(f"{plural(report.dropped, 'older database')} dropped; their bytes are kept")
    if origin.variables:
        print(
            f"not in the backup, keep them yourself: the settings in the environment ({', '.join(origin.variables)})"
        )
    for what, named in (("lost", report.lost), ("damaged", report.damaged)):
        for key in named.first[:_NAMED]:
            print(f"{what} in the archive: {key}")
        if named.count:
            print(f"{plural(named.count, 'file')} {what} in the archive. `fornix check --bytes` says more.")


def _as_json(report: BackupReport) -> dict[str, object]:
    return {
        "snapshot": report.snapshot,
        "files": report.keys,
        "copied": report.files,
        "copied_bytes": report.bytes,
        "there": report.there,
        "lost": report.lost.first,
        "lost_count": report.lost.count,
        "damaged": report.damaged.first,
        "damaged_count": report.damaged.count,
    }


def _is_setting(name: str) -> bool:
    """Of the environment, and of every machine: where the data lie is said anew when they are restored."""
    return name.startswith("FORNIX_") and name != "FORNIX_DATA"


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number from 1 on, not {text}")
    return int(text)
