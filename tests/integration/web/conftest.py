"""Browsers of people: clients that are logged in, and ask for pages."""

from __future__ import annotations

import pytest
from django.test import Client

from fornix.models import Account


@pytest.fixture
def browser():
    """A maker of browsers: `browser(alice)` is alice's, `browser()` a stranger's."""

    def make(account: Account | None = None, **options) -> Client:
        client = Client(headers={"Accept": "text/html"}, **options)
        if account is not None:
            client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make
