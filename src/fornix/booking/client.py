"""Speaks HTTP with one Calpendo, read only (contract calpendo 1.1 to 1.4, 4.4.1, 4.6). Knows no rows and no rules.

The password goes to the configured origin and nowhere else; an answer counts only when all of it came.
"""

from __future__ import annotations

import json
import random
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urljoin, urlsplit

import httpx

from fornix.booking.config import CalpendoConfig
from fornix.booking.http_status import check_status, media_type
from fornix.booking.refusals import (
    AnswerMisshapen,
    AnswerTooBig,
    CannotConnect,
    CertificateRefused,
    ConnectionCut,
    NotJson,
    QueryRefused,
    SentElsewhere,
    TooSlow,
    TryAgain,
)

MAX_ANSWER_BYTES = 64 * 1024 * 1024  # ten times what 5,000 projects need
MAX_REDIRECTS = 3
PARALLEL = 5  # what a system in use was seen to do (contract 1.2)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and how often to try again (contract 4.6)."""

    connect_s: float = 5
    read_s: float = 60
    answer_s: float = 300  # one whole answer; a trickle of bytes never exceeds read_s
    retries: int = 3
    pause_s: float = 1
    longest_pause_s: float = 60


USUAL = Patience()


class CalpendoClient:
    """A connection to Calpendo's two read interfaces. May be used by several threads."""

    def __init__(
        self,
        config: CalpendoConfig,
        patience: Patience = USUAL,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = _without_webdav(config.url)
        self._patience = patience
        self._sleep = sleep
        self._count = 0
        self._lock = threading.Lock()
        self._http = httpx.Client(
            auth=httpx.BasicAuth(config.username, config.password),
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Fornix"},
            timeout=httpx.Timeout(patience.read_s, connect=patience.connect_s),
            limits=httpx.Limits(max_connections=PARALLEL),
            verify=ssl.create_default_context(),
            follow_redirects=False,
            # The environment may name a proxy or hold other passwords: neither is for this connection.
            trust_env=False,
        )

    @property
    def requests(self) -> int:
        """How many requests were sent, repeated ones included."""
        return self._count

    def fetch_list(self, type_name: str, paths: Sequence[str], where: Sequence[str] = ()) -> list[Any]:
        """Rows of a type with the wanted properties; `where` is an expression of the query grammar (1.3)."""
        segments = "/".join(quote(part, safe="") for part in (type_name, *where))
        asked = quote(",".join(paths), safe=",.")
        content = self._fetch(f"/webdav/q/{segments}?paths={asked}", type_name)
        rows = content.get("biskits") if isinstance(content, dict) else None
        if not isinstance(rows, list):
            raise AnswerMisshapen(f"Calpendo's list of {type_name} has no `biskits` in it.")
        return rows

    def fetch_object(self, type_name: str, object_id: str) -> dict[str, Any] | None:
        """One object with all its properties; None when there is no such object (404)."""
        path = f"/webdav/b/{quote(type_name, safe='')}/{quote(object_id, safe='')}"
        content = self._fetch(path, type_name, missing_is_none=True)
        if content is None:
            return None
        if not isinstance(content, dict) or "id" not in content:
            raise AnswerMisshapen(f"Calpendo's answer about one {type_name} is not an object with an id.")
        return content

    def knows(self, type_name: str, *paths: str) -> bool:
        """Whether these properties can be asked for; costs one request that matches no row."""
        try:
            self.fetch_list(type_name, ("id", *paths), where=("id", "EQ", "0"))
        except QueryRefused:
            return False
        return True

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _fetch(self, path: str, type_name: str, *, missing_is_none: bool = False) -> Any:
        tried = 0
        while True:
            try:
                body = self._attempt(self._base + path, type_name, missing_is_none=missing_is_none)
                break
            except TryAgain as refusal:
                if tried >= self._patience.retries:
                    raise
                self._sleep(self._pause_s(tried, refusal.retry_after_s))
                tried += 1
        return None if body is None else _parse(body, type_name)

    def _pause_s(self, tried: int, asked_s: float | None) -> float:
        # Jitter, so that two archives thrown out together do not come back together.
        pause: float = self._patience.pause_s * 2.0**tried * random.uniform(0.5, 1.5)  # noqa: S311
        return min(max(pause, asked_s or 0.0), self._patience.longest_pause_s)

    def _attempt(self, url: str, type_name: str, *, missing_is_none: bool) -> bytes | None:
        for _ in range(MAX_REDIRECTS + 1):
            with self._lock:
                self._count += 1
            try:
                with self._http.stream("GET", url) as response:
                    if response.is_redirect:
                        url = _same_origin(url, response.headers.get("location", ""))
                        continue
                    if missing_is_none and response.status_code == httpx.codes.NOT_FOUND:
                        return None
                    check_status(response, type_name)
                    return self._read(response, type_name)
            except httpx.HTTPError as error:
                raise _translated(error, url) from error
            except httpx.InvalidURL as error:
                raise SentElsewhere("Calpendo sends us to something that is not an address.") from error
        raise SentElsewhere("Calpendo sends us in circles. Is calpendo.url its final address?")

    def _read(self, response: httpx.Response, type_name: str) -> bytes:
        if not _is_json(media_type(response)):
            raise NotJson(_not_json(f"It says of itself: {media_type(response) or 'no content type'}."))
        ends_at = time.monotonic() + self._patience.answer_s
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                raise AnswerTooBig(
                    f"Calpendo's list of {type_name} is longer than {MAX_ANSWER_BYTES // 2**20} MiB."
                )
            if time.monotonic() > ends_at:
                raise TooSlow(
                    f"Calpendo needs more than {self._patience.answer_s:g} s for its list of {type_name}."
                )
        return bytes(body)


def _without_webdav(url: str) -> str:
    """The address to which paths are appended; many copy it with the interface's own path."""
    base = url.rstrip("/")
    for ending in ("/webdav/q", "/webdav/b", "/webdav"):
        base = base.removesuffix(ending)
    return base.rstrip("/")


def _is_json(kind: str) -> bool:
    return kind in ("application/json", "text/json") or kind.endswith("+json")


def _parse(body: bytes, type_name: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        pass
    if body.lstrip()[:1] == b"<":
        raise NotJson(_not_json("It calls itself JSON and is a web page."))
    if not body.strip():
        raise AnswerMisshapen(f"Calpendo's answer about {type_name} is empty.")
    raise AnswerMisshapen(f"Calpendo's answer about {type_name} breaks off or is not JSON.")


def _not_json(detail: str) -> str:
    return (
        "Calpendo answers with something else than JSON, most likely the page of a log-in or of single sign-on. "
        f"{detail} Let the service account be a local one, and calpendo.url lead to Calpendo itself."
    )


def _same_origin(url: str, location: str) -> str:
    """Where a redirect leads; refused when it leaves the configured origin: the password must not go there."""
    target = urljoin(url, location)
    here, there = urlsplit(url), urlsplit(target)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise SentElsewhere(
            f"Calpendo sends us to another address ({there.hostname or 'unknown'}), usually the log-in page of "
            "single sign-on. The password was not sent there. Let the service account be a local one, and "
            "calpendo.url be Calpendo's final address."
        )
    return target


def _translated(error: httpx.HTTPError, url: str) -> Exception:
    host = urlsplit(url).netloc
    if _is_certificate(error):
        return CertificateRefused(
            f"The certificate of {host} cannot be trusted ({_certificate_words(error)}). If your centre signs its "
            "own certificates, add its authority to this machine's trusted ones."
        )
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return CannotConnect(f"No connection to {host}. Is calpendo.url right, and is Calpendo running?")
    if isinstance(error, httpx.TimeoutException):
        return TooSlow(f"{host} was silent for too long.")
    if isinstance(error, httpx.DecodingError | httpx.TooManyRedirects | httpx.UnsupportedProtocol):
        return AnswerMisshapen(f"The answer of {host} cannot be decoded.")
    return ConnectionCut(f"{host} ended the connection in the middle of its answer.")


def _certificate_error(error: BaseException) -> ssl.SSLCertVerificationError | None:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _is_certificate(error: httpx.HTTPError) -> bool:
    return _certificate_error(error) is not None or "CERTIFICATE_VERIFY_FAILED" in str(error)


def _certificate_words(error: httpx.HTTPError) -> str:
    found = _certificate_error(error)
    return found.verify_message if found is not None else "it was not issued by a known authority"
