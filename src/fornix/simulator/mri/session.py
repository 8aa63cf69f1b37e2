"""Writes a simulated MR session as files, named and laid out as that vendor's export does."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pydicom import dcmwrite
from pydicom.dataset import Dataset

from fornix.simulator.mri import enhanced, ge, passengers, philips, siemens
from fornix.simulator.mri.spec import Content, SeriesSpec, SessionSpec, Vendor

Instances = Callable[[SessionSpec, SeriesSpec, datetime], Iterator[Dataset]]

_DIALECTS: dict[Vendor, Instances] = {
    Vendor.SIEMENS: siemens.instances,
    Vendor.SIEMENS_XA: enhanced.instances,
    Vendor.GE: ge.instances,
    Vendor.PHILIPS: philips.instances,
    Vendor.PHILIPS_ENHANCED: enhanced.instances,
}
_PAUSE_S = 25


def write_session(folder: Path, spec: SessionSpec) -> list[Path]:
    """Write all series of a session into `folder` (made if need be); returns the files in the order of acquisition."""
    written: list[Path] = []
    started_at = datetime.combine(spec.date, spec.time) + timedelta(minutes=2)
    for series in spec.series:
        for number, ds in enumerate(_instances_of(spec, series)(spec, series, started_at), 1):
            path = folder / _file_name(spec, series, number, len(written) + 1)
            path.parent.mkdir(parents=True, exist_ok=True)
            dcmwrite(path, ds, enforce_file_format=True)
            written.append(path)
        started_at += timedelta(seconds=series.duration_s + _PAUSE_S)
    return written


def _instances_of(spec: SessionSpec, series: SeriesSpec) -> Instances:
    if series.content is Content.SCREENSHOT:
        return passengers.screenshot
    if series.content is Content.REPORT:
        return passengers.phoenix_report
    return _DIALECTS[spec.vendor]


def _file_name(spec: SessionSpec, series: SeriesSpec, number: int, running: int) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "_", series.description).strip("_")[:40] or "series"
    day = spec.date.strftime("%Y.%m.%d")
    return {
        Vendor.SIEMENS: f"{plain}_{series.number:04d}/STUDY.MR.{series.number:04d}.{number:04d}.{day}.IMA",
        Vendor.SIEMENS_XA: f"{plain}_{series.number}/{number:08d}.dcm",
        Vendor.GE: f"s{series.number:04d}/i{running:06d}.MRDC.{number}",
        Vendor.PHILIPS: f"DICOM/IM_{running:04d}",
        Vendor.PHILIPS_ENHANCED: f"DICOM/IM_{running:04d}",
    }[spec.vendor]
