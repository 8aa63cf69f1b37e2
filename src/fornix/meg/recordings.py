"""Which files belong together to one MEG or EEG recording. Pure: bytes come through a callback, paths are texts."""

from __future__ import annotations

from collections.abc import Sequence

from fornix.meg.fif_recordings import find_fif
from fornix.meg.fif_tags import MAGIC as FIF_MAGIC
from fornix.meg.pool import Pool
from fornix.meg.recording import JSON, Candidate, Found, Moment, Opener, Recording

__all__ = ["JSON", "Candidate", "Found", "Moment", "Opener", "Recording", "find_recordings", "is_candidate"]

FORMATS = (find_fif,)
SUFFIXES = (".fif", ".fif.gz")


def is_candidate(path: str, prefix: bytes) -> bool:
    """Whether this file may be part of a recording, by its path or its first bytes (128 are enough)."""
    return path.lower().endswith(SUFFIXES) or prefix.startswith(FIF_MAGIC)


def find_recordings(candidates: Sequence[Candidate], open_: Opener) -> Found:
    """Group candidates into recordings. No file is lost: what belongs to none is named with the reason."""
    pool = Pool(candidates, open_)
    recordings = [recording for find in FORMATS for recording in find(pool)]
    for candidate in pool.left():
        pool.refuse(candidate.path, "no recording that it belongs to was found")
    return Found(tuple(sorted(recordings, key=lambda found: found.files)), pool.reasons)
