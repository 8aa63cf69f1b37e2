"""How labels stand in an address: one segment each, whatever characters a code has."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

# A slash would end the segment, dots alone would be resolved by the browser, and the sign itself stays readable.
UNSAFE = re.compile(r"[~/\\]|^\.(?=\.?$)|(?<=^\.)\.$")
ESCAPED = re.compile(r"~([0-9A-F]{2})")


class LabelConverter:
    """A label, code or scan id as one segment of a path: `a/b` stands there as `a~2Fb`."""

    regex = r"[^/\0]+"

    def to_python(self, value: str) -> str:
        """As in the table. Raises ValueError, by which the address leads nowhere: no label has a NUL."""
        label = ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        if "\0" in label:
            raise ValueError("NUL")
        return label

    def to_url(self, value: str) -> str:
        """As in an address."""
        return UNSAFE.sub(lambda found: f"~{ord(found[0]):02X}", value)


def safe_next(request: HttpRequest, address: str) -> str:
    """Where to go on after logging in: a page of this archive, else home (no open redirect)."""
    allowed = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    parts = urlsplit(address) if allowed else None
    if parts is None or parts.netloc or not parts.path.startswith("/"):
        return reverse("home")
    return address
