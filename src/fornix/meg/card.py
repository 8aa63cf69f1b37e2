"""Make a header card: only values that a header really gave, as JSON, floats finite and rounded to six decimals."""

from __future__ import annotations

import math

from fornix.meg.recording import JSON


def make_card(**values: JSON) -> dict[str, JSON]:
    """The given values without the unknown ones (None, '', empty, not finite)."""
    cleaned = {name: _clean(value) for name, value in values.items()}
    return {name: value for name, value in cleaned.items() if value not in (None, "", [], {})}


def duration_of(samples: float, sampling_rate_hz: float) -> float | None:
    """Seconds to three decimals; None when nothing was sampled or the rate is no positive number."""
    if samples <= 0 or not (math.isfinite(sampling_rate_hz) and sampling_rate_hz > 0):
        return None
    return round(samples / sampling_rate_hz, 3)


def positive(value: float) -> float | None:
    """The value, or None where the header holds 0, a negative number or none at all."""
    return value if math.isfinite(value) and value > 0 else None


def _clean(value: JSON) -> JSON:
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
