"""Pure: an arrival that waits, in words for a page: what it is, why it waits, and the command that files it."""

from __future__ import annotations

import re
import shlex

KINDS = {
    "study": "DICOM study",
    "no-study": "DICOM files of no study",
    "MEG": "MEG recordings",
    "EEG": "EEG recordings",
    "beside": "Files beside the data of several people",
    "nothing": "Files of no kind that is known here",
}
# Where the advice for the command line begins, which a page gives in its own words. Titles of projects stand before it.
ADVICE = re.compile(
    r"[.] (?:Say (?:it|the project|which one),|Import (?:it|them|the data|again)\b).*", re.DOTALL
)


def what_arrived(kind: str) -> str:
    """The kind of an arrival (catalog/waiting.py) as a noun."""
    return KINDS.get(kind, "Files")


def why_it_waits(reason: str) -> str:
    """The reason without what to type; a choice that only the reason gives stays."""
    return ADVICE.sub("", reason)


def filing_command(reason: str, destination: str) -> tuple[str, ...]:
    """The words to type so that it is filed; `destination` is the project that it was sent to."""
    names_subject = "--subject" in reason
    needs_project = "--project" in reason or not names_subject
    words = ["fornix", "import", "PATH"]
    if needs_project:
        words += ["--project", "calpendo:ID" if "--project calpendo:" in reason else "CODE"]
    elif destination:
        words += ["--project", shlex.quote(destination)]
    if names_subject:
        words += ["--subject", "LABEL"]
    return tuple(words)


def end_of_path(name: str) -> str:
    """A file's name with the folder that it lies in."""
    return "/".join(name.split("/")[-2:])
