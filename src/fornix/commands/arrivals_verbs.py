"""What the verbs of `fornix arrivals` do. Decisions file at once, so that they need no worker."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable

from django.utils import timezone

from fornix import wiring
from fornix.access.actors import OPERATOR
from fornix.catalog.keyset import Window
from fornix.commands.arrivals_told import as_json, in_words, line_in_words
from fornix.commands.main import DONE, FAILED, WAITS
from fornix.ingest import decisions
from fornix.ingest.arrival_card import get_card
from fornix.ingest.arrival_lines import ArrivalLine
from fornix.ingest.arrival_list import ArrivalFilter, arrival_lines
from fornix.ingest.arrival_series import arrival_series
from fornix.ingest.decision_rows import Outcome
from fornix.ingest.decision_targets import NoSuchProject
from fornix.ingest.decisions_merge import merge
from fornix.ingest.decisions_split import split_by_patient
from fornix.ingest.due import file_all
from fornix.ingest.names import printable
from fornix.ingest.states import ArrivalState
from fornix.ingest.waiting import settle_uploads
from fornix.models import Arrival

PAGE = 200


def list_them(args: argparse.Namespace) -> int:
    """0: listed."""
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


def show(args: argparse.Namespace) -> int:
    """0: told."""
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


def file(args: argparse.Namespace) -> int:
    """Decides, and files at once."""
    try:
        outcome = decisions.file_to(
            OPERATOR,
            args.ids,
            args.project,
            subject=args.subject or "",
            session=args.session or "",
            may_create=args.create,
            at=timezone.now(),
        )
    except NoSuchProject as unknown:
        raise NoSuchProject(f"{unknown} --create says so.") from None
    return _file_now(outcome)


def retry(args: argparse.Namespace) -> int:
    """Files at once, where it can."""
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


def label(args: argparse.Namespace) -> int:
    """0: changed."""
    outcome = decisions.edit_labels(
        OPERATOR, args.ids, subject=args.subject, session=args.session, at=timezone.now()
    )
    return _told(outcome, "labelled")


def delete(args: argparse.Namespace) -> int:
    """0: in the trash."""
    return _told(decisions.delete(OPERATOR, args.ids, reason=args.reason, at=timezone.now()), "deleted")


def restore(args: argparse.Namespace) -> int:
    """0: back."""
    return _told(decisions.undelete(OPERATOR, args.ids, at=timezone.now()), "brought back")


def join(args: argparse.Namespace) -> int:
    """0: merged."""
    kept = merge(OPERATOR, args.ids, confirmed=args.yes, at=timezone.now())
    print(f"merged into {kept}")
    return DONE


def part(args: argparse.Namespace) -> int:
    """0: split."""
    made = split_by_patient(OPERATOR, args.id, wiring.store(), at=timezone.now())
    print("split into " + " ".join(made))
    return DONE


def _told(outcome: Outcome, did: str) -> int:
    if did:
        print(f"{did} {' '.join(outcome.ids)}")
    for each in outcome.skipped:
        print(f"fornix: {each.id}: {each.why}", file=sys.stderr)
    return WAITS if outcome.skipped else DONE
