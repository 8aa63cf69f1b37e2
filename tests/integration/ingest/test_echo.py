"""A test echo tells in plain words what is wrong. The other side is pynetdicom's, or a bare socket."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pynetdicom import AE
from pynetdicom.sop_class import CTImageStorage, Verification

from fornix.ingest.echo import NotReachable, echo
from fornix.models import Sender

# pynetdicom, on either side, leaves sockets of connections that failed to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
    ),
]


@pytest.fixture(autouse=True)
def nothing_left_to_collect() -> Iterator[None]:
    yield
    gc.collect()


@contextmanager
def peer(context=Verification, **settings) -> Iterator[int]:
    """The port of a DICOM program that offers this, with these settings."""
    entity = AE(ae_title="PRISMA")
    entity.add_supported_context(context)
    for name, value in settings.items():
        setattr(entity, name, value)
    server = entity.start_server(("127.0.0.1", 0), block=False)
    try:
        yield server.socket.getsockname()[1]
    finally:
        server.shutdown()


def asked(port: int, title: str = "PRISMA"):
    sender = Sender(name="Prisma", ae_title=title, address="127.0.0.1", port=port)
    return echo(sender, own_title="FORNIX", patience_s=1.0)


def test_one_who_answers_is_well():
    with peer() as port:
        result = asked(port)

    assert (result.is_good, result.told) == (True, "PRISMA answered.")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"require_called_aet": True}, "it is not called TRIO"),
        ({"require_calling_aet": ["ELSE"]}, "add the AE title FORNIX on its side"),
        ({"context": CTImageStorage}, "does not offer the test echo"),
    ],
    ids=["another title", "we are not known", "no verification"],
)
def test_one_who_refuses_says_why(settings, words):
    with peer(**settings) as port:
        result = asked(port, "TRIO")

    assert not result.is_good
    assert words in result.told


@contextmanager
def listener(*, answers: bool) -> Iterator[int]:
    """The port of a program that takes connections; it ends each at once, or says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.close() if answers else held.append(connection)

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in held:
            connection.close()


@pytest.mark.parametrize("answers", [True, False], ids=["ends the connection", "says nothing"])
def test_something_that_is_no_dicom_program_may_want_tls(answers):
    with listener(answers=answers) as port:
        assert "It may want TLS" in asked(port).told


def test_a_port_that_nobody_listens_at_is_told():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))

        assert "nothing listens" in asked(free.getsockname()[1]).told


@pytest.mark.parametrize(("address", "port"), [("", 104), ("192.0.2.0/24", 104), ("192.0.2.7", None)])
def test_without_one_machine_and_a_port_there_is_nobody_to_ask(address, port):
    with pytest.raises(NotReachable):
        echo(Sender(name="x", ae_title="X", address=address, port=port), own_title="FORNIX")
