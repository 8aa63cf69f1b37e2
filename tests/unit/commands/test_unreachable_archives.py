"""A push to where no archive is fails at once; one that lost its archive says how long it waits."""

from __future__ import annotations

import socket
import threading

import httpx
import pytest

from fornix.commands.push_client import Server
from fornix.errors import Unavailable


def never(pause: float) -> None:
    raise AssertionError(f"waited {pause} s for what was never there")


def server(url: str, tell=never, sleep=never) -> Server:
    return Server(url, "alias:secret", tell=tell, sleep=sleep)


@pytest.fixture
def nobody():
    """A port where nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def no_tls():
    """A port where something else than TLS answers."""

    def answer() -> None:
        caller, _ = listener.accept()
        with caller:
            caller.recv(100)
            caller.sendall(b"220 hello\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def failing(address: str) -> str:
    asked = server(address)
    with pytest.raises(Unavailable) as refused:
        asked.json("GET", "/api/v1/deliveries")
    asked.close()
    return str(refused.value)


def test_where_nothing_listens(nobody):
    assert "nothing listens there. Check the address and its port" in failing(f"http://{nobody}")


def test_an_unknown_name():
    assert "does not know its name" in failing("https://no-such-archive.invalid")


def test_where_no_tls_is_spoken(no_tls):
    assert "does not speak TLS" in failing(f"https://{no_tls}")


def test_a_server_that_was_reached_is_tried_again_and_that_is_told_once(monkeypatch):
    answers = iter([httpx.Response(200, json={"is": 1}), None, None, httpx.Response(200, json={"is": 2})])

    def ask(method: str, path: str, **_: object) -> httpx.Response:
        if (answer := next(answers)) is None:
            raise httpx.ConnectError("gone")
        return answer

    told: list[str] = []
    asked = server("http://127.0.0.1:1", told.append, sleep=lambda _: None)
    monkeypatch.setattr(asked._client, "request", ask)

    assert [asked.json("GET", "/")["is"] for _ in range(2)] == [1, 2]
    assert [line.partition("; ")[2] for line in told] == ["trying again in 0.5 s", "trying again in 1 s"]
    asked.close()
