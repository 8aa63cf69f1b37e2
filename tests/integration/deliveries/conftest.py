"""A person who may add data to P001, and a sender that speaks tus for them."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client
from tests import factories
from tests.integration.api.conftest import basic

from fornix import wiring
from fornix.ingest.deliveries_import import import_due_deliveries
from fornix.models import Account, Project
from fornix.models.memberships import Role

DELIVERIES = "/api/v1/deliveries"
BYTES = "application/offset+octet-stream"


def metadata(**words: str) -> str:
    return ",".join(f"{word} {base64.b64encode(text.encode()).decode()}" for word, text in words.items())


class Sender:
    """Sends files as one account."""

    def __init__(self, account: Account | None) -> None:
        self.client = Client(headers={"Authorization": basic(account)} if account else {})

    def ask(self, method: str, address: str, body: object = None):
        text = "" if body is None else json.dumps(body)
        return self.client.generic(method, address, text, content_type="application/json")

    def open(self, **wanted: str) -> str:
        answer = self.ask("POST", DELIVERIES, wanted)
        assert answer.status_code == 201, answer.content
        return answer.json()["id"]

    def tus(self, method: str, address: str, content: bytes = b"", **headers: str):
        kind = headers.pop("content_type", BYTES if content else "")
        sent = {"Tus-Resumable": "1.0.0"} | {name.replace("_", "-"): text for name, text in headers.items()}
        sent = {name: text for name, text in sent.items() if text}
        return self.client.generic(method, address, content, content_type=kind, headers=sent)

    def begin(self, delivery: str, name: str, length: int, content: bytes = b"", *, headers=(), **words: str):
        return self.tus(
            "POST",
            f"{DELIVERIES}/{delivery}/files",
            content,
            Upload_Length=str(length),
            Upload_Metadata=metadata(filename=name, **words),
            **dict(headers),
        )

    def put(self, delivery: str, name: str, content: bytes, **words: str) -> str:
        """A whole file; its address."""
        answer = self.begin(delivery, name, len(content), content, **words)
        assert answer.status_code == 201, answer.content
        assert answer["Upload-Offset"] == str(len(content))
        return answer["Location"]

    def append(self, address: str, offset: int | str, content: bytes, **headers: str):
        return self.tus("PATCH", address, content, Upload_Offset=str(offset), **headers)

    def offset(self, address: str) -> int:
        answer = self.tus("HEAD", address)
        assert answer.status_code == 200
        return int(answer["Upload-Offset"])

    def commit(self, delivery: str):
        return self.ask("POST", f"{DELIVERIES}/{delivery}/commit")

    def show(self, delivery: str) -> dict:
        return self.ask("GET", f"{DELIVERIES}/{delivery}").json()


@pytest.fixture
def alice(db) -> Account:
    return factories.make_account("alice")


@pytest.fixture
def project(alice: Account) -> Project:
    return factories.make_project(people={alice: Role.MEMBER})


@pytest.fixture
def sender(alice: Account, project: Project) -> Sender:
    return Sender(alice)


@pytest.fixture
def work():
    """What a worker does with all that is committed; returns how many deliveries ended."""

    def import_all() -> int:
        return import_due_deliveries(wiring.store(), wiring.site_rules(), wiring.scratch())

    return import_all
