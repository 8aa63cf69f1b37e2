"""Which files belong together to one MEG or EEG recording. Pure: bytes come through a callback, paths are texts."""

from __future__ import annotations

from collections.abc import Sequence

from fornix.meg.brainvision import find_brainvision
from fornix.meg.bti import find_bti, is_bti_path
from fornix.meg.companions import add_points
from fornix.meg.ctf import find_ctf, is_ctf_path
from fornix.meg.edf import find_edf, is_edf
from fornix.meg.fif_recordings import find_fif
from fornix.meg.fif_tags import MAGIC as FIF_MAGIC
from fornix.meg.kit import find_kit, is_kit_companion
from fornix.meg.pool import Pool
from fornix.meg.recording import JSON, Candidate, Found, Moment, Opener, Recording

__all__ = ["JSON", "Candidate", "Found", "Moment", "Opener", "Recording", "find_recordings", "is_candidate"]

# Folders first (everything in a .ds folder is CTF's, even an .eeg), then formats that know their own first bytes.
FORMATS = (find_ctf, find_fif, find_edf, find_brainvision, find_kit, find_bti)
SUFFIXES = (".fif", ".fif.gz", ".con", ".sqd", ".vhdr", ".ahdr", ".vmrk", ".eeg", ".dat", ".avg", ".seg")


def is_candidate(path: str, prefix: bytes) -> bool:
    """Whether this file may be part of a recording, by its path or its first bytes (132 are enough)."""
    if prefix[128:132] == b"DICM":
        return is_ctf_path(path)
    return (
        path.lower().endswith(SUFFIXES)
        or prefix.startswith(FIF_MAGIC)
        or is_ctf_path(path)
        or is_edf(path, prefix)
        or is_kit_companion(path, prefix)
        or is_bti_path(path, prefix)
    )


def find_recordings(candidates: Sequence[Candidate], open_: Opener) -> Found:
    """Group candidates into recordings. No file is lost: what belongs to none is named with the reason."""
    pool = Pool(candidates, open_)
    recordings = [recording for find in FORMATS for recording in find(pool)]
    recordings = add_points(pool, recordings)
    for candidate in pool.left():
        pool.refuse(candidate.path, "no recording that it belongs to was found")
    return Found(tuple(sorted(recordings, key=lambda found: found.files)), pool.reasons)
