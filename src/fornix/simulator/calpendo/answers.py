"""An HTTP answer as a value, and the plain ones: JSON, HTML tables, error pages. Sends nothing itself."""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from .switches import Switches

JSON_TYPE = "application/json;charset=UTF-8"
HTML_TYPE = "text/html;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the bytes travel: what a slow, broken or cut connection does to them.

    `announced` is the Content-Length to send; None sends none and closes at the end. Delays in seconds.
    `reset_at` closes the connection the hard way after so many bytes of the body; -1 before the head.
    """

    announced: int | None
    first_byte_after_s: float = 0.0
    piece_bytes: int = 0
    piece_every_s: float = 0.0
    stall_at: int | None = None
    reset_at: int | None = None
    clock_off_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body; `delivery` None means: whole, at once."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery | None = None


def json_answer(content: Any, status: int = 200) -> Answer:
    """Any content as JSON in UTF-8."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, JSON_TYPE, body.encode("utf-8", "replace"))


def html_answer(title: str, rows: Sequence[Mapping[str, Any]]) -> Answer:
    """What a browser gets instead of JSON: a table."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(row.get(name, '')))}</td>" for name in columns) + "</tr>"
        for row in rows
    )
    return Answer(200, HTML_TYPE, _page(title, f"<table><tr>{head}</tr>{lines}</table>"))


def error_answer(
    status: int, text: str, switches: Switches, headers: Mapping[str, str] | None = None
) -> Answer:
    """A refusal in the site's own form: what Calpendo really sends here is not known."""
    reason = HTTPStatus(status).phrase
    shaped: dict[str, tuple[str, bytes]] = {
        "html": (HTML_TYPE, _page(f"HTTP Status {status} {reason}", f"<p>{html.escape(text)}</p>")),
        "text": ("text/plain;charset=UTF-8", f"{status} {reason}: {text}\n".encode()),
        "json-error": (JSON_TYPE, json.dumps({"error": text}).encode()),
        "json-status": (JSON_TYPE, json.dumps({"status_code": status, "message": text}).encode()),
    }
    content_type, body = shaped[switches.error_body]
    return Answer(status, content_type, body, dict(headers or {}))


def login_page() -> bytes:
    """The page that single sign-on in front of Calpendo shows to whoever has no session."""
    form = '<form method="post"><input name="username"><input name="password" type="password"></form>'
    return _page("Log in to Calpendo", form)


def _page(title: str, content: str) -> bytes:
    head = f"<head><title>{html.escape(title)}</title></head>"
    return f"<!DOCTYPE html><html>{head}<body>{content}</body></html>".encode("utf-8", "replace")
