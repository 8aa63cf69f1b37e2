"""Names of bytes in a store: what a key may look like, and how new ones are made. Knows no store and no table."""

from __future__ import annotations

import re
import secrets
import time
import uuid
from collections.abc import Callable
from datetime import date

from fornix.errors import Invalid

# A part never begins with a dot: dot-prefixed names are a store's own (temporaries), and `..` leaves the folder.
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}\Z", re.ASCII)
_MAX_KEY_LENGTH = 1024  # S3 takes no longer ones

MANIFESTS = "manifests/"  # what lies below it tells of the archive's rows, and is named by no Blob


def check_key(key: str) -> str:
    """Return the key unchanged, or raise Invalid: relative, '/'-separated parts of [A-Za-z0-9._-], no '..'."""
    if len(key) > _MAX_KEY_LENGTH or not all(is_key_part(part) for part in key.split("/")):
        raise Invalid(f"This is not a key of the store: {key[:80]!r}.")
    return key


def is_key_part(name: str) -> bool:
    """Return whether a key can have this between two slashes."""
    return _PART.match(name) is not None and ".." not in name


def check_prefix(prefix: str) -> str:
    """Return the prefix unchanged, or raise Invalid when no key can begin with it."""
    if prefix:
        check_key(prefix + "0" if prefix.endswith("/") else prefix)
    return prefix


def new_upload_id(
    unix_ns: int | None = None, random_bytes: Callable[[int], bytes] = secrets.token_bytes
) -> str:
    """Make a UUID of version 7 (RFC 9562, section 5.7): sorted as text, ids are sorted by the time they were made.

    The 12 bits after version and milliseconds carry the fraction of the millisecond (section 6.2, method 3).
    `unix_ns` is the time in nanoseconds since 1970, now by default.
    """
    milliseconds, rest_ns = divmod(time.time_ns() if unix_ns is None else unix_ns, 1_000_000)
    fraction = rest_ns * 4096 // 1_000_000
    random_62_bits = int.from_bytes(random_bytes(8)) >> 2
    number = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random_62_bits
    return str(uuid.UUID(int=number))


def blob_key(received_on: date, upload_id: str, n: int) -> str:
    """Return the key of the n-th file of an upload: `YYYY/MM/DD/<upload id>/<n>`. It tells nothing of the content."""
    return check_key(f"{received_on.isoformat().replace('-', '/')}/{upload_id}/{n}")


def manifest_key(of: str, n: int) -> str:
    """Return the key of the n-th manifest of a session, by its accession, or of the site."""
    return check_key(f"{MANIFESTS}{of}/{n}")
