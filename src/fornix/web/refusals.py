"""The framework's own refusals, in our words: unknown addresses, odd requests, forms without their token."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse

from fornix.http.errors import answer, make_refusal, translate


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
    """An address that leads nowhere (handler404)."""
    return answer(request, make_refusal(404))


def failed(request: HttpRequest) -> HttpResponse:
    """What nobody caught, such as an error in a middleware (handler500); called while it is handled."""
    error = sys.exception()
    return translate(request, error) if isinstance(error, Exception) else answer(request, make_refusal(500))
