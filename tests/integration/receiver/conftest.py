"""A receiver in a thread, on a port and a database of its own."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager

import pytest
from django.utils import timezone

from fornix.ingest.network import Intake
from fornix.models import Sender
from fornix.receiver.association import Desk
from fornix.receiver.journal import Journal
from fornix.receiver.rules import ReceiverRules
from fornix.receiver.server import Receiver
from fornix.storage.local import LocalStore

PATIENCE_S = 60


def wait_until(holds, what):
    deadline = time.monotonic() + PATIENCE_S
    while not (found := holds()):
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.02)
    return found


@pytest.fixture
def receiving(transactional_db, tmp_path, monkeypatch):
    """`with receiving(**rules) as (port, receiver)`: rows are written at once."""
    monkeypatch.setattr("fornix.receiver.journal.WRITE_S", 0.01)

    @contextmanager
    def run(intake=None, **rules):
        folder = tmp_path / "blobs"
        folder.mkdir(exist_ok=True)
        desk = Desk(intake or Intake(LocalStore(folder)), Journal(), ReceiverRules(**rules))
        receiver = Receiver(desk)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=receiver.run, args=(listener,))
            thread.start()
            try:
                yield listener.getsockname()[1], receiver
            finally:
                receiver.end()
                thread.join(PATIENCE_S)
                assert not thread.is_alive()

    return run


@pytest.fixture
def make_sender():
    def make(**details):
        details = {"name": details["ae_title"], "created_at": timezone.now()} | details
        return Sender.objects.create(**details)

    return make
