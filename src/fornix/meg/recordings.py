"""Which files belong together to one MEG or EEG recording. Pure: bytes come through a callback, paths are texts."""

from __future__ import annotations

from collections.abc import Sequence

from fornix.meg.brainvision import find_brainvision
from fornix.meg.bti import find_bti
from fornix.meg.companions import add_points
from fornix.meg.ctf import find_ctf
from fornix.meg.edf import find_edf
from fornix.meg.fif_recordings import find_fif
from fornix.meg.kit import find_kit
from fornix.meg.pool import Pool
from fornix.meg.recording import JSON, Candidate, Found, Moment, Opener, Recording

__all__ = ["JSON", "Candidate", "Found", "Moment", "Opener", "Recording", "find_recordings"]

# Folders first (everything in a .ds folder is CTF's, even an .eeg), then formats that know their own first bytes.
FORMATS = (find_ctf, find_fif, find_edf, find_brainvision, find_kit, find_bti)


def find_recordings(candidates: Sequence[Candidate], open_: Opener) -> Found:
    """Group candidates into recordings. No file is lost: what belongs to none is named with the reason."""
    pool = Pool(candidates, open_)
    recordings = [recording for find in FORMATS for recording in find(pool)]
    recordings = add_points(pool, recordings)
    for candidate in pool.left():
        pool.refuse(candidate.path, "no recording that it belongs to was found")
    return Found(tuple(sorted(recordings, key=lambda found: found.files)), pool.reasons)
