"""Pure: finds a subject's label in the title of a booking, by the site's pattern (contract calpendo 4.8).

Titles hold participants' names: only what the pattern's group `subject` finds leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterable

from fornix.booking.subject_pattern import GROUP, compile_pattern
from fornix.booking.wire import UNKNOWN, Text
from fornix.dicom.labels import LABEL_LIMIT, clean_label

LIMIT_S = 0.05  # for one title; a usual pattern needs microseconds
MOST_SLOW = 20  # titles: a pattern that backtracks must not hold up a sweep over a year of bookings


class SubjectReader:
    """Reads labels out of texts; counts the texts that took too long, and gives up after some."""

    def __init__(self, pattern: str) -> None:
        self._pattern = compile_pattern(pattern)
        self.slow = 0

    def label(self, texts: Iterable[Text]) -> Text:
        """The label in the first text that has one, "" where none has; UNKNOWN where no text may be read."""
        told = [text for text in texts if text is not UNKNOWN]
        return next(filter(None, map(self._find, told)), "") if told else UNKNOWN

    def _find(self, text: str) -> str:
        if not text or self.slow >= MOST_SLOW:
            return ""
        try:
            match = self._pattern.search(text, timeout=LIMIT_S)
        except TimeoutError:
            self.slow += 1
            return ""
        found = (match.group(GROUP) or "").strip() if match else ""
        # What is longer than any label here is not one: the pattern took a sentence.
        return clean_label(found) if len(found) <= LABEL_LIMIT else ""
