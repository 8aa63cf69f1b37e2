"""Who may come in by the API: the person of a log-in's cookie, or of a token. What they may do is not decided here."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.errors import NotAllowed
from fornix.http.actors import person_of

READING = ("GET", "HEAD", "OPTIONS")


class FormTokenMissing(NotAllowed):
    """A change that comes with the cookie of a log-in carries the token of our own pages in X-CSRFToken."""


def admit(request: HttpRequest) -> Actor:
    """Who asks. The cookie of a log-in goes with requests that other sites make, so changes by it need more.

    :raises NotVisible: nobody asks, or the token is not valid.
    :raises FormTokenMissing: the log-in's cookie alone asks for a change.
    """
    actor = person_of(request)
    if actor.token is None and request.method not in READING and check_csrf(request) is not None:
        raise FormTokenMissing(
            f"{FormTokenMissing.__doc__} A script sends an API token instead of the cookie."
        )
    return actor


def admit_administrator(request: HttpRequest) -> Actor:
    """As `admit`, before anything of the request is read. Raises NotAllowed for others; the writers ask again."""
    actor = admit(request)
    require_administrator(actor)
    return actor


class _WayIn(AuthBase):
    """The first way in checks for all; the others tell the document of themselves."""

    def __init__(self, check: Callable[[HttpRequest], Actor]) -> None:
        super().__init__()
        self._check = check

    def __call__(self, request: HttpRequest) -> Actor:
        return self._check(request)


class TokenAsBasic(_WayIn):
    """`curl -u ALIAS:SECRET`."""

    openapi_type = "http"
    openapi_scheme = "basic"
    openapi_description = "An API token: its alias as the user name, its secret as the password."


class TokenAsBearer(_WayIn):
    """`Authorization: Bearer ALIAS:SECRET`."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "An API token, written `ALIAS:SECRET`."


class LogIn(_WayIn):
    """The cookie that logging in sets."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "fornix_session"
    openapi_description = (
        "The cookie of a log-in; its name ends with `_` and eight letters that are this archive's own. "
        "Changes need the header X-CSRFToken besides."
    )


def ways_in(check: Callable[[HttpRequest], Actor]) -> list[AuthBase]:
    """Every way to say who one is, as the framework takes them."""
    return [way(check) for way in (TokenAsBasic, TokenAsBearer, LogIn)]


ADMINISTRATORS = ways_in(admit_administrator)
EVERYBODY = ways_in(admit)
