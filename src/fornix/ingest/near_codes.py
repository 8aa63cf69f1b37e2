"""Codes that the files may have meant: typed wrong at the console, or with words beside them. Suggestions only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fornix.dicom.labels import fold_code
from fornix.models import BookingCode, BookingProject, Project

_SHORTEST = 4  # characters: shorter codes are one letter from everything
_MOST_WORDS = 40
_SPLIT = re.compile(r"[\s^,;:/]+")
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class NearCode:
    """A known code, and the text of the files that is nearly it, or holds it (`is_whole`)."""

    code: str
    written: str
    is_whole: bool
    booked: BookingProject | None
    project: Project | None


def find_near(candidates: tuple[str, ...]) -> tuple[NearCode, ...]:
    """Projects whose codes stand in these texts with other words, then those that are one slip of the keyboard away."""
    words = list(_words(candidates))
    if not words:
        return ()
    compared = (_compare(known, words) for known in _known())
    found = [near for near in compared if near is not None]
    return tuple(sorted(found, key=lambda near: (not near.is_whole, near.code)))


def is_slip(one: str, other: str) -> bool:
    """Whether two texts differ by one character too many, too few or other, or by two that changed places."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
    return a[1:] == b or b[1:] == a


def _known() -> Iterator[NearCode]:
    """Every code of now, and every label that is no code of the booking system."""
    codes = BookingCode.objects.filter(booking_project__is_eligible=True, booking_project__vanished_at=None)
    for row in codes.select_related("booking_project").iterator(chunk_size=2000):
        if row.booking_project.code == row.code:
            yield NearCode(row.code, "", is_whole=False, booked=row.booking_project, project=None)
    for project in Project.objects.filter(booking_project=None).iterator(chunk_size=2000):
        yield NearCode(project.label, "", is_whole=False, booked=None, project=project)


def _words(candidates: tuple[str, ...]) -> Iterator[tuple[str, str, bool]]:
    """Texts to compare: as written, folded, and whether it is a part of a longer one."""
    seen: set[str] = set()
    for text in candidates:
        for part in (text, *_SPLIT.split(text)):
            folded = fold_code(part)
            if folded and folded not in seen and len(seen) < _MOST_WORDS:
                seen.add(folded)
                yield part, folded, part != text


def _compare(known: NearCode, words: list[tuple[str, str, bool]]) -> NearCode | None:
    folded = fold_code(known.code)
    for written, word, is_part in words:
        if word == folded and is_part:
            return NearCode(known.code, written, is_whole=True, booked=known.booked, project=known.project)
    if len(folded) < _SHORTEST:
        return None
    for written, word, _ in words:
        if is_slip(word, folded) or (word != folded and _SIGNS.sub("", word) == _SIGNS.sub("", folded)):
            return NearCode(known.code, written, is_whole=False, booked=known.booked, project=known.project)
    return None
