"""Faults that answer in Calpendo's place: refusals, a proxy's error, a login page, a body without its key."""

from collections.abc import Mapping
from typing import Any

from ..answers import HTML_TYPE, JSON_TYPE, Answer, error_answer, login_page
from ..moment import Moment

_PROXY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def unauthorised(_parameters: Mapping[str, Any], moment: Moment) -> Answer:
    """The password was changed, or the account locked."""
    challenge = {"WWW-Authenticate": 'Basic realm="Calpendo"'}
    return error_answer(401, "log in with a local account", moment.switches, challenge)


def forbidden(_parameters: Mapping[str, Any], moment: Moment) -> Answer:
    """The account lost its right to the type."""
    return error_answer(403, "this account may not read this type", moment.switches)


def broken(_parameters: Mapping[str, Any], moment: Moment) -> Answer:
    """A fault inside Calpendo."""
    return error_answer(500, "an internal error occurred", moment.switches)


def bad_gateway(_parameters: Mapping[str, Any], _moment: Moment) -> Answer:
    """The proxy in front cannot reach Calpendo; its page is HTML whatever was asked for."""
    return Answer(502, HTML_TYPE, _PROXY_PAGE)


def unavailable(parameters: Mapping[str, Any], moment: Moment) -> Answer:
    """Maintenance; `retry_after` in seconds."""
    return error_answer(
        503, "Calpendo is being updated", moment.switches, {"Retry-After": str(parameters["retry_after"])}
    )


def login_page_as_success(parameters: Mapping[str, Any], _moment: Moment) -> Answer:
    """Single sign-on's page with status 200; `labelled` may lie that it is JSON."""
    return Answer(200, _header_text(parameters["labelled"]), login_page())


def redirect_to_login(parameters: Mapping[str, Any], _moment: Moment) -> Answer:
    """Off to another host: the client must not take its password there."""
    return Answer(302, HTML_TYPE, b"", {"Location": _header_text(parameters["to"])})


def without_key(parameters: Mapping[str, Any], _moment: Moment) -> Answer:
    """Status 200 and any body that is not a list answer: `{}`, `[]`, `null`, nothing at all."""
    return Answer(200, JSON_TYPE, str(parameters["body"]).encode("utf-8", "replace"))


def _header_text(value: object) -> str:
    return str(value).replace("\r", "").replace("\n", "")
