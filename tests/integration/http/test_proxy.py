"""The visitor's address is the proxy's word, and only a proxy's on this machine."""

from __future__ import annotations

import dataclasses

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from fornix.http.proxy import ProxyMiddleware


@pytest.mark.parametrize(
    ("url", "peer", "told", "address"),
    [
        pytest.param("https://a.test", "127.0.0.1", "203.0.113.7", "203.0.113.7", id="proxy here"),
        pytest.param("https://a.test", "::1", "10.0.0.1, 203.0.113.7", "203.0.113.7", id="only its own word"),
        pytest.param("https://a.test", "203.0.113.9", "203.0.113.7", "203.0.113.9", id="peer elsewhere"),
        pytest.param("https://a.test", "127.0.0.1", "<script>", "127.0.0.1", id="no address"),
        pytest.param("https://a.test", "127.0.0.1", "", "127.0.0.1", id="nothing told"),
        pytest.param("", "127.0.0.1", "203.0.113.7", "127.0.0.1", id="no proxy"),
    ],
)
def test_the_address_is_the_visitors(monkeypatch, url, peer, told, address):
    monkeypatch.setattr(settings, "FORNIX", dataclasses.replace(settings.FORNIX, url=url))
    seen = []

    def answer(request):
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    ProxyMiddleware(answer)(RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": told}))

    assert seen == [address]
