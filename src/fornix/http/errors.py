"""Errors as answers: one table of family -> status, as a page, JSON or text. Pages are the templates
`refusal.html` and `login.html`; this module knows their names alone.

What a stranger may not see is answered with the log-in page (401) whether it exists or not.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from fornix.errors import ArchiveError, Invalid, NotAllowed, NotVisible, Refused, Unavailable
from fornix.http.actors import CredentialsWrong, viewer_of
from fornix.http.bodies import ContentEncoded
from fornix.storage.store import NoRoom

logger = logging.getLogger(__name__)

# Without letters and digits that are read for each other.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
RETRY_AFTER_S = 30  # unless whoever answers knows better
CHALLENGE = 'Basic realm="Fornix", charset="UTF-8"'
# Browsers open a dialogue of their own for Basic; they have the log-in page instead.
QUIET_CHALLENGE = 'Bearer realm="Fornix"'
# What is asked for below this is for programs: who does not say what they accept gets JSON.
API = "/api/"

# The first that fits holds.
FAMILIES: tuple[tuple[type[Exception], int], ...] = (
    (CredentialsWrong, 401),
    (NotVisible, 404),
    (NotAllowed, 403),
    (Refused, 409),
    (ContentEncoded, 415),
    (Invalid, 400),
    (NoRoom, 507),
    (Unavailable, 503),
    (Http404, 404),
    (PermissionDenied, 403),
    (RequestDataTooBig, 413),
    (SuspiciousOperation, 400),
)

GetResponse = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a refused request is told: what happened, what is safe, what to do, and a number to quote."""

    status: int
    title: str
    detail: str
    safe: str
    advice: str
    number: str


# status -> what happened, what it means, what is safe, what to do next
WORDS: dict[int, tuple[str, str, str, str]] = {
    400: (
        "This cannot be read as it was sent",
        "",
        "Nothing was changed.",
        "Go back and try it from the page.",
    ),
    401: ("Log in to go on", "", "", "Log in, or send a token that is valid: My account, API tokens."),
    403: (
        "You may not do this",
        "",
        "Nothing was changed.",
        "An owner of the project or an administrator can.",
    ),
    404: (
        "Nothing here that you may see",
        "",
        "",
        "If a colleague sent you the link, ask the PI to add you in Calpendo. It works here within an hour.",
    ),
    405: ("This address is not asked in that way", "", "Nothing was changed.", "Start again from Home."),
    409: (
        "The archive refused this",
        "",
        "Nothing was changed.",
        "Read the reason, then try it differently.",
    ),
    413: ("That is too much for a form", "", "Nothing was changed.", "Send less at once."),
    415: (
        "This cannot be read in the form that it was sent in",
        "",
        "Nothing was kept.",
        "Send it as it is.",
    ),
    429: (
        "Too many wrong passwords",
        "Logging in with this name is locked for 15 minutes. Trying meanwhile does not prolong that.",
        "",
        "Wait 15 minutes from the first time that you saw this, or ask an administrator for a new password.",
    ),
    500: (
        "Something broke here",
        "It is our fault, not yours, and it has been written down.",
        "Your data are safe. What was being changed is as it was before.",
        "Try again. If it stays, send the number below to an administrator.",
    ),
    503: ("This does not answer now", "", "Your data are safe.", "Try again in a few minutes."),
    507: (
        "The archive has no room for this",
        "",
        "What it holds is safe. Nothing of this was kept.",
        "Tell an administrator, and try again when there is room.",
    ),
}


