"""The form of a scanner: texts as typed to a draft, and back. Reads shapes only; what may be, the catalog says."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import QueryDict

from fornix.catalog.sender_checks import SenderDraft, SenderInvalid

_LONGEST = 400
_LARGEST_KEY = 2**63 - 1
ON = "yes"


def fields_of(draft: SenderDraft) -> Mapping[str, str]:
    """What the form's fields show."""
    return {
        "name": draft.name,
        "ae_title": draft.ae_title,
        "address": draft.address,
        "called_ae_title": draft.called_ae_title,
        "port": "" if draft.port is None else str(draft.port),
        "is_allowed": ON if draft.is_allowed else "",
        "is_console": ON if draft.is_console else "",
        "scanner_id": "" if draft.scanner_id is None else str(draft.scanner_id),
        "station_name": draft.station_name,
        "clock_ahead_s": str(draft.clock_ahead_s or ""),
        "project_label": draft.project_label,
    }


def draft_in(form: QueryDict) -> SenderDraft:
    """What was typed. Raises SenderInvalid where a number is none."""
    problems: dict[str, str] = {}
    draft = SenderDraft(
        name=_text(form, "name"),
        ae_title=_text(form, "ae_title"),
        address=_text(form, "address"),
        called_ae_title=_text(form, "called_ae_title"),
        port=_number(form, "port", problems, "A port is a number from 1 to 65535."),
        is_allowed=form.get("is_allowed") == ON,
        is_console=form.get("is_console") == ON,
        scanner_id=_number(form, "scanner_id", problems, "Choose one of the list, or none."),
        station_name=_text(form, "station_name"),
        clock_ahead_s=_number(form, "clock_ahead_s", problems, "Say it in whole seconds, such as 180 or -60.")
        or 0,
        project_label=_text(form, "project_label"),
    )
    if problems:
        raise SenderInvalid(problems)
    return draft


def sender_in(form: QueryDict) -> int | None:
    """Whom the form is about; None for a new one."""
    text = form.get("sender", "")
    return min(int(text), _LARGEST_KEY) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _text(form: QueryDict, name: str) -> str:
    return form.get(name, "").replace("\0", "")[:_LONGEST]


def _number(form: QueryDict, name: str, problems: dict[str, str], advice: str) -> int | None:
    text = _text(form, name).strip().replace("\u2212", "-")
    digits = text.removeprefix("-").removeprefix("+")
    if not text:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        problems[name] = advice
        return None
    return int(text)
