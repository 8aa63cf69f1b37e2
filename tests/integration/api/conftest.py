"""Those who ask the API: scripts with a token, and browsers that are logged in."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client
from tests import factories

from fornix.models import Account

ROOT = "/api/v1/mirror/"


def basic(account: Account) -> str:
    """The Authorization header of a new token."""
    made = factories.make_token(account)
    return "Basic " + base64.b64encode(f"{made.token.alias}:{made.secret}".encode()).decode()


class Script:
    """Asks below /api/v1/mirror/ and gets status and JSON."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def ask(self, method: str, address: str, body: object = None, **parameters):
        response = self.client.generic(
            method.upper(),
            ROOT + address,
            "" if body is None else json.dumps(body),
            content_type="application/json",
            query_params=parameters or None,
        )
        return response.status_code, response.json()

    def get(self, address: str, **parameters):
        return self.ask("get", address, **parameters)

    def post(self, address: str, body: object = None):
        return self.ask("post", address, body)


@pytest.fixture
def script():
    """A maker of scripts: `script(alice)` sends a token of alice's, `script()` nothing."""

    def make(account: Account | None = None) -> Script:
        return Script(Client(headers={"Authorization": basic(account)} if account else {}))

    return make


@pytest.fixture
def administrator(db) -> Account:
    return factories.make_account("ada", is_administrator=True)


@pytest.fixture
def ada(script, administrator) -> Script:
    """An administrator's script."""
    return script(administrator)
