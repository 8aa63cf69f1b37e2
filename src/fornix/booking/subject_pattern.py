"""Pure: the pattern by which a site finds a subject's label in texts. Knows no labels: settings read it early."""

from __future__ import annotations

import regex

from fornix.booking.refusals import CalpendoSettingInvalid

GROUP = "subject"


def compile_pattern(text: str) -> regex.Pattern[str]:
    """The pattern, whatever the case of letters; the refusal is the end of a sentence that begins with its name."""
    try:
        pattern = regex.compile(text, regex.IGNORECASE)
    except regex.error as error:
        raise CalpendoSettingInvalid(f"is a regular expression, and this is none: {error}") from None
    if GROUP not in pattern.groupindex:
        raise CalpendoSettingInvalid(
            f"has a group named {GROUP}, such as ^(?P<{GROUP}>HIN_[0-9]+), and this has none"
        )
    return pattern
