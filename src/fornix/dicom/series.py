"""How the series of a study become scans: their ids, types, and the modality of the session. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_MODALITY = re.compile(r"[A-Z0-9]{1,16}")

# The modality that names a session with several: PET-MR and PET-CT are PET sessions, as in XNAT.
_LEADING = ("PT", "NM", "MR", "CT")

# What accompanies images (PS3.3 C.7.3.1.1.1): never names a session that has anything else.
_ACCOMPANYING = frozenset(
    {
        "SR",
        "OT",
        "PR",
        "KO",
        "DOC",
        "SC",
        "REG",
        "SEG",
        "PLAN",
        "FID",
        "RWV",
        "RTSTRUCT",
        "RTPLAN",
        "RTDOSE",
        "RTRECORD",
    }
)


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """What numbering needs to know of one series."""

    series_uid: str
    number: int | None
    """The smallest SeriesNumber of its instances; a series may have several."""
    acquired: str
    """Sortable text, `Acquired.sortable` of its first instance; empty if unknown."""
    modality: str


def number_series(series: Iterable[SeriesFacts], taken: Mapping[str, str]) -> dict[str, str]:
    """Scan ids by series UID. `taken` are the session's ids by series UID (or by anything else that holds one).

    The id is the SeriesNumber. Series that share one are ordered by acquisition, then UID: the first gets `19001`,
    the next `19001-MR2`, then `19001-MR3`: the modality and the first free counter. A series without number gets
    modality and counter alone: `MR1`. An id once given is returned unchanged; a later series takes what is free.
    """
    ids: dict[str, str] = {}
    used = set(taken.values())
    for facts in sorted(series, key=_filing_order):
        if facts.series_uid in ids:
            continue
        known = taken.get(facts.series_uid)
        ids[facts.series_uid] = known if known is not None else _free_id(facts, used)
        used.add(ids[facts.series_uid])
    return ids


def _filing_order(facts: SeriesFacts) -> tuple[bool, int, str, str]:
    return facts.number is None, facts.number or 0, facts.acquired, facts.series_uid


def _free_id(facts: SeriesFacts, used: set[str]) -> str:
    modality = facts.modality if _MODALITY.fullmatch(facts.modality) else "OT"
    if facts.number is None:
        prefix, counter = modality, 1
    else:
        if str(facts.number) not in used:
            return str(facts.number)
        prefix, counter = f"{facts.number}-{modality}", 2
    while f"{prefix}{counter}" in used:
        counter += 1
    return f"{prefix}{counter}"


def session_modality(modalities: Iterable[str]) -> str:
    """The modality of a session with scans of these: images outrank reports; PET outranks what it is combined with."""
    present = {modality for modality in modalities if modality}
    images = present - _ACCOMPANYING
    for leading in _LEADING:
        if leading in images:
            return leading
    return min(images or present, default="OT")


def smallest_number(numbers: Sequence[int | None]) -> int | None:
    """The number of a series whose instances carry these."""
    return min((number for number in numbers if number is not None), default=None)
