"""`/api/v1/senders`: the same writers and readers as the pages."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories import make_account, make_token

from fornix.models import Sender

pytestmark = pytest.mark.django_db
ASKED = {"name": "Prisma", "ae_title": "PRISMA", "address": "192.0.2.7", "port": 104}


@pytest.fixture
def script() -> Client:
    made = make_token(make_account("carol", is_administrator=True))
    return Client(headers={"Authorization": f"Bearer {made.token.alias}:{made.secret}"})


def test_a_sender_is_made_read_changed_and_deleted(script):
    made = script.post("/api/v1/senders", ASKED, content_type="application/json")
    address = f"/api/v1/senders/{made.json()['id']}"
    changed = script.put(address, ASKED | {"is_console": True}, content_type="application/json")
    listed = script.get("/api/v1/senders").json()

    assert made.status_code == 201
    assert changed.json() == script.get(address).json()
    assert (listed["total"], listed["items"][0]["sender"]["is_console"]) == (1, True)
    assert script.delete(address).status_code == 204
    assert not Sender.objects.exists()


def test_what_cannot_be_is_refused_in_words(script):
    answer = script.post("/api/v1/senders", ASKED | {"address": "host"}, content_type="application/json")

    assert answer.status_code == 400
    assert "no host name" in answer.json()["error"]["detail"]


def test_an_echo_without_a_port_is_refused(script):
    made = script.post("/api/v1/senders", ASKED | {"port": None}, content_type="application/json").json()

    assert script.post(f"/api/v1/senders/{made['id']}/echo").status_code == 409
