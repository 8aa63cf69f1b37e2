"""What may be said of a sender, in clear words for whoever types it. Pure: it reads no row."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fornix.catalog.projects import check_code
from fornix.errors import Invalid

NAME_LENGTH, TITLE_LENGTH, STATION_LENGTH = 100, 16, 64
CLOCK_LIMIT_S = 86_400


@dataclass(frozen=True, slots=True)
class SenderDraft:
    """A sender as somebody describes it. `address`: an IP address or network; empty texts: any, or not known."""

    name: str
    ae_title: str
    address: str = ""
    called_ae_title: str = ""
    port: int | None = None
    is_allowed: bool = True
    is_console: bool = False
    scanner_id: int | None = None
    station_name: str = ""
    clock_ahead_s: int = 0  # negative: behind
    project_label: str = ""


class SenderInvalid(Invalid):
    """Something of this description cannot be used. `problems`: by the field's name."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


def checked_draft(draft: SenderDraft) -> SenderDraft:
    """The draft, trimmed. Raises SenderInvalid with all that is wrong."""
    trimmed = replace(
        draft,
        name=draft.name.strip(),
        ae_title=draft.ae_title.strip(),
        address=draft.address.strip(),
        called_ae_title=draft.called_ae_title.strip(),
        station_name=draft.station_name.strip(),
        project_label=draft.project_label.strip(),
    )
    problems = dict(_problems(trimmed))
    if problems:
        raise SenderInvalid(problems)
    return trimmed


def _problems(draft: SenderDraft) -> Iterator[tuple[str, str]]:
    if not draft.name or not draft.name.isprintable() or len(draft.name) > NAME_LENGTH:
        yield "name", f"A name has 1 to {NAME_LENGTH} printable characters, such as “Prisma, room 3”."
    if not _is_title(draft.ae_title):
        yield "ae_title", f"An AE title has 1 to {TITLE_LENGTH} ASCII characters, and no backslash."
    if draft.called_ae_title and not _is_title(draft.called_ae_title):
        yield (
            "called_ae_title",
            f"The called AE title has at most {TITLE_LENGTH} ASCII characters, and no backslash.",
        )
    if draft.address and not _is_network(draft.address):
        yield (
            "address",
            "The address is an IP address or a network, such as 192.0.2.7 or 192.0.2.0/24; no host name.",
        )
    if draft.port is not None and not 1 <= draft.port <= 65_535:
        yield "port", "A port is a number from 1 to 65535; 104, 4242 and 11112 are usual."
    if len(draft.station_name) > STATION_LENGTH or not draft.station_name.isprintable():
        yield "station_name", f"A station name has at most {STATION_LENGTH} printable characters."
    if abs(draft.clock_ahead_s) > CLOCK_LIMIT_S:
        yield "clock_ahead_s", "A clock is at most a day, 86400 seconds, ahead or behind."
    yield from _project_problems(draft.project_label)


def _project_problems(label: str) -> Iterator[tuple[str, str]]:
    if not label:
        return
    try:
        check_code(label)
    except Invalid as refusal:
        yield "project_label", str(refusal)


def _is_title(text: str) -> bool:
    """PS3.5 section 6.2, AE: the default repertoire without backslash and control characters."""
    return 1 <= len(text) <= TITLE_LENGTH and text.isascii() and text.isprintable() and "\\" not in text


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return len(text) <= STATION_LENGTH
