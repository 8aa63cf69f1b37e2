"""One line per request: the route's name and ids. Never raw paths, queries or referers (DESIGN, promise 6)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

logger = logging.getLogger(__name__)

# Route arguments that identify without naming anybody. A label may be a name, so it is not among them.
IDS = ("project", "accession", "scan_id", "file_id", "alias")

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
            request.method,
            (match.url_name or match.route) if match else "-",
            ",".join(str(match.kwargs[key]) for key in IDS if key in match.kwargs) if match else "-",
            response.status_code,
            (time.monotonic() - begin) * 1000,
        )
        return response
