"""The demo's folder: a data folder with a note beside it that says it is one, and what its logins are.

The note keeps a demo from being poured into a real archive, and lets an interrupted one be taken up again.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from fornix.errors import Refused

NOTE = "demo.json"
# Without letters and digits that are read for each other.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


class NoDemoFolder(Refused):
    """This folder holds something that is no demo."""


@dataclass(frozen=True, slots=True)
class Login:
    """One of the demo's people; the e-mail is that of a person in the simulated Calpendo."""

    role: str
    username: str
    name: str
    email: str = ""
    is_administrator: bool = False


LOGINS = (
    Login("administrator", "admin", "Demo Administrator", is_administrator=True),
    Login("PI", "zoe", "Zoë Ångström", "zoe.angstrom@example.ac.test"),
    Login("student", "minh", "Đặng Minh Anh", "minh.dang@example.ac.test"),
)


@dataclass(frozen=True, slots=True)
class DemoNote:
    """When the demo was made, by which passwords its people log in, and whether all of its data are imported."""

    made_on: str
    passwords: dict[str, str]
    is_complete: bool = False

    @property
    def today(self) -> date:
        """The day that the generated data end at."""
        return date.fromisoformat(self.made_on)


def open_demo_folder(folder: Path, today: date) -> DemoNote:
    """The note of a demo's folder, made when the folder is new or empty. Raises NoDemoFolder."""
    path = folder / NOTE
    if path.is_file():
        return _read(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NoDemoFolder(
            f"{folder} holds something that is no demo, and the demo leaves it alone. "
            "Give an empty or new folder: fornix --data DIR demo."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    note = DemoNote(today.isoformat(), {login.username: _new_password() for login in LOGINS})
    _write(path, note)
    return note


def note_complete(folder: Path, note: DemoNote) -> None:
    """Notes that all data are imported: the next start goes straight on."""
    _write(folder / NOTE, replace(note, is_complete=True))


def _read(path: Path) -> DemoNote:
    try:
        note = DemoNote(**json.loads(path.read_text()))
        _ = note.today, [note.passwords[login.username] for login in LOGINS]
    except (TypeError, ValueError, KeyError):
        raise NoDemoFolder(f"{path} cannot be read. Delete the folder to make the demo anew.") from None
    return note


def _write(path: Path, note: DemoNote) -> None:
    aside = path.with_suffix(".new")
    aside.touch(mode=0o600)
    aside.write_text(json.dumps(asdict(note), indent=1))
    os.replace(aside, path)  # noqa: PTH105 - atomic: a note is whole or the one before


def _new_password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))
