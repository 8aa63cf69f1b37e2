"""The values that cross the border of this package: candidates go in, recordings come out.

Nothing here knows a file system: paths are texts relative to the import root, bytes come through an `Opener`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, TypeAlias

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"

Opener = Callable[[str], BinaryIO]
"""Opens a candidate's bytes for reading, by its path; the stream can seek. It raises OSError when it cannot."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be part of a recording: its path under the import root ('/' separated) and its bytes' count."""

    path: str
    length: int

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a recording began, as its header writes it.

    `utc_offset` is '+00:00' where the format defines UTC (FIF) and '' where it is the local time of a place
    that the file does not name (CTF, KIT, BTi, BrainVision, EDF, BDF). `time` is 'HH:MM:SS' or ''.
    """

    on: date | None = None
    time: str = ""
    utc_offset: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording: the files that belong together and what their headers say.

    system: FIF, CTF, KIT, BTI, BRAINVISION, EDF or BDF; also the label of the primary resource.
    modality: 'MEG' or 'EEG'.
    kind: 'raw', 'maxfiltered', 'empty_room' (raw or MaxFiltered alike), or 'derived' (averages, epochs, covariances,
        transformations and other FIF files that hold no continuous data and belong to no recording beside them).
    name: what people call it: the file's stem, the name of the `.ds` folder, the BTi run's folder.
    uid: a stable identity from the header (FIF: the file id of the first part, 40 hex digits), else ''.
    files: the primary files, split parts in chain order.
    companions: marker, head-shape, event and derived files that belong to it, kept in another resource.
    subject: 'emptyroom', a label by MEGIN's folder layout, the header's subject id, or the `.ds` name's beginning, as
        written; never a first or last name; None when nothing says it.
    project_candidates: project codes named by the folder or by the header, best first.
    card: header values with their units in the key; what is not known is absent.
    problems: what is wrong with it. It is filed all the same, and the operator is told.
    """

    system: str
    modality: str
    kind: str
    name: str
    files: tuple[str, ...]
    card: Mapping[str, JSON]
    uid: str = ""
    companions: tuple[str, ...] = ()
    acquired: Moment = Moment()
    subject: str | None = None
    project_candidates: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Every candidate is either in one recording (its files or companions) or in `unrecognised`, with the reason."""

    recordings: tuple[Recording, ...]
    unrecognised: Mapping[str, str]
