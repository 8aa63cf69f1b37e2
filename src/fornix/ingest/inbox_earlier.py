"""What was taken before of a recording whose rest came later: it is imported again with it, and so they are joined.

Bytes that the archive holds change nothing; what waited alone ends once the recording is filed.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from fornix.ingest.inbox_parts import data_set_of
from fornix.ingest.inbox_survey import DONE, Seen, inbox_path
from fornix.meg.fif_parts import split_name

_SECOND = re.compile(r".*~[0-9]+")  # of one name, as `done` keeps them


def earlier_files(inbox: Path, files: Sequence[Seen]) -> Iterator[Seen]:
    """Files of the same `.ds` folders and split recordings that were taken before, wherever they lie now."""
    known = {seen.place.relative_to(inbox) for seen in files}
    for place in dict.fromkeys((*_in_data_sets(inbox, files), *_first_parts(inbox, files))):
        if unshelved(inbox, place) in known or _SECOND.fullmatch(place.stem) or place.is_symlink():
            continue
        try:
            status = place.stat()
        except OSError:
            continue  # taken away: that is allowed
        seen = Seen(inbox_path(inbox, place), place, status.st_size, status.st_mtime_ns)
        if not seen.is_never_taken:
            yield seen


def unshelved(inbox: Path, place: Path) -> Path:
    """Where it lay below the inbox before it was put aside."""
    relative = place.relative_to(inbox)
    return relative.relative_to(DONE) if relative.parts[0] == DONE else relative


def _in_data_sets(inbox: Path, files: Sequence[Seen]) -> Iterator[Path]:
    relative = (seen.place.relative_to(inbox).as_posix() for seen in files)
    for folder in sorted({data_set_of(path) for path in relative} - {""}):
        for home in (inbox / DONE / folder, inbox / folder):
            for above, _, names in os.walk(home):
                yield from (Path(above, name) for name in sorted(names))


def _first_parts(inbox: Path, files: Sequence[Seen]) -> Iterator[Path]:
    """Parts of split FIF recordings of which these files have later ones, but not the first."""
    numbers: dict[tuple[Path, str], set[int]] = defaultdict(set)
    for seen in files:
        if seen.name.lower().endswith(".fif"):
            stem, number = split_name(seen.place.name)
            numbers[seen.place.parent.relative_to(inbox), stem].add(number)
    for (folder, stem), present in numbers.items():
        if 0 in present:
            continue
        for home in (inbox / DONE / folder, inbox / folder):
            alike = [place for place in sorted(home.glob("*.fif")) if split_name(place.name)[0] == stem]
            if any(split_name(place.name)[1] == 0 for place in alike):
                yield from alike
