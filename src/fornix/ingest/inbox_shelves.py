"""Moves files of the inbox to `done` or `failed`, under the path that they had. Overwrites nothing."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

from fornix.ingest.inbox_survey import DONE, FAILED, Seen

_REASON = ".reason.txt"
_NAME_BYTES = 230  # so that the reason's name is one that file systems take


def shelve(inbox: Path, seen: Seen, *, reason: str = "") -> Path | None:
    """The file's new place; with a reason it failed. None when it changed meanwhile, and stays. Raises OSError."""
    if not seen.is_as_seen():
        return None
    shelf = inbox / (FAILED if reason else DONE)
    wanted = shelf / seen.place.relative_to(inbox)
    wanted.parent.mkdir(parents=True, exist_ok=True)
    place = _free(wanted)
    try:
        seen.place.replace(place)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    if reason:
        beside = os.fsdecode(os.fsencode(place.name)[:_NAME_BYTES])
        note = _free(place.with_name(f"{beside}{_REASON}"))
        note.write_text(f"{reason}\n", encoding="utf-8")
    return place


def _free(wanted: Path) -> Path:
    """A name that nobody has, held by an empty file: `x.fif`, else `x~2.fif`, and so on."""
    for number in count(1):
        place = wanted if number == 1 else wanted.with_name(f"{wanted.stem}~{number}{wanted.suffix}")
        try:
            os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640))
        except FileExistsError:
            continue
        return place
    raise AssertionError
