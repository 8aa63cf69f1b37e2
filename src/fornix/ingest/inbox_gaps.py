"""Whether a `.ds` folder (CTF) or a BTi run has all that it cannot do without, by the names alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from fornix.ingest.inbox_parts import Watched, data_set_of, is_of_run

_NEEDED = (".res4", ".meg4")


def has_gap(part: Sequence[Watched]) -> bool:
    """Whether something of it is to come yet: header or data are missing, or a copy within is under way."""
    data_sets = {data_set_of(file.seen.path) for file in part} - {""}
    run = [file.seen.name.lower() for file in part if is_of_run(file.seen)]
    if any(file.seen.is_copy_under_way for file in part):
        return True
    if data_sets:
        return any(_lacks_needed(part, folder) for folder in data_sets)
    return run not in ([], ["config"]) and not ("config" in run and any(",rf" in name for name in run))


def _lacks_needed(part: Sequence[Watched], folder: str) -> bool:
    names = [file.seen.name.lower() for file in part if file.seen.folder == folder]
    return not all(any(name.endswith(suffix) for name in names) for suffix in _NEEDED)
