"""What kind of scan a series is, as one word for the page and the timeline. Pure; from the header of one instance.

The site's rules come first. Without one the word is: report, spectroscopy, scout, dwi, fmap, func, perf, anat or other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fornix.dicom import tags
from fornix.dicom.header import DicomHeader

SPECTROSCOPY_STORAGE = "1.2.840.10008.5.1.4.1.1.4.2"
_REPORT_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.88.",  # structured reports (PS3.4 B.5)
    "1.2.840.10008.5.1.4.1.1.104.",  # encapsulated documents
)
_REPORT_MODALITIES = frozenset({"SR", "DOC", "KO", "PR"})

# A series description is an LO of 64 characters (PS3.5 6.2); the rules see no more of it.
_DESCRIPTION_LIMIT = 64


@dataclass(frozen=True, slots=True)
class ScanTypeRule:
    """One line of the site's own table: descriptions in which `pattern` is found are scans of type `type`."""

    pattern: re.Pattern[str]
    type: str


def _words(*alternatives: str) -> re.Pattern[str]:
    """Finds any of the alternatives as a word of its own: between separators, digits or the ends."""
    return re.compile(rf"(?<![a-z])(?:{'|'.join(alternatives)})(?![a-z])")


# In the order in which they are asked: a diffusion scan's field map says both words, a scout of the head says head.
_DESCRIPTIONS = (
    ("report", re.compile(r"report|screen ?save|exam ?card")),
    (
        "spectroscopy",
        _words("svs", "csi", "mrs", "mrsi", "steam", "semi.?laser", "mega.?press", "spectro[a-z]*"),
    ),
    (
        "scout",
        re.compile(
            r"locali[sz]er|scout|survey|pilot|topogram|smartbrain|^3.?plane|^loc([^a-z]|$)|calibration"
        ),
    ),
    ("fmap", re.compile(r"field.?map|fmap|gre_field|topup|b[01]_?map|blip|distortion|shim")),
    ("dwi", re.compile(r"diff(?!erence)|hardi|noddi|tensor|trace|tract")),
    ("dwi", _words("dti", "dwi", "dmri", "dsi", "adc", "fa", "colfa", "tracew")),
    ("perf", re.compile(r"perfusion|pcasl|pasl")),
    ("perf", _words("asl", "dsc", "dce", "cbf", "perf")),
    ("fmap", _words("b[01]")),
    ("func", re.compile(r"bold|fmri|resting|sbref|moco")),
    (
        "func",
        _words("func", "functional", "rest", "rs", "task", "run", "epi", "epirt", "ep2d", "mbep", "mbep2d"),
    ),
    (
        "anat",
        re.compile(
            r"t1|t2|mp2?rage|spgr|bravo|flair|space|cube|vibe|flash|angio|anat|struct|mpr|propeller|blade"
        ),
    ),
    (
        "anat",
        _words(
            "pd", "pdw", "tse", "fse", "tfe", "ffe", "gre", "swi", "swan", "tof", "haste", "stir", "ir", "se"
        ),
    ),
)


def scan_type(header: DicomHeader, site_rules: Sequence[ScanTypeRule] = ()) -> str:
    """The type of the series that this instance belongs to: the site's word for its description, else ours."""
    description = (header.series_description or header.protocol_name)[:_DESCRIPTION_LIMIT]
    for rule in site_rules:
        if rule.pattern.search(description):
            return rule.type
    return _by_object(header) or _by_image_type(header) or _by_description(header, description) or "other"


def _by_object(header: DicomHeader) -> str | None:
    """What the storage class or the modality says is not up to a description (PS3.4 B.5)."""
    if header.sop_class_uid.startswith(_REPORT_CLASSES) or header.modality in _REPORT_MODALITIES:
        return "report"
    if header.sop_class_uid == SPECTROSCOPY_STORAGE:
        return "spectroscopy"
    return None


_IMAGE_TYPES = (
    ("spectroscopy", frozenset({"SPECTROSCOPY"})),
    ("scout", frozenset({"LOCALIZER"})),
    ("dwi", frozenset({"DIFFUSION", "ADC", "TRACEW", "TENSOR", "TENSOR_B0"})),
    ("func", frozenset({"FMRI"})),
    ("perf", frozenset({"ASL", "PERFUSION"})),
)


def _by_image_type(header: DicomHeader) -> str | None:
    """Image Type, values 3 and on (PS3.3 C.7.6.1.1.2, C.8.13.3.1.1): few vendors say so, but those are right."""
    values = {value.upper() for value in header.image_type[2:]}
    return next((word for word, marks in _IMAGE_TYPES if values & marks), None)


def _by_description(header: DicomHeader, description: str) -> str | None:
    if header.modality not in ("MR", ""):
        return None
    text = description.casefold()
    found = next((word for word, pattern in _DESCRIPTIONS if pattern.search(text)), None)
    return found or _by_sequence(header)


def _by_sequence(header: DicomHeader) -> str | None:
    """Echo-planar gradient echoes without a telling name are functional: Siemens' epfid, others' EP with GR."""
    is_epfid = "epfid" in header.raw.word(tags.SequenceName).casefold()
    return "func" if is_epfid or {"EP", "GR"} <= set(header.raw.words(tags.ScanningSequence)) else None
