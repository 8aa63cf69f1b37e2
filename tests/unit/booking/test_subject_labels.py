"""Subjects' labels out of titles: what the site's pattern finds, and nothing else."""

from __future__ import annotations

import pytest

from fornix.booking import subject_labels
from fornix.booking.option_kinds import SUBJECT_PATTERN
from fornix.booking.refusals import CalpendoSettingInvalid
from fornix.booking.subject_labels import SubjectReader
from fornix.booking.wire import UNKNOWN

PATTERN = r"\b(?P<subject>(?:HIN|SUB)[ _-]?[0-9]{3})\b"


@pytest.mark.parametrize(
    ("texts", "label"),
    [
        (("HIN_017",), "HIN_017"),
        (("hin 017 Anna Example",), "hin_017"),
        (("Anna Example", "second visit of SUB-003"), "SUB-003"),
        (("Anna Example", "tel. 0123"), ""),
        (("", ""), ""),
        ((UNKNOWN, "HIN_017"), "HIN_017"),
        (("Anna Example", UNKNOWN), ""),
        ((UNKNOWN, UNKNOWN), UNKNOWN),
    ],
    ids=repr,
)
def test_a_label_is_what_the_pattern_finds_and_a_miss_is_nothing(texts, label):
    assert SubjectReader(PATTERN).label(texts) == label


def test_a_pattern_that_takes_the_whole_title_gives_nothing():
    assert SubjectReader("(?P<subject>.*)").label(["Anna Example, " * 10]) == ""


def test_a_pattern_that_backtracks_gives_up_on_the_text_and_then_on_all(monkeypatch):
    monkeypatch.setattr(subject_labels, "LIMIT_S", 0.001)
    reader = SubjectReader(r"(?P<subject>(a|aa|a?a)+)$")

    labels = {reader.label(["a" * 500 + "!"]) for _ in range(subject_labels.MOST_SLOW + 5)}

    assert (labels, reader.slow) == ({""}, subject_labels.MOST_SLOW)


@pytest.mark.parametrize("text", ["HIN_[0-9]+", "(?P<subject>", "(?P<other>x)", "", 7])
def test_a_pattern_without_the_group_is_refused(text):
    with pytest.raises(CalpendoSettingInvalid, match=r"subject|regular expression"):
        SUBJECT_PATTERN.check(text)
