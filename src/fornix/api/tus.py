"""The words of the protocol tus 1.0 (tus.io, resumable uploads): headers read and written. Knows no rows."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.utils.http import http_date

from fornix.errors import ArchiveError, Invalid
from fornix.ingest.deliveries_bytes import BytesDiffer
from fornix.ingest.deliveries_pieces import TooLong
from fornix.ingest.deliveries_transfers import LARGEST, TooLarge

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination,checksum"
BYTES = "application/offset+octet-stream"
_MOST_METADATA = 16_000


class WrongVersion(Invalid):
    """This is tus 1.0.0: say so in the header Tus-Resumable."""


class WrongMediaType(Invalid):
    """The bytes of a file come as application/offset+octet-stream."""


class OverrideRefused(Invalid):
    """The method of a request is the one that it is sent with; X-HTTP-Method-Override is not read here."""


# What the protocol answers otherwise than the rest of this archive does; the first that fits holds.
STATUSES: tuple[tuple[type[ArchiveError], int], ...] = (
    (WrongVersion, 412),
    (WrongMediaType, 415),
    (TooLarge, 413),
    (TooLong, 413),
    (BytesDiffer, 460),
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a sender says of a file, as this archive reads it; words that it does not know say nothing."""

    name: str
    key: str
    sha256: str


def check_request(request: HttpRequest) -> None:
    """Raises OverrideRefused, or WrongVersion for whoever speaks another one."""
    if "X-HTTP-Method-Override" in request.headers:
        raise OverrideRefused
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        raise WrongVersion


def require_bytes(request: HttpRequest) -> None:
    """Raises WrongMediaType."""
    if request.content_type != BYTES:
        raise WrongMediaType


def number_of(request: HttpRequest, header: str) -> int:
    """A header that is a number of bytes. Raises Invalid."""
    written = request.headers.get(header, "")
    if not (written.isascii() and written.isdigit() and len(written) < 20 and int(written) < LARGEST):
        raise Invalid(f"{header} is a number of bytes, zero or more.")
    return int(written)


def metadata_of(request: HttpRequest) -> Metadata:
    """What Upload-Metadata says: `filename` (with folders, or `relativePath`), `key`, `sha256`. Raises Invalid."""
    written = request.headers.get("Upload-Metadata", "")
    if len(written) > _MOST_METADATA:
        raise Invalid("Upload-Metadata is too long.")
    told: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in written.split(","))):
        word, _, value = pair.partition(" ")
        try:
            told[word] = base64.b64decode(value.strip(), validate=True).decode("utf-8", "backslashreplace")
        except (binascii.Error, ValueError):
            raise Invalid("Upload-Metadata is a list of words, each with its value in Base64.") from None
    name = told.get("relativePath", "").strip() or told.get("filename") or told.get("name") or ""
    return Metadata("" if name == "null" else name, told.get("key", ""), told.get("sha256", ""))


def checksum_of(request: HttpRequest) -> str:
    """The SHA-256 of these bytes that Upload-Checksum gives, in hexadecimal; empty without one. Raises Invalid."""
    written = request.headers.get("Upload-Checksum", "")
    if not written:
        return ""
    algorithm, _, value = written.partition(" ")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if algorithm.lower() != "sha256" or len(digest) != 32:
        raise Invalid("Upload-Checksum is `sha256` and the hash in Base64.")
    return digest.hex()


def describe(response: HttpResponseBase, *, most_bytes: int | None = None) -> HttpResponseBase:
    """Adds the headers of every answer, and with `most_bytes` those that tell what the server can do."""
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    if most_bytes is not None:
        response["Tus-Extension"] = EXTENSIONS
        response["Tus-Checksum-Algorithm"] = "sha256"
        response["Tus-Max-Size"] = str(most_bytes)
    if most_bytes is not None or response.status_code == 412:
        response["Tus-Version"] = VERSION
    return response


def status_of(error: ArchiveError) -> int | None:
    """The status that the protocol has for a refusal; None: as anywhere here."""
    return next((status for family, status in STATUSES if isinstance(error, family)), None)


def expires(at: datetime) -> str:
    """The header Upload-Expires."""
    return http_date(at.timestamp())
