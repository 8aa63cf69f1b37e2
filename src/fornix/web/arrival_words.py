"""Pure: an arrival in words for a page: what it is, where it came from, what state it is in."""

from __future__ import annotations

from fornix.ingest.decision_rows import Outcome
from fornix.ingest.states import ArrivalState
from fornix.web.formats import plural

KINDS = {
    "study": "DICOM study",
    "no-study": "DICOM files of no study",
    "MEG": "MEG recordings",
    "EEG": "EEG recordings",
    "beside": "Files beside the data of several people",
    "nothing": "Files of no kind that is known here",
}
SOURCES = {
    "dicom": "Scanner",
    "browser": "Upload in a browser",
    "push": "fornix push",
    "rest": "Script",
    "inbox": "Inbox folder",
    "import": "fornix import",
    "recovered": "Recovered",
}
STATES = {
    ArrivalState.WAITING: "Waits",
    ArrivalState.RECEIVING: "Coming in",
    ArrivalState.DUE: "Next to be filed",
    ArrivalState.FILING: "Being filed",
    ArrivalState.DELETED: "Deleted",
}
# What a state looks like: a colour of the design, and an icon.
LOOKS = {
    ArrivalState.WAITING: ("warn", "pause"),
    ArrivalState.RECEIVING: ("info", "down"),
    ArrivalState.DUE: ("info", "clock"),
    ArrivalState.FILING: ("info", "sync"),
    ArrivalState.DELETED: ("", "close"),
}
MOVING = frozenset({ArrivalState.RECEIVING, ArrivalState.DUE, ArrivalState.FILING})
DID = {
    "decided": "sent it to",
    "deleted": "deleted it",
    "labelled": "changed its labels",
    "merged": "merged others into it",
    "restored": "brought it back",
    "retried": "had it tried again",
    "split": "split it by patient",
}


def what_arrived(kind: str) -> str:
    """The kind of an arrival (catalog/arrivals.py) as a noun."""
    return KINDS.get(kind, "Files")


def end_of_path(name: str) -> str:
    """A file's name with the folder that it lies in."""
    return "/".join(name.split("/")[-2:])


def done_in_words(decision: str, outcome: Outcome, destination: str = "") -> str:
    """What happened to how many, for the page that follows."""
    count = plural(len(outcome.ids), "arrival")
    told = {
        "file": f"{count} on the way to {destination}: filed in a moment",
        "retry": f"{count} tried again: filed in a moment, or told here why not",
        "labels": f"The labels of {count} are changed",
        "delete": f"{count} deleted, and kept in the trash for 30 days",
        "restore": f"{count} brought back",
    }[decision]
    return f"{told}. {skipped_in_words(outcome)}".strip()


def skipped_in_words(outcome: Outcome) -> str:
    """What nothing was done with, and why; empty when there is nothing."""
    if not outcome.skipped:
        return ""
    reasons = sorted({each.why.removesuffix(".") for each in outcome.skipped})
    return f"{plural(len(outcome.skipped), 'other')} left alone: {'; '.join(reasons)}."