def diagnostic_number() -> str:
    """A number to quote, such as 7Q4-KX2: it is written into the log too."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return f"{text[:3]}-{text[3:]}"


NOTHING_HIDDEN = (
    "Check the address. From administrators nothing is hidden: there is no such thing, or it has moved."
)


def not_found_refusal(request: HttpRequest, detail: str = "") -> Refusal:
    """The words for what is not there, or is there and hidden from whoever asks: administrators alone get `detail`."""
    if viewer_of(request).is_administrator:
        return make_refusal(404, detail, advice=NOTHING_HIDDEN)
    return make_refusal(404)


def make_refusal(status: int, detail: str = "", *, title: str = "", advice: str = "") -> Refusal:
    """The words for a status; what is given replaces the usual ones."""
    usual_title, usual_detail, safe, usual_advice = WORDS[status]
    return Refusal(
        status=status,
        title=title or usual_title,
        detail=detail or usual_detail,
        safe=safe,
        advice=advice or usual_advice,
        number=diagnostic_number(),
    )


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal in the form that the client asked for: a page for browsers, JSON where it is wanted, else text."""
    accepted = request.headers.get("Accept", "")
    if "text/html" in accepted:
        return _sent(_page(request, refusal), refusal, challenge=QUIET_CHALLENGE)
    if "json" in accepted or request.path_info.startswith(API):
        return json_answer(refusal)
    return _sent(_text(refusal), refusal)


def json_answer(refusal: Refusal, **more: object) -> HttpResponse:
    """The refusal for programs, whatever they accept; `more` stands beside its own facts."""
    facts = {"error": _facts(refusal) | more}
    return _sent(JsonResponse(facts, status=refusal.status), refusal)


def translate(request: HttpRequest, error: Exception) -> HttpResponse:
    """An exception as an answer."""
    return answer(request, refusal_of(request, error))


def refusal_of(request: HttpRequest, error: Exception) -> Refusal:
    """What whoever asks is told of an exception. One that is our fault is written into the log."""
    status = next((status for family, status in FAMILIES if isinstance(error, family)), 500)
    detail = str(error) if isinstance(error, ArchiveError) and type(error) is not NotVisible else ""
    if status == 404:
        if viewer_of(request).account is not None:
            return not_found_refusal(request, detail)
        status = 401
    refusal = make_refusal(status, detail)
    if status == 500:
        _record_failure(request, error, refusal.number)
    return refusal


class ErrorMiddleware:
    """Answers for every view that raises, and gives the framework's bare refusals a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answers; a 405 gets words, and keeps its Allow header."""
        response = self.get_response(request)
        if response.status_code == 405:
            allowed = response.headers.get("Allow", "")
            response = answer(request, make_refusal(405))
            response["Allow"] = allowed
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse:
        """The framework's hook for what a view raises."""
        return translate(request, exception)


def _record_failure(request: HttpRequest, error: Exception, number: str) -> None:
    """Where it happened, by source lines; not the error's own text, which can hold values of the row."""
    match = request.resolver_match
    logger.error(
        "action=failed number=%s route=%s error=%s\n%s",
        number,
        (match.url_name or match.route) if match else "-",
        type(error).__name__,
        "".join(traceback.format_tb(error.__traceback__)),
    )


def _page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    template = "login.html" if refusal.status == 401 else "refusal.html"
    context = {
        "refusal": refusal,
        "next": request.get_full_path() if request.method == "GET" else "",
        "problem": "",
    }
    try:
        return render(request, template, context, status=refusal.status)
    except Exception as error:  # noqa: BLE001 - the frame of the page needs the database, which may be what is broken
        _record_failure(request, error, refusal.number)
        return _text(refusal)


def _sent(response: HttpResponse, refusal: Refusal, *, challenge: str = CHALLENGE) -> HttpResponse:
    if refusal.status == 401:
        response["WWW-Authenticate"] = challenge
    if refusal.status == 503:
        response["Retry-After"] = str(RETRY_AFTER_S)
    response["Cache-Control"] = "private, no-store"
    return response


def _facts(refusal: Refusal) -> dict[str, object]:
    return {
        "status": refusal.status,
        "title": refusal.title,
        "detail": refusal.detail,
        "safe": refusal.safe,
        "advice": refusal.advice,
        "number": refusal.number,
    }


def _text(refusal: Refusal) -> HttpResponse:
    words = [f"{refusal.title}.", refusal.detail, refusal.safe, refusal.advice, f"No. {refusal.number}"]
    return HttpResponse(
        "\n".join(filter(None, words)) + "\n", status=refusal.status, content_type="text/plain; charset=utf-8"
    )
