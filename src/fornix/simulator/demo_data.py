"""The files of the demo: MRI, MEG and EEG of some weeks, as a centre's export folder would hold them.

Knows the codes of the simulated projects, and nothing of how the archive imports.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from fornix.simulator.meg import EegSpec, RecordingSpec, Task, write_brainvision, write_recording
from fornix.simulator.mri import Contrast, SeriesSpec, SessionSpec, Vendor, write_session
from fornix.simulator.mri import protocols as p

# The projects the demo tells of, and their codes in the simulated Calpendo's `demo` set.
DEFAULT_CODES: Mapping[str, str] = {
    "hearing": "2023_112",
    "memory": "2024_027",
    "rhythm": "2022_088",
    "ageing": "2021_133",
    "vision": "2024_051",
    "pain": "2023_070",
    "reading": "2023_019",
}
LONG_DESCRIPTION = (
    "T1w MPRAGE 0.8 mm isotropic with volumetric navigators, prospective motion correction, reacquisition of the "
    "worst 24 TRs, prescan normalise on; the first run moved: was done twice."
)


@dataclass(frozen=True, slots=True)
class DemoItem:
    """One import: what to import, and what an operator would say of it. None: the files themselves tell."""

    path: Path
    project: str | None
    subject: str | None
    waits: bool
    note: str


@dataclass(frozen=True, slots=True)
class _Mri:
    """A session `days_ago`, of the project named (as in the codes) by its study description."""

    days_ago: int
    at: time
    project: str
    vendor: Vendor
    name: str
    patient_id: str
    series: tuple[SeriesSpec, ...]
    note: str
    comments: str = ""
    field_t: float = 3.0


@dataclass(frozen=True, slots=True)
class Planned:
    """An item with the time of its acquisition, and what writes its files."""

    at: datetime
    item: DemoItem
    write: Callable[[], object]


def write_demo_data(folder: Path, today: date, codes: Mapping[str, str] = DEFAULT_CODES) -> list[DemoItem]:
    """Write the tree into `folder`; returns the imports in the order in which the data were acquired.

    `codes` maps the demo's projects to Calpendo codes and may name some only; the same arguments give the same bytes.
    """
    plan = plan_demo_data(folder, today, codes)
    for planned in plan:
        planned.write()
    return [planned.item for planned in plan]


def plan_demo_data(folder: Path, today: date, codes: Mapping[str, str] = DEFAULT_CODES) -> list[Planned]:
    """What `write_demo_data` will write, nothing written yet."""
    known = {**DEFAULT_CODES, **codes}
    plan = [*_plan_mri(folder / "mri", today, known), *_plan_meg(folder, today, known)]
    return sorted([*plan, _plan_eeg(folder / "eeg", today, known)], key=lambda planned: planned.at)


def workday(today: date, days_ago: int) -> date:
    """The day that long ago, or the Friday before where that is a weekend."""
    day = today - timedelta(days=days_ago)
    return day - timedelta(days=max(0, day.weekday() - 4))


def _plan_mri(folder: Path, today: date, codes: Mapping[str, str]) -> Iterator[Planned]:
    for seed, session in enumerate(_mri_sessions(), 1):
        day = workday(today, session.days_ago)
        # Whoever is scanned twice has the same head and birthday both times.
        person = sum(session.name.encode())
        spec = SessionSpec(
            session.vendor,
            patient_id=session.patient_id,
            patient_name=session.name,
            study_description=codes.get(session.project, session.project),
            date=day,
            time=session.at,
            series=session.series,
            comments=session.comments,
            birth_date=f"{1950 + person % 55}{1 + person % 12:02d}15",
            sex="FMO"[person % 3],
            field_t=session.field_t,
            seed=person,
        )
        path = folder / f"{day:%Y%m%d}_{seed:02d}_{session.vendor}"
        waits = session.project not in codes or not session.patient_id
        item = DemoItem(path, None, None, waits, session.note)
        yield Planned(datetime.combine(day, session.at, UTC), item, partial(write_session, path, spec))


def _mri_sessions() -> tuple[_Mri, ...]:
    spin_echo = p.spin_echo_pair(3)
    babble = tuple(p.functional(4 + run, f"func-bold_task-babble_run-{run}") for run in (1, 2))
    siemens = (p.localizer(), p.anatomy(2), *spin_echo, *babble, p.phoenix_report())
    xa = (
        p.localizer(),
        p.anatomy(2),
        p.flair(3),
        p.functional(4, "func-bold_task-encoding"),
        p.diffusion(5, directions=12),
    )
    long_named = (replace(xa[1], description=LONG_DESCRIPTION), *xa[3:])
    ge = (p.localizer(1, "3Plane Loc SSFSE"), p.anatomy(2, "Sag T1 BRAVO"), p.functional(3, "epiRT rest", 6))
    philips = (
        p.localizer(101, "Survey"),
        p.anatomy(201, "T1W_3D_TFE"),
        p.functional(301, "FE_EPI_rhythm", 6),
        *p.field_map(401, "B0 map"),
    )
    enhanced = (
        p.localizer(101, "Survey"),
        p.anatomy(301, "T2W_SPACE", Contrast.T2),
        p.functional(401, "ME-EPI faces 🙂😨 run 1", 5, (14.0, 33.0, 52.0)),
        p.screenshot(),
    )
    return (
        *_hearing_and_memory(siemens, xa, long_named),
        *_elsewhere(ge, philips, enhanced),
        *_waiting(siemens[:3], ge),
    )


def _hearing_and_memory(*protocols: tuple[SeriesSpec, ...]) -> Iterator[_Mri]:
    siemens, xa, long_named = protocols
    yield _Mri(24, time(9, 30), "hearing", Vendor.SIEMENS, "sub-014", "sub-014_MR1", siemens, "first visit")
    yield _Mri(3, time(9, 45), "hearing", Vendor.SIEMENS, "sub-014", "sub-014_MR2", siemens, "second visit")
    yield _Mri(
        2,
        time(14, 0),
        "hearing",
        Vendor.SIEMENS,
        "محمد^الأمين",
        "sub-015",
        siemens[:2],
        "a right-to-left name",
    )
    yield _Mri(
        11, time(11, 15), "memory", Vendor.SIEMENS_XA, "sub-007", "sub-007_MR1", xa, "enhanced multi-frame"
    )
    yield _Mri(
        4,
        time(16, 30),
        "memory",
        Vendor.SIEMENS_XA,
        "sub-008",
        "sub-008_MR1",
        long_named,
        "180-character description",
    )


def _elsewhere(*protocols: tuple[SeriesSpec, ...]) -> Iterator[_Mri]:
    ge, philips, enhanced = protocols
    pain = (
        p.localizer(),
        p.anatomy(2, "t1_mprage_sag_p2"),
        *p.field_map(3),
        p.functional(5, "pain 🧊🔥 block", 8),
    )
    comments = "Subject: sub-OLDER-COMMUNITY-COHORT-1043-wave-3-follow-up Session: wave3"
    yield _Mri(6, time(13, 0), "rhythm", Vendor.PHILIPS, "sub-P01", "sub-P01_7T", philips, "7 T", field_t=7.0)
    yield _Mri(8, time(10, 0), "ageing", Vendor.GE, "sub-1042", "sub-1042_w3", ge, "classic slices")
    yield _Mri(
        1, time(15, 20), "ageing", Vendor.GE, "Clarke^M", "1043", ge, "labels in the comments", comments
    )
    yield _Mri(
        9,
        time(9, 0),
        "vision",
        Vendor.PHILIPS_ENHANCED,
        "sub-03",
        "sub-03_a",
        enhanced,
        "emoji in a description",
    )
    yield _Mri(15, time(12, 10), "pain", Vendor.SIEMENS, "sub-021", "sub-021_MR1", pain, "with field maps")


def _waiting(*protocols: tuple[SeriesSpec, ...]) -> Iterator[_Mri]:
    siemens, ge = protocols
    yield _Mri(
        5, time(17, 0), "PILOT_UNKNOWN", Vendor.SIEMENS, "sub-301", "sub-301", siemens, "unknown project code"
    )
    yield _Mri(2, time(18, 10), "ageing", Vendor.GE, "Vance^Harriet", "", ge[:2], "no subject code")


def _plan_meg(folder: Path, today: date, codes: Mapping[str, str]) -> Iterator[Planned]:
    """MEGIN's layout `PROJECT/SUBJECT/YYMMDD/`, with the empty room of the day beside the person's recordings."""
    for days_ago, hour, project, subject, extent, note in (
        (3, 13, "hearing", "sub-014", "whole", "split in three parts, rest also MaxFiltered, empty room"),
        (10, 10, "hearing", "sub-015", "rest", "rest only"),
        (7, 15, "reading", "sub-B07", "task", "auditory task and empty room"),
        (14, 11, "vision", "sub-03", "rest", "rest only"),
    ):
        at = datetime.combine(workday(today, days_ago), time(hour), UTC)
        code = codes[project]
        path = folder / "meg" / code / subject / at.strftime("%y%m%d")
        spec = RecordingSpec(subject, code, at, seed=hour)
        yield Planned(
            at, DemoItem(path, code, None, waits=False, note=note), partial(_record, path, spec, extent)
        )
    at = datetime.combine(workday(today, 1), time(17), UTC)
    nameless = RecordingSpec("", codes["hearing"], at, duration_s=4.0, seed=17)
    item = DemoItem(
        folder / "unsorted" / "test_raw.fif", codes["hearing"], None, waits=True, note="MEG without a subject"
    )
    yield Planned(at, item, partial(write_recording, folder / "unsorted", "test_raw", nameless))


def _record(path: Path, rest: RecordingSpec, extent: str) -> None:
    """`extent`: rest alone, a task with its empty room, or the whole of them with a MaxFiltered copy."""
    if extent != "task":
        write_recording(path, "rest_raw", replace(rest, duration_s=8.0))
    if extent == "rest":
        return
    later, parts = rest.measured_at + timedelta(minutes=12), 3 if extent == "whole" else 1
    task = replace(rest, task=Task.AUDITORY, measured_at=later, duration_s=6.0 * parts, parts=parts)
    write_recording(path, "auditory_raw", task)
    before = rest.measured_at - timedelta(minutes=30)
    room = replace(rest, subject="emptyroom", task=Task.EMPTY_ROOM, measured_at=before, duration_s=5.0)
    write_recording(path, "emptyroom_raw", room)
    if extent == "whole":
        write_recording(path, "rest_raw_tsss", replace(rest, duration_s=8.0, is_maxfiltered=True))


def _plan_eeg(folder: Path, today: date, codes: Mapping[str, str]) -> Planned:
    at = datetime.combine(workday(today, 5), time(10, 40), UTC)
    path = folder / f"sub-04_{at:%Y%m%d}"
    item = DemoItem(
        path, codes["vision"], "sub-04", waits=False, note="BrainVision: the operator names the subject"
    )
    return Planned(
        at, item, partial(write_brainvision, path, "sub-04_oddball", EegSpec("sub-04", at, seed=4))
    )
