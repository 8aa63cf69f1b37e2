"""An archive to import into, as `fornix import`, `show` and `check` work on it, and small files to import."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import count
from pathlib import Path

from pydicom.datadict import dictionary_VR, tag_for_keyword
from tests.unit.dicom.builder import dataset, part10, slice_elements

from fornix.catalog.inventory import arrival_rows, project_rows, session_rows
from fornix.catalog.site_rules import SiteRules
from fornix.ingest.importing import ImportReport, import_paths
from fornix.ingest.receive import Destination
from fornix.integrity.check import Finding, check
from fornix.models import Event, ImagingSession, Project
from fornix.simulator.meg import RecordingSpec, write_recording
from fornix.simulator.mri import SeriesSpec, SessionSpec, Vendor, write_session
from fornix.storage.store import Store

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
_numbers = count(1)


@dataclass(frozen=True)
class Archive:
    """One archive. Each import is followed by a check of everything."""

    store: Store
    rules: SiteRules = field(default_factory=SiteRules)

    def take(self, *paths: Path, project="", subject="", session="") -> ImportReport:
        destination = Destination(project, True, subject, session)
        report = import_paths(list(paths), destination, self.store, self.rules)
        assert self.findings() == []
        return report

    def findings(self) -> list[Finding]:
        return list(check(self.store, read_bytes=True))

    def show(self) -> dict:
        """What `fornix show --json` prints."""
        sessions = list(session_rows(ImagingSession.objects.exclude(visible_at=None).order_by("accession")))
        projects = list(project_rows(Project.objects.order_by("label")))
        shown = {"projects": projects, "sessions": sessions, "arrivals": arrival_rows()}
        return json.loads(json.dumps(shown))

    def sessions(self) -> list[dict]:
        return self.show()["sessions"]

    def waiting(self) -> list[str]:
        return [arrival["reason"] for arrival in self.show()["arrivals"]]

    def hashes(self) -> set[str]:
        """Keys of all bytes in the store, whether rows name them or not."""
        return {stat.key for stat in self.store.list("")}


def filings() -> list[dict]:
    """What the Events of all filings tell, in their order, but for which arrival each was."""
    events = Event.objects.filter(verb="session.filed").order_by("id")
    return [{key: value for key, value in event.details.items() if key != "arrival"} for event in events]


def elements(**values: str | bytes | None) -> bytes:
    """A data set: the smallest slice, with these DICOM keywords changed or (None) left out."""
    changes = {}
    for keyword, value in values.items():
        tag = tag_for_keyword(keyword)
        changes[tag] = (dictionary_VR(tag).split(" ")[0], value)
    kept = {tag: change for tag, change in changes.items() if change[1] is not None}
    return dataset(
        element for element in slice_elements(kept) if changes.get(element[0], ("", ""))[1] is not None
    )


def instance(**values: str | bytes | None) -> bytes:
    """A DICOM file with a SOPInstanceUID of its own."""
    return part10(elements(**{"SOPInstanceUID": f"1.2.9.{next(_numbers)}"} | values))


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def put_all(folder: Path, contents: Iterable[bytes]) -> Path:
    for number, content in enumerate(contents):
        put(folder / f"{number:04}.dcm", content)
    return folder


def session_spec(patient="P01", *, name="", project="STUDY_A", day=1, seed=0, numbers=(1, 2)) -> SessionSpec:
    series = tuple(SeriesSpec(n, f"series {n}", rows=16, columns=16, slices=2) for n in numbers)
    return SessionSpec(
        Vendor.SIEMENS,
        patient,
        name or patient,
        project,
        date(2024, 3, day),
        time(10, 15),
        series,
        seed=seed,
    )


def mri(folder: Path, patient="P01", **details) -> Path:
    """A small MR session as a folder; see session_spec."""
    write_session(folder, session_spec(patient, **details))
    return folder


def meg(folder: Path, stem="rest_raw", *, subject="MEG01", project="STUDY_A", at=NOON, **details) -> Path:
    """A small FIF recording in a folder."""
    write_recording(folder, stem, RecordingSpec(subject, project, at, duration_s=1, **details))
    return folder
