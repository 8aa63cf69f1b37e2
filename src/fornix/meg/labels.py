"""Who was recorded, by the rules of the archive: folders, header ids, names of recordings; never a person's name."""

from __future__ import annotations

import re
from datetime import datetime

EMPTY_ROOM = "emptyroom"

_EMPTY_ROOM = re.compile(r"empty[ _-]?room", re.IGNORECASE)
# "noise" must be a word of its own: babble_in_noise or pink_noise are tasks of a person, and so is noisevocoded.
_NOISE = re.compile(
    r"(?<![a-z])(?<!in[ _-])(?<!with[ _-])(?<!white[ _-])(?<!pink[ _-])(?<!brown[ _-])noise(?![a-z])",
    re.IGNORECASE,
)
_UNKNOWN = frozenset({"", "x", "unknown", "none", "n/a"})


def says_empty_room(*texts: str) -> bool:
    """Whether a file's name or a subject's id says that nobody was in the scanner."""
    return any(_EMPTY_ROOM.search(text) or _NOISE.search(text) for text in texts)


def megin_folders(path: str) -> tuple[str, str]:
    """Project and subject by MEGIN's layout PROJECT/SUBJECT/YYMMDD/…; '' where the path does not say."""
    folders = path.split("/")[:-1]
    for at in range(len(folders) - 1, 0, -1):
        if _is_day(folders[at]):
            return (folders[at - 2] if at >= 2 else "", folders[at - 1])
    return "", ""


def choose_subject(path: str, *, name: str, header_id: str = "", fallback: str = "") -> str | None:
    """'emptyroom', else the first of: folder by MEGIN's layout, the header's id, the fallback; None without any."""
    _, folder = megin_folders(path)
    header_id = "" if header_id.lower() in _UNKNOWN else header_id
    if says_empty_room(name, folder or header_id):
        return EMPTY_ROOM
    return folder or header_id or fallback or None


def _is_day(folder: str) -> bool:
    if not re.fullmatch(r"[0-9]{6}", folder):
        return False
    try:
        datetime.strptime(folder, "%y%m%d")  # noqa: DTZ007  only whether it is a day of the calendar
    except ValueError:
        return False
    return True
