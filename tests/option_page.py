"""Writes the options of the mirror into docs/settings.md and docs/fornix.example.toml: `make docs`."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
SETTINGS, EXAMPLE = DOCS / "settings.md", DOCS / "fornix.example.toml"
BEGIN = "<!-- Made by `make docs` from fornix.booking.options. Edit that. -->"
END = "<!-- The end of what is made. -->"
OPENING = (
    "The configuration of a Fornix archive: save it as fornix.toml in the data folder, or name it in FORNIX_CONFIG.",
    "All that is needed to begin is url, username and a password; everything else says its default here.",
)


def as_cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", ", ")


def table() -> str:
    from fornix.booking.option_file import toml_value
    from fornix.booking.options import OPTIONS

    lines = ["| setting | means | is | default | in the environment |", "| --- | --- | --- | --- | --- |"]
    for option in OPTIONS:
        default = "" if option.default is None else toml_value(option.default)
        cells = (
            f"`{option.key}`",
            option.means,
            option.kind.expects,
            f"`{default}`" if default else "",
            f"`{option.env}`" if option.env else "",
        )
        lines.append(f"| {' | '.join(map(as_cell, cells))} |")
    return "\n".join(lines)


def settings_page() -> str:
    made = f"{BEGIN}\n\n{table()}\n\n{END}"
    pattern = f"{re.escape(BEGIN)}.*{re.escape(END)}"
    return re.sub(pattern, lambda _: made, SETTINGS.read_text(encoding="utf-8"), flags=re.DOTALL)


def example() -> str:
    from fornix.booking.option_file import as_toml

    return as_toml({}, OPENING)


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fornix.settings")
    django.setup()
    SETTINGS.write_text(settings_page(), encoding="utf-8")
    EXAMPLE.write_text(example(), encoding="utf-8")
