"""Who was recorded, by the rules of the archive: folders, header ids, names of recordings; never a person's name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

EMPTY_ROOM = "emptyroom"

_EMPTY_ROOM = re.compile(r"empty[ _-]?room", re.IGNORECASE)
# "noise" must be a word of its own: babble_in_noise or pink_noise are tasks of a person, and so is noisevocoded.
_NOISE = re.compile(
    r"(?<![a-z])(?<!in[ _-])(?<!with[ _-])(?<!white[ _-])(?<!pink[ _-])(?<!brown[ _-])noise(?![a-z])",
    re.IGNORECASE,
)
# What stands in an id's place when there is none; '0' is how MNE-Python anonymises, 'mne_anonymize'
# how MNE-CPP does: they would merge many people.
_UNKNOWN = frozenset({"", "0", "-1", "x", "unknown", "none", "n/a", "anonymous", "mne_anonymize"})


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


@dataclass(frozen=True, slots=True)
class Labels:
    """Where a recording belongs by its own account: subject (None when nothing says it) and project codes."""

    subject: str | None
    projects: tuple[str, ...]
    is_empty_room: bool


def label(path: str, name: str, *, header_id: str = "", fallback: str = "", project: str = "") -> Labels:
    """Labels of an MEG recording: 'emptyroom', else the first of folder by MEGIN's layout, header id and fallback."""
    folder_project, folder_subject = megin_folders(path)
    header_id = "" if header_id.lower() in _UNKNOWN else header_id
    is_empty_room = says_empty_room(name, folder_subject or header_id)
    subject = EMPTY_ROOM if is_empty_room else folder_subject or header_id or fallback or None
    projects = tuple(dict.fromkeys(code for code in (folder_project, project) if code))
    return Labels(subject, projects, is_empty_room)


def label_eeg(path: str, *, header_id: str = "") -> Labels:
    """The same for EEG, which knows no empty room: a file called noise is a task there."""
    folder_project, folder_subject = megin_folders(path)
    header_id = "" if header_id.lower() in _UNKNOWN else header_id
    return Labels(
        folder_subject or header_id or None, (folder_project,) if folder_project else (), is_empty_room=False
    )


def _is_day(folder: str) -> bool:
    if not re.fullmatch(r"[0-9]{6}", folder):
        return False
    try:
        datetime.strptime(folder, "%y%m%d")  # noqa: DTZ007  only whether it is a day of the calendar
    except ValueError:
        return False
    return True
