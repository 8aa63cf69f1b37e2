"""`fornix import`: files, folders and archives into the archive; says what became of every one."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from fornix.commands.cleaned_labels import cleaned_label
from fornix.commands.main import DONE, FAILED, WAITS
from fornix.errors import Invalid
from fornix.ingest.filing import Filed
from fornix.ingest.importing import ImportReport, import_paths
from fornix.ingest.names import printable
from fornix.ingest.receive import Destination
from fornix.web.formats import plural, size
from fornix.wiring import environment, site_rules, store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`import PATH... [--project CODE] [--subject L] [--session L] [--json]`."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", type=Path, help="file, folder, zip, tar or tar.gz"
    )
    parser.add_argument(
        "--project", default="", metavar="CODE", help="file to this project; made if nobody knows it"
    )
    parser.add_argument("--subject", default="", metavar="LABEL", help="the subject's label")
    parser.add_argument("--session", default="", metavar="LABEL", help="the session's label")
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def run(args: argparse.Namespace) -> int:
    """Imports; exit code 1 when something could not be read, 3 when something waits."""
    destination = Destination(
        project=args.project.strip(),
        may_create_project=True,
        subject=cleaned_label("--subject", args.subject),
        session=cleaned_label("--session", args.session),
    )
    data = environment().data.resolve()
    if any(path.resolve().is_relative_to(data) for path in args.paths):
        raise Invalid("This is the archive's own data folder; its bytes are filed already.")
    report = import_paths(args.paths, destination, store(), site_rules())
    if args.json:
        print(json.dumps(_as_json(report), indent=1, ensure_ascii=False))
    else:
        _print(report)
    if report.has_failed:
        return FAILED
    return WAITS if report.waits else DONE


def _as_json(report: ImportReport) -> dict[str, object]:
    return {
        "sessions": [_session(item) for item in report.filed if item.session],
        "waiting": [
            {
                "id": item.arrival_id,
                "reason": item.waits_because,
                "files": item.files or item.already_here,
                "first": item.first_name,
                "already_here": bool(item.already_here),
            }
            for item in report.filed
            if item.waits_because
        ],
        "unrecognised": [
            {"name": item.name, "reason": item.reason, "kept_with": report.keeper_of(item)}
            for item in report.unrecognised
        ],
        "unreadable": [{"name": item.name, "reason": item.reason} for item in report.unreadable],
    }


def _session(item: Filed) -> dict[str, object]:
    session = item.session
    if session is None:
        return {}
    return {
        "project": session.project.label,
        "subject": session.subject.label,
        "session": session.label,
        "accession": session.accession,
        "study_uid": session.study_uid,
        "new": item.is_new,
        "scans": item.scans,
        "files": item.files,
        "bytes": item.bytes,
        "already_here": item.already_here,
        "notes": list(item.notes),
    }


def _print(report: ImportReport) -> None:
    for item in report.filed:
        if item.session is not None:
            print(_line(item))
            for note in item.notes:
                print(f"  note: {printable(note)}")
    for passenger in report.unrecognised:
        keeper = report.keeper_of(passenger)
        print(f"kept with {keeper}, not recognised: {printable(passenger.name)}: {passenger.reason}")
    for item in report.filed:
        if item.waits_because:
            files = plural(item.files or item.already_here, "file")
            again = " (already here)" if item.already_here else ""
            reason = printable(item.waits_because)
            print(
                f"waits: {files}{again}, first {printable(item.first_name)}: {reason}. Arrival {item.arrival_id}"
            )
    for failure in report.unreadable:
        print(f"fornix: could not read {printable(failure.name)}: {failure.reason}", file=sys.stderr)
    if not (report.filed or report.unrecognised or report.unreadable):
        print("There was no file to import.")


def _line(item: Filed) -> str:
    session = item.session
    if session is None:
        return ""
    place = f"{session.project.label} / {session.subject.label} / {session.label} ({session.accession})"
    if not item.files:
        return f"already here: {place}: {plural(item.already_here, 'file')}"
    again = f", {item.already_here} were already here" if item.already_here else ""
    what = "new session" if item.is_new else "added to session"
    amount = f"{plural(item.scans, 'scan')}, {plural(item.files, 'file')}, {size(item.bytes)}"
    return f"{what} {place}: {amount}{again}"
