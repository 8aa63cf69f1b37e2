"""Sentences of the mirror as parts of a page: commands stand out, and sweeps are links. All else is escaped."""

from __future__ import annotations

import re

from django.urls import reverse
from markupsafe import Markup, escape

COMMAND = re.compile(r"`([^`]+)`")
SWEEP = re.compile(r"\b([Ss]weep) ([0-9]{1,18})\b")


def prose(text: str) -> Markup:
    """`fornix mirror holds` in backquotes becomes code, `sweep 12` a link to it."""
    told = COMMAND.sub(r"<code>\1</code>", str(escape(text)))
    return Markup(SWEEP.sub(_link, told))  # noqa: S704 - escaped above


def _link(found: re.Match[str]) -> str:
    address = reverse("sweep-detail", kwargs={"sweep_id": int(found[2])})
    return f'<a href="{address}">{found[0]}</a>'
