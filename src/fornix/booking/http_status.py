"""What an HTTP status and headers of Calpendo mean (contract calpendo 1.6, 4.6). Sends nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from fornix.booking.refusals import (
    AnswerMisshapen,
    PasswordRefused,
    QueryRefused,
    ReadingForbidden,
    ServerFault,
)

WORTH_A_RETRY = (500, 502, 503, 504)


def check_status(response: httpx.Response, type_name: str) -> None:
    """Returns for 200; raises what any other status means."""
    status = response.status_code
    if status == httpx.codes.OK:
        return
    if status in WORTH_A_RETRY:
        after = retry_after_s(response.headers.get("retry-after"), datetime.now(UTC))
        raise ServerFault(f"Calpendo reports a fault of its own (status {status}).", after)
    raise _REFUSALS.get(status, _unexpected)(status, type_name)


def _password(_status: int, _type_name: str) -> Exception:
    return PasswordRefused(
        "Calpendo refuses the user name or the password (401). Look at calpendo.username and at "
        "the password (FORNIX_CALPENDO_PASSWORD, or the file that holds it); the account must be a local one whose "
        "status is Normal. It was not tried again, because repeated failures may lock it."
    )


def _forbidden(_status: int, type_name: str) -> Exception:
    return ReadingForbidden(
        f"The service account may not read {type_name} (403). Give it the right to read in Calpendo."
    )


def _query(_status: int, type_name: str) -> Exception:
    return QueryRefused(
        f"Calpendo does not understand the query about {type_name} (400): it lacks a property that the mirror needs."
    )


def _nowhere(_status: int, type_name: str) -> Exception:
    return AnswerMisshapen(
        f"Calpendo does not know {type_name} at this address (404). Is calpendo.url right?"
    )


def _unexpected(status: int, type_name: str) -> Exception:
    return AnswerMisshapen(f"Calpendo answers the question for {type_name} with status {status}.")


_REFUSALS = {400: _query, 401: _password, 403: _forbidden, 404: _nowhere}


def media_type(response: httpx.Response) -> str:
    """The type that the answer says it has, without parameters."""
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110 10.2.3: a number or a date); None when it says nothing."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(min(int(value.strip()[:9]), 86_400))
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - now).total_seconds())
