"""The framework's own refusals, in our words: unknown addresses, odd requests, forms without their token."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve

from fornix.http.errors import answer, make_refusal, not_found_refusal, translate


class MovedForGood(HttpResponsePermanentRedirect):
    """To the one address that a page has; the method stays (RFC 9110 section 15.4.9)."""

    status_code = 308


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - the framework's hook
    """A form that was not made by our page, or too long ago (CSRF_FAILURE_VIEW)."""
    return answer(
        request,
        make_refusal(
            403,
            "The page behind this form is too old, or the browser sent no cookie with it.",
            title="The form was not accepted",
            advice="Go back, load the page anew, and send the form again.",
        ),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - the framework's hook
    """A request that cannot be read, or for a host that is not ours (handler400)."""
    return answer(request, make_refusal(400))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - the framework's hook
    """An address that leads nowhere (handler404), or does so without the slash at its end."""
    address = _without_slash(request)
    return MovedForGood(address) if address else answer(request, not_found_refusal(request))


def _without_slash(request: HttpRequest) -> str:
    """The address of the page that was meant by one with slashes at its end; "" when there is none."""
    meant = request.path_info.rstrip("/")
    if request.method not in ("GET", "HEAD") or not meant or meant == request.path_info:
        return ""
    try:
        resolve(meant)
    except Resolver404:
        return ""
    path, mark, query = request.get_full_path().partition("?")
    return f"{path.rstrip('/')}{mark}{query}"


def failed(request: HttpRequest) -> HttpResponse:
    """What nobody caught, such as an error in a middleware (handler500); called while it is handled."""
    error = sys.exception()
    return translate(request, error) if isinstance(error, Exception) else answer(request, make_refusal(500))
