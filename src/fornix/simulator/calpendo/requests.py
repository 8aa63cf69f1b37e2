"""What a request asks for, taken from its raw line and headers; nothing is answered here."""

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

_MOST_PATHS = 200


@dataclass(frozen=True, slots=True)
class Credentials:
    """Account and password of HTTP Basic."""

    account: str
    password: str


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `target` is the raw path and query."""

    method: str
    target: str
    authorization: str | None = None
    accept: str | None = None

    @property
    def credentials(self) -> Credentials | None:
        """What Basic authentication carries, or None without it."""
        scheme, _, coded = (self.authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            text = base64.b64decode(coded.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return None
        account, colon, password = text.partition(":")
        return Credentials(account, password) if colon else None

    @property
    def account(self) -> str:
        """The account that is claimed, whether the password is right or not."""
        return self.credentials.account if self.credentials else ""


@dataclass(frozen=True, slots=True)
class Target:
    """The decoded address: interface `b` or `q` (else empty), the type, what follows, the paths asked for."""

    interface: str
    type_name: str
    rest: tuple[str, ...]
    paths: tuple[str, ...] | None


def parse_target(raw: str) -> Target:
    """Doubled and trailing slashes are tolerated; `%2F` inside a value stays one segment."""
    path, _, query = raw.partition("?")
    segments = [unquote(each) for each in path.split("/") if each]
    if len(segments) < 3 or segments[0] != "webdav" or segments[1] not in {"b", "q"}:
        return Target("", "", (), None)
    return Target(segments[1], segments[2], tuple(segments[3:]), _paths(query))


def _paths(query: str) -> tuple[str, ...] | None:
    asked = parse_qs(query, keep_blank_values=True).get("paths")
    if asked is None:
        return None
    names = [name.strip() for each in asked for name in each.split(",")]
    return tuple(dict.fromkeys(name for name in names if name))[:_MOST_PATHS] or None
