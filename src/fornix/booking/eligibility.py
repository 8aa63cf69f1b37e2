"""Pure: which resources are scanners, and which projects count: those that book one and are no pseudo-projects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from fornix.booking.mirror import BookedResource

_WORDS = re.compile(r"[^\W\d_]+")
_MODALITY_WORDS = {"mri": "MR", "meg": "MEG"}
_NO_SCANNER = {"mock"}


def modality_of(resource_id: str, name: str, scanners: Sequence[tuple[str, str]]) -> str:
    """`MR`, `MEG` or nothing: as configured by id, else as the name says in a word of its own (not "Mock MRI")."""
    if scanners:
        return dict(scanners).get(resource_id, "")
    words = [word.casefold() for word in _WORDS.findall(name)]
    if _NO_SCANNER.intersection(words):
        return ""
    return next((_MODALITY_WORDS[word] for word in words if word in _MODALITY_WORDS), "")


def is_excluded(code: str, patterns: Iterable[str]) -> bool:
    """Whether a code is one of the site's pseudo-projects: a pattern fits all of it, whatever its case."""
    spelled = re.sub(r"[\s_-]+", "_", code.strip())
    return any(re.fullmatch(pattern, spelled, re.IGNORECASE) for pattern in patterns)


def counts(
    code: str,
    resource_ids: Iterable[str],
    resources: Mapping[str, BookedResource],
    excluded: Iterable[str],
) -> bool:
    """Whether a project may book an MRI or MEG scanner and is not excluded."""
    books = any(found in resources and resources[found].modality for found in resource_ids)
    return books and not is_excluded(code, excluded)
