"""`fornix routing`: the rules, a trial on a file, and a replay of what is filed. Changes nothing."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.commands.main import DONE, WAITS
from fornix.errors import Invalid
from fornix.ingest.names import printable
from fornix.ingest.replay import DAYS, Fate, replay_all
from fornix.ingest.rule_editing import draft_of, list_rules
from fornix.ingest.rules import as_rule
from fornix.ingest.trials import MOST_BYTES, Trial, try_arrival, try_header
from fornix.models import Arrival, RoutingRule, Sender
from fornix.wiring import site_rules, store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`routing rules|test|replay`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    rules = verbs.add_parser("rules", help="list the rules in their order")
    rules.add_argument("--json", action="store_true", help="print them as JSON")
    test = verbs.add_parser("test", help="tell step by step where a DICOM file would be filed")
    test.add_argument("what", metavar="PATH", help="a DICOM file, or the id of an arrival that waits")
    test.add_argument("--sender", metavar="NAME", default="", help="as if this scanner sent it")
    test.add_argument("--json", action="store_true", help="print the answer as JSON")
    replay = verbs.add_parser(
        "replay", help="tell which filed sessions would go elsewhere by the rules of now"
    )
    replay.add_argument("--days", type=int, default=DAYS, metavar="N", help=f"how far back (default: {DAYS})")
    replay.add_argument(
        "--all", action="store_true", help="list those too that would go where they are, or wait"
    )
    replay.add_argument("--json", action="store_true", help="print one JSON object per session")


def run(args: argparse.Namespace) -> int:
    """0: done; 3: what was tested would wait."""
    return {"rules": _rules, "test": _test, "replay": _replay}[args.verb](args)


def _rules(args: argparse.Namespace) -> int:
    rows = list_rules(OPERATOR)
    if args.json:
        print(json.dumps([_rule_as_json(row) for row in rows], ensure_ascii=False, indent=2))
        return DONE
    for place, row in enumerate(rows, 1):
        rule = as_rule(row)
        where = " and ".join(f"{each.tag} ~ {each.pattern}" for each in rule.conditions)
        given = ", ".join(
            f"{word} {text}"
            for word, text in (
                ("project", rule.project),
                ("subject", rule.subject),
                ("session", rule.session),
            )
            if text
        )
        off = "" if row.is_enabled else " (off)"
        print(f"{place}. {printable(rule.name)}{off}: where {printable(where)}: {printable(given)}")
    if not rows:
        print("There are no rules of this site's own.")
    return DONE


def _test(args: argparse.Namespace) -> int:
    trial = _trial(args.what, args.sender)
    trace = trial.trace
    if args.json:
        print(json.dumps(_trial_as_json(trial), ensure_ascii=False, indent=2))
    else:
        for line in trace.told:
            print(f"{line.step}: {printable(line.text)}")
        for concern in trace.rules.concerns:
            print(f"mind: {printable(concern)}")
        if trace.target is not None:
            print(f"It would be filed in {printable(trace.target.label)}.")
        else:
            print(f"It would wait: {printable(str(trace.waits))}")
        for guess in trace.waits.guesses if trace.waits is not None else ():
            print(f"- {printable(guess.project)}: {printable(guess.why)}")
    return DONE if trace.target is not None else WAITS


def _trial(what: str, sender_name: str) -> Trial:
    rules, at = site_rules(), timezone.now()
    path = Path(what)
    if not path.is_file():
        if Arrival.objects.filter(pk=what[:36]).exists():
            return try_arrival(OPERATOR, what, store(), rules, at=at)
        raise Invalid(f"There is no file and no arrival {printable(what)}.")
    sender = Sender.objects.filter(name=sender_name).first() if sender_name else None
    if sender_name and sender is None:
        raise Invalid(f"There is no scanner {printable(sender_name)} described here.")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
    except OSError as error:
        raise Invalid(f"{printable(what)} cannot be read: {error.strerror}.") from error
    return try_header(OPERATOR, content, rules, at=at, sender_id=sender.pk if sender is not None else None)


def _replay(args: argparse.Namespace) -> int:
    if not 1 <= args.days <= 36_600:
        raise Invalid("--days is a number from 1 to 36600.")
    counts = dict.fromkeys(Fate, 0)
    for row in replay_all(OPERATOR, store(), site_rules(), at=timezone.now(), days=args.days):
        counts[row.fate] += 1
        told = {
            "session": row.session.accession,
            "project": row.session.project.label,
            "fate": str(row.fate),
            "would_go_to": row.project,
            "why": row.why,
        }
        if args.json:
            print(json.dumps(told, ensure_ascii=False))
        elif row.fate is Fate.ELSEWHERE or args.all:
            goes = row.project or "it would wait"
            line = f"{told['session']} in {told['project']}: {goes} ({row.why})"
            print(printable(line))
    if not args.json:
        print(
            f"sessions: {sum(counts.values())}, {counts[Fate.SAME]} the same, {counts[Fate.ELSEWHERE]} elsewhere, "
            f"{counts[Fate.WAITS]} would wait. Nothing was changed."
        )
    return DONE


def _rule_as_json(row: RoutingRule) -> dict[str, object]:
    draft = asdict(draft_of(row))
    return {"id": row.pk, **draft}


def _trial_as_json(trial: Trial) -> dict[str, object]:
    trace = trial.trace
    return {
        "project": trace.target.label if trace.target is not None else "",
        "step": str(trace.step or ""),
        "waits_because": str(trace.waits) if trace.waits is not None else "",
        "labels": dict(zip(("subject", "session"), trace.labels, strict=True)),
        "told": [{"step": str(line.step), "text": line.text} for line in trace.told],
        "concerns": list(trace.rules.concerns),
        "guesses": [asdict(guess) for guess in (trace.waits.guesses if trace.waits is not None else ())],
    }
