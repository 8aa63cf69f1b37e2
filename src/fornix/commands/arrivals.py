"""`fornix arrivals`: what is received and not yet a session, and what ends that. Its decisions file at once."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable

from django.utils import timezone

from fornix import wiring
from fornix.access.actors import OPERATOR
from fornix.catalog.keyset import Window
from fornix.commands.arrivals_told import as_json, in_words, line_in_words
from fornix.commands.main import DONE, FAILED, WAITS
from fornix.ingest import decisions
from fornix.ingest.arrival_card import get_card
from fornix.ingest.arrival_list import KINDS, SOURCES, ArrivalFilter, ArrivalLine, arrival_lines
from fornix.ingest.arrival_series import arrival_series
from fornix.ingest.decision_rows import Outcome
from fornix.ingest.decisions_merge import merge
from fornix.ingest.decisions_split import split_by_patient
from fornix.ingest.due import file_all
from fornix.ingest.names import printable
from fornix.ingest.states import ArrivalState
from fornix.ingest.waiting import settle_uploads
from fornix.models import Arrival

PAGE = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`arrivals [VERB]`; without a verb: the list of what waits."""
    parser.set_defaults(verb="list", state=None, source="", kind="", project="", text="", json=False)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", description="Without a verb: list.")
    _add_list(verbs.add_parser("list", help="list arrivals, but for deleted ones"))
    show = verbs.add_parser("show", help="tell all about one, with its series")
    show.add_argument("id", metavar="ID", help="as the list has it")
    show.add_argument("--json", action="store_true", help="print JSON")
    file = verbs.add_parser("file", help="file arrivals into a project")
    _add_ids(file)
    file.add_argument("--project", required=True, metavar="CODE", help="its label, a code, or calpendo:ID")
    _add_labels(file)
    file.add_argument("--create", action="store_true", help="make the project if there is none of this code")
    label = verbs.add_parser("label", help="say what subject and session are called; nothing is filed by it")
    _add_ids(label)
    _add_labels(label)
    for verb, text in (
        ("retry", "try again to file them where their headers, rules and bookings say"),
        ("restore", "bring them back from the trash"),
    ):
        _add_ids(verbs.add_parser(verb, help=text))
    delete = verbs.add_parser("delete", help="put them into the trash, for 30 days")
    _add_ids(delete)
    delete.add_argument("--reason", default="", metavar="TEXT", help="why; without names of people")
    joined = verbs.add_parser("merge", help="make several one")
    _add_ids(joined)
    joined.add_argument("--yes", action="store_true", help="they are one person's, whatever they say")
    split = verbs.add_parser("split", help="make one for each patient")
    split.add_argument("id", metavar="ID", help="as the list has it")


