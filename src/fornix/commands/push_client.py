"""Another archive's API as `fornix push` speaks it: tried again where that helps, refused in words where not."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from fornix.commands.push_unreachable import why_unreachable
from fornix.errors import ArchiveError, Invalid, NotVisible, Refused, Unavailable

Answer = TypeVar("Answer")

BYTES = "application/offset+octet-stream"
PATIENCE = httpx.Timeout(connect=15, read=600, write=120, pool=None)
PAUSES_S = (0.5, 1, 2, 4, 8, 15, 30, 30)
LONGEST_PAUSE_S = 120.0
BYTES_DIFFER = 460


class TokenWrong(NotVisible):
    """The server does not know this token. Make one under My account, API tokens."""


class BytesDiffered(Refused):
    """The bytes that came are not those that were sent."""


class OffsetDiffered(Refused):
    """The server has more, or less, of the file."""


class NoSuchThing(NotVisible):
    """The server has no such upload (any more)."""


class Server:
    """One archive, asked by any number of threads. `tell` gets a line for a person whenever one has to wait."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        tell: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        alias, _, secret = token.partition(":")
        self._client = httpx.Client(
            base_url=url,
            auth=httpx.BasicAuth(alias, secret),
            timeout=PATIENCE,
            headers={"Accept": "application/json", "User-Agent": "fornix-push"},
        )
        self._tell = tell
        self._told = ""
        self._sleep = sleep
        self._is_reached = False

    def close(self) -> None:
        """Ends all connections."""
        self._client.close()

    def json(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """An operation of the API."""
        found: dict[str, Any] = self.patiently(lambda: self._ask(method, path, json=body)).json()
        return found

    def tus(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> httpx.Response:
        """A request about the bytes of a file. What another try would mend is tried again by the caller."""
        sent = {"Tus-Resumable": "1.0.0", **headers}
        if content:
            sent["Content-Type"] = BYTES
        return self._ask(method, path, headers=sent, content=content)

    def _ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        answer = self._client.request(method, path, **sent)
        self._is_reached = True
        return _checked(answer)

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """What `ask` gives; asked again, after longer and longer pauses, while the network or the server fails.

        A server that never answered is not tried again: its address is wrong, more often than not.
        """
        for pause in PAUSES_S:
            try:
                return ask()
            except httpx.TransportError as error:
                if not self._is_reached:
                    raise _unreachable(error) from error
                self._wait(pause, "The server does not answer")
            except Unavailable as busy:
                told = busy.details.get("retry_after")
                longer = max(pause, float(str(told)) if told else 0.0)
                self._wait(min(LONGEST_PAUSE_S, longer), str(busy).rstrip("."))
        try:
            return ask()
        except httpx.TransportError as error:
            raise _unreachable(error) from error

    def _wait(self, pause: float, why: str) -> None:
        line = f"{why}; trying again in {pause:g} s"
        if line != self._told:  # once for all the threads that wait alike
            self._told = line
            self._tell(line)
        self._sleep(pause)


def metadata(**words: str) -> str:
    """The header Upload-Metadata."""
    return ",".join(
        f"{word} {base64.b64encode(text.encode()).decode()}" for word, text in words.items() if text
    )


def _unreachable(error: httpx.TransportError) -> Unavailable:
    return Unavailable(f"The server cannot be reached: {why_unreachable(error)}")


def _checked(answer: httpx.Response) -> httpx.Response:
    """Raises the refusal that an answer tells."""
    if answer.is_success:
        return answer
    status = answer.status_code
    told = _told(answer)
    if status == 401:
        raise TokenWrong
    if status == 404:
        raise NoSuchThing
    if status == BYTES_DIFFER:
        raise BytesDiffered
    if status == 409 and answer.request.method == "PATCH":
        raise OffsetDiffered(told)
    if status in (429, 502, 503, 504):
        raise Unavailable(told, retry_after=_seconds(answer.headers.get("Retry-After", "")))
    if answer.is_redirect:
        raise Invalid("The server sends elsewhere: give the address that it has itself.")
    families: dict[int, type[ArchiveError]] = {409: Refused, 507: Refused}
    raise families.get(status, Invalid)(told)


def _told(answer: httpx.Response) -> str:
    try:
        error = answer.json()["error"]
        return f"The server says: {error['detail'] or error['title']}"
    except (ValueError, KeyError, TypeError):
        return f"The server answered {answer.status_code}; is this the address of a Fornix?"


def _seconds(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 6 else ""
