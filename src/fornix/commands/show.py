"""`fornix show`: what the archive holds, as the operator sees it."""

from __future__ import annotations

import argparse
import json

from django.db.models import Q, QuerySet

from fornix.access.actors import OPERATOR
from fornix.access.visibility import readable_projects, visible_sessions
from fornix.catalog.inventory import arrival_rows, project_rows, session_rows
from fornix.catalog.projects import find_project
from fornix.commands.main import DONE
from fornix.errors import Invalid
from fornix.ingest.names import printable
from fornix.models import ImagingSession, Project
from fornix.web.formats import plural


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`show [PROJECT[/SESSION]] [--json]`."""
    parser.add_argument("target", metavar="PROJECT[/SESSION]", nargs="?", default="", help="only this")
    parser.add_argument("--json", action="store_true", help="print JSON alone, with every scan")


def run(args: argparse.Namespace) -> int:
    """Prints the catalogue."""
    projects, sessions = _select(args.target)
    if args.json:
        print(json.dumps(_as_json(projects, sessions, whole=not args.target), indent=1, ensure_ascii=False))
    else:
        _print(projects, sessions, whole=not args.target)
    return DONE


def _select(target: str) -> tuple[QuerySet[Project], QuerySet[ImagingSession]]:
    projects = readable_projects(OPERATOR).select_related("booking_project").order_by("label")
    sessions = visible_sessions(OPERATOR).order_by("project__label", "subject__label", "acquired_on", "id")
    if not target:
        return projects, sessions
    # A code may hold a slash, a session label does not: the whole is tried first.
    project, label = find_project(target), ""
    if project is None and "/" in target:
        code, _, label = target.rpartition("/")
        project = find_project(code)
    if project is None:
        raise Invalid(f"There is no project {target}. `fornix show` lists all.")
    sessions = sessions.filter(project=project)
    if label:
        sessions = sessions.filter(Q(label=label) | Q(accession=label))
        if not sessions.exists():
            raise Invalid(
                f"There is no session {label} in {project.label}. `fornix show {project.label}` lists all."
            )
    return projects.filter(pk=project.pk), sessions


def _as_json(
    projects: QuerySet[Project], sessions: QuerySet[ImagingSession], *, whole: bool
) -> dict[str, object]:
    by_project: dict[object, list[dict[str, object]]] = {}
    for row in session_rows(sessions):
        by_project.setdefault(row["project"], []).append(row)
    return {
        "projects": [row | {"sessions": by_project.get(row["label"], [])} for row in project_rows(projects)],
        "arrivals": arrival_rows() if whole else [],
    }


def _print(projects: QuerySet[Project], sessions: QuerySet[ImagingSession], *, whole: bool) -> None:
    listed = list(projects)
    for project in listed:
        counts = f"{plural(project.subject_count, 'subject')}, {plural(project.session_count, 'session')}"
        print(f"{project.label}: {counts}  {printable(project.name)}")
        for session in sessions.filter(project=project).select_related("subject"):
            day = session.acquired_on or "no date"
            print(
                f"  {session.subject.label} / {session.label}  {session.accession}  {session.modality}  {day}  "
                f"{plural(session.scan_count, 'scan')}, {plural(session.file_count, 'file')}"
            )
            if not whole:
                for scan in session.scans.order_by("number", "scan_id"):
                    words = f"{scan.type:<12} {scan.file_count:>6} files  {scan.description}"
                    print(f"    {scan.scan_id:>10}  {printable(words)}")
    for arrival in arrival_rows() if whole else []:
        reason = printable(str(arrival["reason"]))
        print(f"waits: {plural(int(str(arrival['files'])), 'file')}: {reason}. Arrival {arrival['id']}")
    if not listed:
        print("The archive is empty. `fornix import PATH --project CODE` files the first data.")
