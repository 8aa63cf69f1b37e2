"""Writes the numbers down as a page of the documentation."""

from datetime import date
from statistics import median

from benchmarks import uploading
from benchmarks.downloading import Download
from benchmarks.folder_import import GOAL, FolderImport
from benchmarks.mirror_sweeps import (
    GOAL_FIRST_BYTES,
    GOAL_FIRST_S,
    GOAL_UNCHANGED_S,
    PROJECTS_WITH_DATA,
    Sweeps,
)
from benchmarks.processes import Run
from benchmarks.session_zip import GOAL as ZIP_GOAL
from benchmarks.session_zip import SessionZip
from benchmarks.storing import GOAL as STORING_GOAL
from benchmarks.storing import Storing
from benchmarks.uploading import Uploads

_INTRODUCTION = """\
# Benchmarks

Made on {day} by `{command}`;
run it to make this page anew. Each peer is Debian's package with its defaults, started by the benchmark
on loopback ports, its data on the same file system. The runs are interleaved (A, B, A, B, …), caches
stay warm, and medians are compared: on a machine that does other work too, only the ratio means something.
"""


def page(
    command: str,
    day: date,
    facts: list[tuple[str, str]],
    imported: FolderImport,
    stored: list[Storing],
    zipped: SessionZip | None,
    uploaded: Uploads | None,
    sweeps: Sweeps | None,
) -> str:
    """The whole page, as Markdown."""
    sections = [_INTRODUCTION.format(command=command, day=day.isoformat()), _import_section(imported)]
    if stored:
        sections.append(_storing_section(stored))
    if zipped:
        sections.append(_zip_section(zipped))
    if uploaded:
        sections.append(uploading.section(uploaded))
    if sweeps:
        sections.append(_sweeps_section(sweeps))
    sections.append("## Machine\n\n| what | |\n|---|---|\n" + "".join(f"| {k} | {v} |\n" for k, v in facts))
    return "\n".join(sections)


def _import_section(result: FolderImport) -> str:
    rows = [
        _row("`fornix import` of the folder", result.fornix, result),
        _row(
            "Orthanc, fed by `storescu` from the folder (TCP_NODELAY=1 on both sides)", result.orthanc, result
        ),
    ]
    reached = "reached" if result.ratio >= GOAL else "not reached"
    return (
        "## Folder import\n\n"
        f"{result.files:,} single-frame 256×256 MR slices in 8 series, {result.total_bytes / 1e6:.0f} MB, into an "
        "empty archive. The whole command is timed, its start included; both have synced all bytes to disk before "
        "they say that they are done.\n\n"
        "| archive | median s | all runs, s | files/s | peak memory |\n|---|--:|---|--:|--:|\n"
        + "".join(rows)
        + f"\nFornix is **{result.ratio:.1f} times as fast**; goal: {GOAL:g} times ({reached}).\n"
    )


def _row(name: str, runs: tuple[Run, ...], result: FolderImport) -> str:
    seconds = median(run.seconds for run in runs)
    return f"| {name} | {seconds:.2f} | {_all(runs)} | {result.files / seconds:,.0f} | {_peak(runs)} |\n"


def _storing_section(results: list[Storing]) -> str:
    rows = [_storing_row(result, name, runs) for result in results for name, runs in result.runs.items()]
    ratios = ", ".join(
        f"{result.images} over {result.associations}: {result.ratio:.1f}" for result in results
    )
    is_reached = all(result.ratio >= STORING_GOAL for result in results)
    return (
        "## Receiving by C-STORE\n\n"
        "Sent by `storescu`, TCP_NODELAY=1 on both sides, into an empty store: classic slices as above, and fMRI "
        "mosaics of 1.2 MB; over one association, or shared by four. Before it answers, Fornix has hashed the image, "
        "synced its bytes and committed its row; Orthanc has synced the bytes; storescp has written them. Memory is "
        "that of the process that receives (of storescp, of the one that waits).\n\n"
        "| images | associations | receiver | median s | all runs, s | images/s | MB/s | peak memory |\n"
        "|---|--:|---|--:|---|--:|--:|--:|\n"
        + "".join(rows)
        + f"\nTimes as fast as Orthanc: {ratios}; goal: {STORING_GOAL:g} "
        f"({'reached' if is_reached else 'not reached everywhere'}).\n"
    )


