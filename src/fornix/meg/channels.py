"""Words for channel types, the same for every system: mag, grad, ref_meg, eeg, eog, ecg, stim, misc and rarer ones.

They are the words that MNE-Python uses, so that a header card can be compared with a script's output. As there, axial
gradiometers whose unit is tesla (CTF, KIT, 4D) count as `mag`; `grad` are planar gradiometers, in tesla per metre.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from fornix.meg.recording import JSON

ORDER = (
    "mag",
    "grad",
    "ref_meg",
    "eeg",
    "seeg",
    "ecog",
    "dbs",
    "eog",
    "ecg",
    "emg",
    "bio",
    "resp",
    "stim",
    "misc",
)
MEG_TYPES = frozenset({"mag", "grad", "ref_meg"})


def count_types(types: Iterable[str]) -> dict[str, JSON]:
    """How many channels there are of each type; types without a channel are absent."""
    counts = Counter(types)
    known = [word for word in ORDER if word in counts]
    return {word: counts[word] for word in (*known, *sorted(counts.keys() - set(known)))}


def modality_of(types: Iterable[str]) -> str:
    """'MEG' when any channel measures a magnetic field, else 'EEG'."""
    return "MEG" if MEG_TYPES.intersection(types) else "EEG"


# A label's first word is its type in EDF+'s standard texts; HEOGL, VEOGb and so on are Brain Products' names.
_LABELS = (
    (re.compile(r"(?:[hv]?eog(?![a-z])|[hv]eog[lrb]?$)", re.IGNORECASE), "eog"),
    (re.compile(r"(?:ecg|ekg)(?![a-z])", re.IGNORECASE), "ecg"),
    (re.compile(r"emg(?![a-z])", re.IGNORECASE), "emg"),
    (re.compile(r"resp(?![a-z])", re.IGNORECASE), "resp"),
    (re.compile(r"(?:status|trigger)$", re.IGNORECASE), "stim"),
)


def word_of_label(label: str) -> str:
    """The type that an EEG system's label tells (`ECG II`, `EOG left`, `Status`); else `eeg`."""
    return next((word for pattern, word in _LABELS if pattern.match(label.strip())), "eeg")