def _add_list(parser: argparse.ArgumentParser) -> None:
    states = [state.value for state in ArrivalState]
    parser.add_argument("--state", choices=states, help="only those in this state")
    parser.add_argument("--source", choices=SOURCES, default="", help="only what came by this way")
    parser.add_argument("--kind", choices=KINDS, default="", help="only what is of this kind")
    parser.add_argument("--project", default="", metavar="CODE", help="only what was sent to this project")
    parser.add_argument("--text", default="", help="only those with this text in subject, origin or reason")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_ids(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", metavar="ID", nargs="+", help="as the list has it")


def _add_labels(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--subject", metavar="LABEL", help="the subject's label")
    parser.add_argument("--session", metavar="LABEL", help="the session's label")


def run(args: argparse.Namespace) -> int:
    """0: done; 3: something waits, or was left alone; 1: refused."""
    return _VERBS[args.verb or "list"](args)


def _list(args: argparse.Namespace) -> int:
    state = ArrivalState(args.state) if args.state else None
    wanted = ArrivalFilter(state, args.source, "", args.kind, args.project)
    if args.json:
        print(json.dumps([as_json(line) for line in _lines(wanted, args.text)], ensure_ascii=False, indent=1))
        return DONE
    is_empty = True
    for line in _lines(wanted, args.text):
        print(line_in_words(line))
        is_empty = False
    if is_empty:
        print("Nothing waits." if state in (None, ArrivalState.WAITING) else "There is none.")
    return DONE


def _lines(wanted: ArrivalFilter, text: str) -> Iterable[ArrivalLine]:
    """All of them, page by page, the oldest first."""
    rules, after = wiring.site_rules(), None
    while True:
        window = Window("received", after=after, text=text, size=PAGE)
        page = arrival_lines(OPERATOR, wanted, window, at=timezone.now(), quiet=rules.quiet_time).page
        yield from page.rows
        if page.next is None:
            return
        after = page.next


def _show(args: argparse.Namespace) -> int:
    rules = wiring.site_rules()
    card = get_card(OPERATOR, args.id, at=timezone.now(), quiet=rules.quiet_time)
    series = arrival_series(OPERATOR, args.id, wiring.store())
    if args.json:
        told = as_json(card.line) | {
            "study_uid": card.study_uid,
            "patient_id": card.patient_id,
            "series": [
                {"number": each.number, "description": each.description, "files": each.files}
                for each in series.lines
            ],
        }
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        print("\n".join(in_words(card, series)))
    return DONE


def _file(args: argparse.Namespace) -> int:
    outcome = decisions.file_to(
        OPERATOR,
        args.ids,
        args.project,
        subject=args.subject or "",
        session=args.session or "",
        may_create=args.create,
        at=timezone.now(),
    )
    return _file_now(outcome)


def _retry(args: argparse.Namespace) -> int:
    return _file_now(decisions.retry(OPERATOR, args.ids, at=timezone.now()))


def _file_now(outcome: Outcome) -> int:
    """Files what was decided, so that it needs no worker. One that the worker has begun with is told so."""
    rows = list(Arrival.objects.filter(pk__in=outcome.ids).select_related("upload").order_by("pk"))
    filed = file_all(rows, wiring.store(), wiring.site_rules(), by_person=True)
    settle_uploads([row.upload_id for row in rows], wiring.store())
    for item in filed:
        session = item.session
        if session is not None:
            print(
                f"filed {item.arrival_id} as {session.project.label} / {session.label} ({session.accession})"
            )
        else:
            print(f"waits: {item.arrival_id}: {printable(item.waits_because)}")
    for key in set(outcome.ids) - {item.arrival_id for item in filed}:
        print(f"{key}: the worker is at it")
    if any(item.is_failure for item in filed):
        return FAILED
    return WAITS if any(item.waits_because for item in filed) else _told(outcome, "")


def _label(args: argparse.Namespace) -> int:
    outcome = decisions.edit_labels(
        OPERATOR, args.ids, subject=args.subject, session=args.session, at=timezone.now()
    )
    return _told(outcome, "labelled")


def _delete(args: argparse.Namespace) -> int:
    return _told(decisions.delete(OPERATOR, args.ids, reason=args.reason, at=timezone.now()), "deleted")


def _restore(args: argparse.Namespace) -> int:
    return _told(decisions.undelete(OPERATOR, args.ids, at=timezone.now()), "brought back")


def _merge(args: argparse.Namespace) -> int:
    kept = merge(OPERATOR, args.ids, confirmed=args.yes, at=timezone.now())
    print(f"merged into {kept}")
    return DONE


def _split(args: argparse.Namespace) -> int:
    made = split_by_patient(OPERATOR, args.id, wiring.store(), at=timezone.now())
    print("split into " + " ".join(made))
    return DONE


def _told(outcome: Outcome, did: str) -> int:
    if did:
        print(f"{did} {' '.join(outcome.ids)}")
    for each in outcome.skipped:
        print(f"fornix: {each.id}: {each.why}", file=sys.stderr)
    return WAITS if outcome.skipped else DONE


_VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "file": _file,
    "retry": _retry,
    "label": _label,
    "delete": _delete,
    "restore": _restore,
    "merge": _merge,
    "split": _split,
}
