"""Labels and project codes from header text, by XNAT's rules (contracts/xnat-rest.md section 4). Pure.

XNAT's documentation: *How XNAT Scans DICOM to Map to Project/Subject/Session*.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from fornix.dicom.header import DicomHeader

LABEL_LIMIT = 64

_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")
_FIT = re.compile(r"[A-Za-z0-9_.-]+")
_LETTER_OR_DIGIT = re.compile(r"[A-Za-z0-9]")
_SEPARATORS = re.compile(r"[\s_-]+")

# `Project: ABC; Subject: 01` and the like: at the start or after a separator, up to the next separator.
_ASSIGNMENT = re.compile(
    r"(?:^|[\s,;])(project|subject|session)\s*:\s*([^\s,;:]+)(?=[\s,;]|$)", re.IGNORECASE
)

# LT holds 10,240 characters at most (PS3.5 6.2); more is not searched.
_COMMENT_LIMIT = 10_240


def clean_label(text: str, limit: int = LABEL_LIMIT) -> str:
    """A label out of any text: what is not an ASCII letter, digit, `_`, `-` or `.` becomes `_`. May be empty.

    Longer text is cut, with a digest of the whole at its end, so that two long texts never become one label.
    """
    text = text.strip()
    label = _UNFIT.sub("_", text)
    if not label.strip("."):
        # `.` and `..` are directions in a path, not names.
        label = "_" * len(label)
    if len(label) <= limit:
        return label
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{label[: limit - 9]}_{digest}"


def subject_label(header: DicomHeader, *, name_allowed: bool = True) -> str | None:
    """`Subject:` of the comments; else a PatientName that is plainly a code; else the PatientID; else None.

    A name with any character but ASCII letters, digits, `_`, `-`, `.` is taken for a person's and never becomes
    a label. `name_allowed=False` is the site's choice to use no PatientName at all.
    """
    assigned = _assigned(header, "subject")
    if assigned is not None:
        return assigned
    # Empty components at the end of a name mean nothing and may be left out (PS3.5 6.2.1).
    name = header.patient_name.rstrip("^ ")
    if name_allowed and _FIT.fullmatch(name):
        label = _meaningful(name)
        if label is not None:
            return label
    return _meaningful(header.patient_id)


def session_label(header: DicomHeader) -> str | None:
    """`Session:` of the comments; else the PatientID; else None: the caller makes one."""
    return _assigned(header, "session") or _meaningful(header.patient_id)


def project_candidates(header: DicomHeader) -> tuple[str, ...]:
    """Texts that may be a project's code, the strongest first: `Project:` of the comments, StudyDescription as a whole
    and before its first `^`, AccessionNumber. Whether one is known is the caller's to find out."""
    assigned = assigned_projects(header)
    described = header.study_description.strip()
    texts = (*assigned, described, described.partition("^")[0].strip(), header.accession_number.strip())
    return tuple(dict.fromkeys(text for text in texts if text))


def assigned_projects(header: DicomHeader) -> tuple[str, ...]:
    """What the comments name by `Project:`, in XNAT's order."""
    assigned = (_last_assignment(comment, "project") for comment in _comments(header))
    return tuple(dict.fromkeys(text for text in assigned if text))


def fold_code(code: str) -> str:
    """A code for comparison: consoles mangle case, spaces and dashes (contracts/calpendo.md 4.7)."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", code).strip().casefold())
    return _SEPARATORS.sub("_", folded)


def _comments(header: DicomHeader) -> tuple[str, str, str]:
    """(0010,4000), (0032,4000), (0010,21B0): the order in which XNAT asks them."""
    return header.patient_comments, header.study_comments, header.additional_patient_history


def _assigned(header: DicomHeader, word: str) -> str | None:
    for comment in _comments(header):
        label = _meaningful(_last_assignment(comment, word))
        if label is not None:
            return label
    return None


def _last_assignment(comment: str, word: str) -> str:
    """The value given to `word`; the last one counts when it is given twice, as in XNAT."""
    found = [value for key, value in _ASSIGNMENT.findall(comment[:_COMMENT_LIMIT]) if key.lower() == word]
    return found[-1] if found else ""


def _meaningful(text: str) -> str | None:
    """The label, unless nothing but filling is left of the text."""
    label = clean_label(text)
    return label if _LETTER_OR_DIGIT.search(label) else None
