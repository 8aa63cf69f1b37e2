"""Reads the small files that a site writes for us: its configuration, and its password when nobody else can."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from fornix.errors import Invalid

MOST_PASSWORD_BYTES = 4096
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SiteFileUnusable(Invalid):
    """A file of the site's configuration cannot be used."""


@dataclass(frozen=True, slots=True)
class SiteFile:
    """What is in a file, as text, and its mode."""

    text: str
    mode: int


def read_site_file(path: Path, what: str, most_bytes: int) -> SiteFile:
    """A whole file of UTF-8; SiteFileUnusable says why not. `what` it is to be: "password file"."""
    try:
        # A pipe without a writer would keep us waiting for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            mode = os.fstat(descriptor).st_mode
            content = os.read(descriptor, most_bytes + 1) if stat.S_ISREG(mode) else b""
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SiteFileUnusable(f"The {what} {path} cannot be read: {error.strerror}.") from error
    if not stat.S_ISREG(mode):
        raise SiteFileUnusable(f"The {what} {path} is no file.")
    if len(content) > most_bytes:
        raise SiteFileUnusable(f"The {what} {path} is longer than {most_bytes} bytes.")
    try:
        return SiteFile(content.decode("utf-8-sig"), mode)
    except UnicodeDecodeError as error:
        raise SiteFileUnusable(f"The {what} {path} is no text in UTF-8 (byte {error.start + 1}).") from None


def require_private(path: Path, mode: int) -> None:
    """Refuses a file that others than its owner can read or write."""
    permissions = stat.S_IMODE(mode)
    if permissions & OTHERS:
        raise SiteFileUnusable(
            f"{path} holds a password, and others than its owner can read it (mode {permissions:03o}). "
            f"Let only its owner read it: `chmod 600 {path}`"
        )


def read_password_file(path: Path) -> str:
    """The password in it, without the line's end; SiteFileUnusable with what to do about it."""
    file = read_site_file(path, "password file", MOST_PASSWORD_BYTES)
    require_private(path, file.mode)
    password = file.text.rstrip("\r\n")
    if not password:
        raise SiteFileUnusable(f"The password file {path} is empty.")
    return password
