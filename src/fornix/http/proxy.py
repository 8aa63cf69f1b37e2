"""Whose address it is, behind a proxy: the visitor's, as the proxy on this machine tells it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from fornix.wiring import environment


class ProxyMiddleware:
    """Puts the visitor's address in place of the proxy's, for Access rows and for counting wrong passwords.

    Only where FORNIX_URL says that a proxy ends TLS, and only from a loopback peer: others could write the header.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.is_behind_proxy = environment().url.startswith("https://")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answers the request."""
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if self.is_behind_proxy and _is_loopback(request.META.get("REMOTE_ADDR", "")) and _address(told):
            request.META["REMOTE_ADDR"] = told
        return self.get_response(request)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_loopback(text: str) -> bool:
    address = _address(text)
    return address is not None and address.is_loopback
