"""The `timeline` set: the demo centre and four days of its life; `expected.txt` tells what a mirror makes of them."""

from datetime import UTC, datetime
from pathlib import Path

from .happenings import happenings

__all__ = ["BEGINS_AT", "EXPECTED", "happenings"]

# A Friday: the clocks go back in the night to day 3, which expiry dates and one booking are about.
BEGINS_AT = datetime(2026, 10, 23, 8, 0, tzinfo=UTC)
EXPECTED = Path(__file__).parent / "expected.txt"