def _storing_row(result: Storing, name: str, runs: tuple[Run, ...]) -> str:
    seconds = result.median_s(name)
    rate, megabytes = result.files / seconds, result.total_bytes / seconds / 1e6
    return (
        f"| {result.images} | {result.associations} | {name} | {seconds:.2f} | {_all(runs)} | {rate:,.0f} | "
        f"{megabytes:,.0f} | {_peak(runs)} |\n"
    )


def _zip_section(result: SessionZip) -> str:
    rows = [
        _zip_row("Fornix, stored zip", result.fornix),
        _zip_row("Orthanc, `/studies/{id}/archive` (deflates)", result.orthanc),
    ]
    reached = "reached" if result.ratio >= ZIP_GOAL else "not reached"
    return (
        "## Session zip\n\n"
        "The session imported above, downloaded whole over loopback and thrown away by the client.\n\n"
        "| archive | median s | all runs, s | MB/s on the wire | length |\n|---|--:|---|--:|--:|\n"
        + "".join(rows)
        + f"\nFornix is **{result.ratio:.0f} times as fast**; goal: {ZIP_GOAL:g} times ({reached}).\n"
    )


def _zip_row(name: str, runs: tuple[Download, ...]) -> str:
    seconds, length = median(run.seconds for run in runs), runs[0].length
    return (
        f"| {name} | {seconds:.2f} | {_all(runs)} | {length / seconds / 1e6:,.0f} | {length / 1e6:.0f} MB |\n"
    )


def _sweeps_section(result: Sweeps) -> str:
    told = ", ".join(f"{number:,} {what}" for what, number in result.counts.items())
    rows = [
        _sweep_row("the first sweep, accepted", result.first, result.requests["first"]),
        _sweep_row("nothing changed", result.unchanged, result.requests["unchanged"]),
        _sweep_row("1 % of everything changed", result.changed, result.requests["changed"]),
        _sweep_row(
            "the first, where lists do not tell members", (result.details,), result.requests["details"]
        ),
    ]
    first, unchanged = (median(run.seconds for run in runs) for runs in (result.first, result.unchanged))
    most_mb = GOAL_FIRST_BYTES / 1e6
    peak = max(run.peak_bytes for run in result.first)
    is_reached = first < GOAL_FIRST_S and peak < GOAL_FIRST_BYTES and unchanged < GOAL_UNCHANGED_S
    written = ", ".join(result.written_by_unchanged)
    return (
        "## Sweeps of a large Calpendo\n\n"
        "`fornix mirror` against the simulator's set `large`, which runs beside it on the same cores and waits for "
        f"nothing. Read in one sweep: {told}. The archive has an account for each active person and "
        f"{PROJECTS_WITH_DATA:,} projects with data; {result.rights:,} rights in the end. No peer does this.\n\n"
        "| sweep | median s | all runs, s | requests | peak memory |\n|---|--:|---|--:|--:|\n"
        + "".join(rows)
        + f"\nGoals: first < {GOAL_FIRST_S:g} s and < {most_mb:g} MB, unchanged < {GOAL_UNCHANGED_S:g} s "
        f"({'reached' if is_reached else 'not reached'}). The tables that the unchanged sweep wrote to: {written}.\n"
    )


def _sweep_row(name: str, runs: tuple[Run, ...], requests: int) -> str:
    seconds = median(run.seconds for run in runs)
    return f"| {name} | {seconds:.1f} | {_all(runs)} | {requests:,} | {_peak(runs)} |\n"


def _all(runs: tuple[Run, ...] | tuple[Download, ...]) -> str:
    return ", ".join(f"{run.seconds:.2f}" for run in runs)


def _peak(runs: tuple[Run, ...]) -> str:
    return f"{max(run.peak_bytes for run in runs) / 1e6:.0f} MB"
