"""Texts that name a project which cannot be found: against one of them no booking decides. Reads only."""

from __future__ import annotations

from collections.abc import Iterable

from fornix.dicom.labels import fold_code
from fornix.ingest.evidence import Evidence
from fornix.models import BookingCode


def written_codes(texts: Iterable[str], evidence: Evidence) -> tuple[str, ...]:
    """Those of the texts that are meant as a code; free text, as "Brain^Routine", is not.

    A text is one that somebody put behind `Project:`, that a project of the booking system carries or carried,
    eligible or not, or that looks as the codes of eligible ones do.
    """
    folds = {text: fold_code(text) for text in texts if any(map(str.isalnum, text))}
    if not folds:
        return ()
    codes = BookingCode.objects.values_list("folded_code", flat=True)
    carried = set(codes.filter(folded_code__in=set(folds.values())))
    eligible = codes.filter(booking_project__is_eligible=True).distinct()
    shapes = {shape_of(code) for code in eligible.iterator(chunk_size=2000)}
    known = {text for text, folded in folds.items() if folded in carried}
    shaped = {text for text, folded in folds.items() if _has_digit(folded) and shape_of(folded) in shapes}
    return tuple(text for text in folds if text in evidence.assigned | known | shaped)


def shape_of(folded: str) -> str:
    """A folded code with `a` for each letter and `0` for each digit: `2023_112` becomes `0000_000`."""
    return "".join("a" if sign.isalpha() else "0" if sign.isdigit() else sign for sign in folded)


def _has_digit(folded: str) -> bool:
    return any(map(str.isdigit, folded))
