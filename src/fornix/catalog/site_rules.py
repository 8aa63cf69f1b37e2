"""What a site may choose. Built once by wiring; every layer gets it as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fornix.dicom.scan_types import ScanTypeRule


@dataclass(frozen=True, slots=True)
class SiteRules:
    """The rules of one site."""

    accession_prefix: str = "FORNIX"
    time_zone: str = "UTC"
    patient_name_as_subject: bool = True  # PatientName may become the subject label when it looks like a code
    scan_types: tuple[ScanTypeRule, ...] = ()  # first match wins
    terminated_grace: timedelta = timedelta(
        days=90
    )  # a Terminated project takes what is scanned so long after
    quiet_time: timedelta = timedelta(seconds=60)  # nothing came for so long: an arrival is complete
