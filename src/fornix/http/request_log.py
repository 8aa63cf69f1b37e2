"""One line per request: the route's name and ids. Never raw paths, queries or referers (DESIGN, promise 6)."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase

logger = logging.getLogger(__name__)

# Route arguments that identify without naming anybody, and how they look. Whatever else was typed in their place
# may be a name, or a line of log; so may any other label, which is why they are not among them.
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
IDS = {
    "accession": re.compile(r"[A-Za-z0-9]+_[SE][0-9]+"),
    "scan_id": re.compile(r"[0-9]+"),
    "file_id": re.compile(r"[0-9]+"),
    "sweep_id": re.compile(r"[0-9]+"),
    "rule_id": re.compile(r"[0-9]+"),
    "alias": re.compile(UUID),
    "arrival_id": re.compile(UUID),
    "delivery_id": re.compile(UUID),
    "transfer_id": re.compile(UUID),
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
LONGEST = 64
UNKNOWN = "-"

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RequestLogMiddleware:
    """Logs each request when its answer begins."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answers, then logs."""
        begin = time.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        logger.info(
            "action=request method=%s route=%s ids=%s status=%d ms=%d",
            request.method if request.method in METHODS else UNKNOWN,
            (match.url_name or match.route) if match else UNKNOWN,
            loggable_ids(match.kwargs, response.status_code) if match else UNKNOWN,
            response.status_code,
            (time.monotonic() - begin) * 1000,
        )
        return response


def loggable_ids(arguments: dict[str, Any], status: int) -> str:
    """A route's ids as the log may have them, in the order of the address; what is none becomes `-`."""
    ids = [
        _project(str(value), status) if key == "project" else _id(IDS[key], str(value))
        for key, value in arguments.items()
        if key == "project" or key in IDS
    ]
    return ",".join(ids) or UNKNOWN


def _id(pattern: re.Pattern[str], text: str) -> str:
    return text if len(text) <= LONGEST and pattern.fullmatch(text) else UNKNOWN


def _project(label: str, status: int) -> str:
    """The label of a project that is there, which the answer tells: other text in its place is anybody's."""
    if status >= 400 or len(label) > LONGEST or not label.isprintable():
        return UNKNOWN
    return label.replace(" ", "_").replace(",", "_")
