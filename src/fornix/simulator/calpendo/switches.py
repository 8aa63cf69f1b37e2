"""The variant switches: each doubtful detail of Calpendo's wire, with the value assumed by default first.

Source: contract section 3.4; `sets_in_paths` is ours, for systems whose lists do not carry sets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from .refusals import SwitchUnknown

SWITCHES: Mapping[str, tuple[str, ...]] = {
    "id_type": ("string", "number"),
    "paths_dotted": ("dotted-key", "nested", "under-properties"),
    "list_fields": ("minimal", "title-status"),
    "detail_title": ("properties", "both", "top"),
    "range_end": ("finish", "end"),
    "set_shape": ("references", "ids", "biskits"),
    "status_case": ("title", "upper"),
    "pi_mode": ("reference", "text-email", "text-name", "on-user", "none"),
    "error_body": ("html", "text", "json-error", "json-status"),
    "null_style": ("null", "missing", "empty"),
    "hidden_style": ("text", "missing", "null"),
    "or_close_strict": ("grammar", "lenient"),
    "member_bumps_modified": ("false", "true"),
    "tz": ("Europe/London", "America/Edmonton"),
    "sets_in_paths": ("true", "false"),
}


@dataclass(frozen=True, slots=True)
class Switches:
    """One choice for each doubtful detail; `Switches()` is the variant thought most likely."""

    id_type: str = "string"
    paths_dotted: str = "dotted-key"
    list_fields: str = "minimal"
    detail_title: str = "properties"
    range_end: str = "finish"
    set_shape: str = "references"
    status_case: str = "title"
    pi_mode: str = "reference"
    error_body: str = "html"
    null_style: str = "null"
    hidden_style: str = "text"
    or_close_strict: str = "grammar"
    member_bumps_modified: str = "false"
    tz: str = "Europe/London"
    sets_in_paths: str = "true"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value not in SWITCHES[field.name]:
                allowed = ", ".join(SWITCHES[field.name])
                raise SwitchUnknown(f"switch {field.name} is one of {allowed}, not {value!r}")


def parse_switches(chosen: Mapping[str, object]) -> Switches:
    """Switches from names and values as JSON or a command line gives them (true and false included)."""
    unknown = sorted(set(chosen) - set(SWITCHES))
    if unknown:
        raise SwitchUnknown(f"no such switch: {', '.join(unknown)}; there are {', '.join(SWITCHES)}")
    return Switches(**{name: _text(value) for name, value in chosen.items()})


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
