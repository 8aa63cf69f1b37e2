"""`fornix push`: files of this machine into an archive elsewhere; says what became of them, as `fornix import` does."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fornix.commands.cleaned_labels import cleaned_label
from fornix.commands.main import DONE, FAILED, WAITS
from fornix.commands.progress import Progress
from fornix.commands.push_client import Server
from fornix.commands.push_files import LocalFile, Unsendable, find_files
from fornix.commands.push_state import PushState
from fornix.commands.pushing import Push, commit_and_wait, open_or_resume
from fornix.errors import Invalid
from fornix.web.formats import plural, size

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TOKEN = "FORNIX_TOKEN"  # noqa: S105 - the name of a variable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`push URL PATH... [--project CODE] [--subject L] [--session L] [--token-file FILE] [--insecure] [--json]`."""
    parser.add_argument(
        "url", metavar="URL", help="the archive's address, such as https://archive.example.org"
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="file, folder or archive")
    parser.add_argument("--project", default="", metavar="CODE", help="file to this project")
    parser.add_argument("--subject", default="", metavar="LABEL", help="the subject's label")
    parser.add_argument("--session", default="", metavar="LABEL", help="the session's label")
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help=f"a file with ALIAS:SECRET (else {TOKEN})"
    )
    parser.add_argument(
        "--insecure",
        action="store_true",
        help="send over http all the same: the token can be read on the way",
    )
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def run(args: argparse.Namespace) -> int:
    """Pushes; exit code 1 when something could not be sent or read, 3 when something waits."""
    url = _address(args.url, insecure=args.insecure)
    token = _token(args.token_file)
    found = list(find_files(args.paths))
    files = [each for each in found if isinstance(each, LocalFile)]
    failed = [each for each in found if isinstance(each, Unsendable)]
    if not files:
        _print_failed(failed)
        raise Invalid("There is no file to push.")
    wanted = {
        "project": args.project,
        "subject": cleaned_label("--subject", args.subject),
        "session": cleaned_label("--session", args.session),
    }
    state = PushState(
        url, token.partition(":")[0], *wanted.values(), *(str(p.absolute()) for p in args.paths)
    )
    progress = Progress()

    def tell(line: str) -> None:
        progress.end()
        print(f"fornix: {_printable(line)}", file=sys.stderr, flush=True)

    server = Server(url, token, tell=tell)
    try:
        report, unsent = _push(server, state, files, wanted, progress)
    finally:
        server.close()
    failed += unsent
    _print(report, failed, as_json=args.json)
    if failed or report["unreadable_count"] or report["problem"]:
        return FAILED
    return WAITS if report["waiting"] else DONE


def _push(
    server: Server,
    state: PushState,
    files: list[LocalFile],
    wanted: dict[str, str],
    progress: Progress,
) -> tuple[dict[str, Any], list[Unsendable]]:
    total = sum(file.length for file in files)

    def tell(count: int, sent: int) -> None:
        progress.tell(f"of {plural(len(files), 'file')} sent, {size(sent)} of {size(total)}", count)

    delivery, is_known = open_or_resume(server, state.recall(), wanted)
    state.remember(delivery)
    if is_known:
        print("fornix: going on where the last push was cut off", file=sys.stderr)
    push = Push(server, delivery, tell)
    push.send(files)
    report = commit_and_wait(
        server, delivery, look=lambda: progress.tell("files are there and being filed", len(files))
    )
    progress.end()
    state.remember("")
    return report, push.failed


def _address(text: str, *, insecure: bool) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid(f"This is no address such as https://archive.example.org: {text}")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not insecure:
        raise Invalid("Over http anybody on the way can read the token and the data: use https.")
    return text.rstrip("/")


def _token(file: Path | None) -> str:
    if file is not None:
        try:
            text = file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(f"The token cannot be read from {file}: {error}") from None
    else:
        text = os.environ.get(TOKEN, "").strip()
    if ":" not in text:
        raise Invalid(
            f"A token is needed: ALIAS:SECRET in {TOKEN}, or in a file by --token-file. Make one under My account."
        )
    return text


def _print(report: dict[str, Any], failed: list[Unsendable], *, as_json: bool) -> None:
    if as_json:
        unsent = [{"name": each.name, "reason": each.reason} for each in failed]
        print(json.dumps(report | {"unsent": unsent}, indent=1, ensure_ascii=False))
        return
    for session in report["sessions"]:
        print(_line(session))
        for note in session["notes"]:
            print(f"  note: {_printable(note)}")
    for each in report["unrecognised"]:
        print(f"kept, not recognised: {_printable(each['name'])}: {_printable(each['reason'])}")
    for each in report["waiting"]:
        files = plural(each["files"], "file")
        print(f"waits: {files}: {_printable(each['reason'])}. Arrival {each['id']}")
    for each in report["unreadable"]:
        print(
            f"fornix: could not read {_printable(each['name'])}: {_printable(each['reason'])}",
            file=sys.stderr,
        )
    if report["problem"]:
        print(f"fornix: nothing was filed: {_printable(report['problem'])}", file=sys.stderr)
    _print_failed(failed)


def _print_failed(failed: list[Unsendable]) -> None:
    for each in failed:
        print(f"fornix: could not send {_printable(each.name)}: {each.reason}", file=sys.stderr)


def _line(session: dict[str, Any]) -> str:
    place = f"{session['project']} / {session['subject']} / {session['session']} ({session['accession']})"
    if not session["files"]:
        return f"already here: {place}: {plural(session['already_here'], 'file')}"
    again = f", {session['already_here']} were already here" if session["already_here"] else ""
    what = "new session" if session["is_new"] else "added to session"
    amount = (
        f"{plural(session['scans'], 'scan')}, {plural(session['files'], 'file')}, {size(session['bytes'])}"
    )
    return f"{what} {place}: {amount}{again}"


def _printable(text: str) -> str:
    """What another machine says, without what would steer a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
