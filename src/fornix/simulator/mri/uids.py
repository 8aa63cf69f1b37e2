"""Unique identifiers that are a function of what they name, so that the same spec gives the same files."""

import hashlib


def uid(*parts: object) -> str:
    """A UID under the UUID root (PS3.5 B.2) derived from `parts`; at most 44 characters."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"
