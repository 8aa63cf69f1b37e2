"""FIF recordings among the candidates: split parts in one, MaxFiltered ones apart, derived files beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from fornix.meg.card import duration_of, make_card, positive
from fornix.meg.channels import MEG_TYPES, count_types, modality_of
from fornix.meg.companions import nearest
from fornix.meg.fif import FifFile
from fornix.meg.fif_parts import Chain, chain_parts
from fornix.meg.fif_reader import read_fif
from fornix.meg.fif_tags import MAGIC
from fornix.meg.labels import label
from fornix.meg.pool import Pool
from fornix.meg.recording import JSON, Recording
from fornix.meg.window import NotThisFormat

Files = Mapping[str, FifFile]

# File names in which MaxFilter's users say what they did, for versions that left no processing history.
_FILTERED_NAME = re.compile(r"(?:^|[_-])t?sss(?:[_.-]|$)|raw[_-]mc(?:[_.-]|$)|_mc$", re.IGNORECASE)
_DATA_SUFFIX = re.compile(r"(?:[_-](?:raw|meg|t?sss|mc))+$", re.IGNORECASE)
_SPLIT = re.compile(r"_split-[0-9]+", re.IGNORECASE)


def find_fif(pool: Pool) -> list[Recording]:
    """All FIF recordings; every FIF file is then claimed or refused."""
    files = _read_all(pool)
    chains = chain_parts(files)
    sources = [chain for chain in chains if files[chain.paths[0]].content == "raw"]
    derived = [chain for chain in chains if files[chain.paths[0]].content != "raw"]
    companions = _companions(sources, derived, files)
    found = [_recording(chain, files, companions.get(chain.paths[0], ())) for chain in sources]
    placed = {path for paths in companions.values() for path in paths}
    found += [_recording(chain, files, ()) for chain in derived if chain.paths[0] not in placed]
    return found


def _read_all(pool: Pool) -> Files:
    files: dict[str, FifFile] = {}
    for candidate in pool.left():
        name = candidate.name.lower()
        if name.endswith(".fif.gz"):
            pool.refuse(candidate.path, "compressed FIF: unpack it, then import it again")
        elif name.endswith(".fif") or pool.head(candidate, len(MAGIC)) == MAGIC:
            try:
                files[candidate.path] = pool.read(candidate, read_fif)
            except NotThisFormat as error:
                pool.refuse(candidate.path, f"no FIF file: {error}")
            else:
                pool.claim([candidate.path])
    return files


def _companions(sources: Sequence[Chain], derived: Sequence[Chain], files: Files) -> dict[str, list[str]]:
    """Derived files by the first path of the recording beside which they are kept.

    That is the recording of the same folder whose name theirs begins with. A file that measures nothing itself (a
    transformation, projectors) goes with the nearest name of its folder, as it cannot stand alone.
    """
    by_folder: dict[str, dict[str, str]] = defaultdict(dict)
    for source in sources:
        folder, stem = _folder_and_stem(source.paths[0])
        by_folder[folder][source.paths[0]] = stem
    placed: dict[str, list[str]] = defaultdict(list)
    for chain in derived:
        folder, stem = _folder_and_stem(chain.paths[0])
        beside = by_folder[folder]
        named = {path: source for path, source in beside.items() if _is_named_after(stem, source)}
        if not named and not files[chain.paths[0]].channels:
            named = beside
        if named:
            placed[nearest(stem, named)].extend(chain.paths)
    return placed


def _is_named_after(stem: str, source_stem: str) -> bool:
    base = _DATA_SUFFIX.sub("", _SPLIT.sub("", source_stem)).lower()
    rest = stem.lower().removeprefix(base)
    return bool(base) and rest != stem.lower() and not rest[:1].isalnum()


def _recording(chain: Chain, files: Files, companions: Sequence[str]) -> Recording:
    path = chain.paths[0]
    first = files[path]
    name = _SPLIT.sub("", _folder_and_stem(path)[1])
    labels = label(path, name, header_id=first.his_id, project=first.project_name)
    return Recording(
        system="FIF",
        modality=modality_of(first.channels) if first.channels else "MEG",
        kind=_kind(first, name, is_empty_room=labels.is_empty_room),
        name=name,
        uid=first.uid,
        files=chain.paths,
        companions=tuple(companions),
        acquired=first.acquired,
        subject=labels.subject,
        project_candidates=labels.projects,
        card=_card(chain, files),
        problems=tuple(_problems(chain, files)),
    )


def _kind(first: FifFile, name: str, *, is_empty_room: bool) -> str:
    if first.content != "raw":
        return "derived"
    if is_empty_room:
        return "empty_room"
    return "maxfiltered" if first.is_maxfiltered or _FILTERED_NAME.search(name) else "raw"


def _card(chain: Chain, files: Files) -> dict[str, JSON]:
    first = files[chain.paths[0]]
    samples = sum(files[path].samples for path in chain.paths)
    acquired = first.acquired
    return make_card(
        system="FIF",
        instrument=first.instrument,
        content=first.content,
        sampling_rate_hz=positive(first.sampling_rate_hz),
        duration_s=duration_of(samples, first.sampling_rate_hz),
        channels=count_types(first.channels),
        parts=len(chain.paths),
        highpass_hz=first.highpass_hz,
        lowpass_hz=first.lowpass_hz,
        line_frequency_hz=first.line_frequency_hz,
        projectors=[name or "unnamed" for name in first.projectors],
        maxfiltered=first.is_maxfiltered or None,
        maxshield=first.is_shielded or None,
        head_position_mm=_head_position(first),
        hpi_fits=first.hpi_fits or None,
        digitised_points=first.digitised_points or None,
        acquired_on=acquired.on.isoformat() if acquired.on else None,
        acquired_time=acquired.time,
    )


def _head_position(file: FifFile) -> list[JSON] | None:
    """Where the head's origin lies in the device, in mm (x, y, z); None when it is unknown or the identity."""
    if not MEG_TYPES.intersection(file.channels) or not any(file.device_to_head[9:12]):
        return None
    position = file.device_to_head[21:24]
    return [round(axis * 1000, 1) for axis in position] if all(abs(axis) < 10 for axis in position) else None


def _problems(chain: Chain, files: Files) -> Iterator[str]:
    yield from chain.problems
    for number, path in enumerate(chain.paths, start=1):
        file = files[path]
        prefix = f"part {number}: " if len(chain.paths) > 1 else ""
        yield from (prefix + problem for problem in file.problems)
        if file.content == "raw" and len(file.channels) != file.channel_count:
            yield f"{prefix}{file.channel_count} channels announced, {len(file.channels)} described"
        if file.content == "raw" and not file.samples and not file.problems:
            yield f"{prefix}it holds no samples"


def _folder_and_stem(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name[:-4] if name.lower().endswith(".fif") else name
