"""The client against small servers of its own: where the password goes, what is waited for, what is refused."""

from __future__ import annotations

import base64
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fornix.booking import client as client_module
from fornix.booking.client import CalpendoClient, Patience
from fornix.booking.config import CalpendoConfig
from fornix.booking.http_status import retry_after_s
from fornix.booking.refusals import (
    AnswerMisshapen,
    AnswerTooBig,
    CalpendoUnusable,
    CannotConnect,
    CertificateRefused,
    NotJson,
    QueryRefused,
    SentElsewhere,
    ServerFault,
)

PASSWORD = "pässword:1"
GOOD = (200, {"Content-Type": "application/json"}, b'{"biskits":[{"id":1}]}')


class Server:
    """Answers with what it is given, in turn, the last one for ever; remembers what it was asked."""

    def __init__(self, *answers, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        waiting = list(answers)
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, dict(self.headers)))
                status, headers, body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.handle_error = lambda *_: None
        if tls:
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.http.server_address[1]}"


@contextmanager
def served(*answers, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(*answers, tls=tls)
    thread = threading.Thread(target=server.http.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        thread.join()
        server.http.server_close()


@contextmanager
def client_of(server: Server, prefix: str = "", slept: list[float] | None = None) -> Iterator[CalpendoClient]:
    config = CalpendoConfig(server.url + prefix, "archive", PASSWORD)
    noted = [] if slept is None else slept
    with CalpendoClient(config, Patience(connect_s=2, read_s=2, retries=2), sleep=noted.append) as client:
        yield client


def test_a_question_carries_the_password_and_asks_for_json():
    with served(GOOD) as server, client_of(server, "/calpendo") as client:
        rows = client.fetch_list("Calpendo.Project", ("id", "owner.name"), ("id", "EQ", "a/b"))

    path, headers = server.asked[0]
    assert rows == [{"id": 1}]
    assert path == "/calpendo/webdav/q/Calpendo.Project/id/EQ/a%2Fb?paths=id,owner.name"
    assert headers["Accept"] == "application/json"
    token = base64.b64encode(f"archive:{PASSWORD}".encode()).decode()
    assert headers["Authorization"] == f"Basic {token}"


def test_the_password_is_not_carried_to_another_host():
    with served(GOOD) as elsewhere:
        there = (302, {"Location": elsewhere.url + "/login"}, b"")
        with served(there) as server, client_of(server) as client, pytest.raises(SentElsewhere) as refusal:
            client.fetch_list("T", ("id",))

    assert elsewhere.asked == []
    assert "single sign-on" in str(refusal.value)


def test_a_redirect_within_the_same_origin_is_followed():
    with served((301, {"Location": "/webdav/q/T/"}, b""), GOOD) as server, client_of(server) as client:
        assert client.fetch_list("T", ("id",)) == [{"id": 1}]


def test_redirects_in_a_circle_end():
    with (
        served((302, {"Location": "/webdav/q/T"}, b"")) as server,
        client_of(server) as client,
        pytest.raises(SentElsewhere, match="circles"),
    ):
        client.fetch_list("T", ("id",))


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        pytest.param((200, {"Content-Type": "text/html"}, b"<html>"), NotJson, id="page"),
        pytest.param((200, {}, b'{"biskits":[]}'), NotJson, id="no type"),
        pytest.param((200, {"Content-Type": "application/json"}, b" <html>"), NotJson, id="page called JSON"),
        pytest.param(
            (200, {"Content-Type": "application/json"}, b'{"biskits":[1'), AnswerMisshapen, id="cut"
        ),
        pytest.param(
            (200, {"Content-Type": "application/json"}, b'{"biskits":[]}x'), AnswerMisshapen, id="more"
        ),
        pytest.param((200, {"Content-Type": "application/json"}, b""), AnswerMisshapen, id="empty"),
        pytest.param(
            (200, {"Content-Type": "application/json"}, b'{"biskits":{}}'), AnswerMisshapen, id="no list"
        ),
        pytest.param((200, {"Content-Type": "application/json"}, b"[" * 200_000), AnswerMisshapen, id="deep"),
        pytest.param(
            (200, {"Content-Type": "application/json"}, b"\xff\xfe\xff"), AnswerMisshapen, id="no text"
        ),
        pytest.param(
            (200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"{}"),
            AnswerMisshapen,
            id="gzip",
        ),
        pytest.param((204, {}, b""), AnswerMisshapen, id="204"),
        pytest.param((400, {}, b"no such property"), QueryRefused, id="400"),
        pytest.param((404, {}, b""), AnswerMisshapen, id="404"),
        pytest.param((418, {}, b""), AnswerMisshapen, id="418"),
    ],
)
def test_what_is_not_a_list_is_refused_in_words(answer, refusal):
    with (
        served(answer) as server,
        client_of(server) as client,
        pytest.raises(refusal) as raised,
    ):
        client.fetch_list("Calpendo.Project", ("id",))

    assert len(server.asked) == 1
    assert PASSWORD not in str(raised.value)
    assert len(str(raised.value)) > 20


@pytest.mark.parametrize(
    "kind", ["application/json;charset=UTF-8", "Application/JSON", "application/hal+json"]
)
def test_json_has_several_names(kind):
    with served((200, {"Content-Type": kind}, GOOD[2])) as server, client_of(server) as client:
        assert client.fetch_list("T", ("id",)) == [{"id": 1}]


def test_an_endless_answer_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(client_module, "MAX_ANSWER_BYTES", 10_000)
    body = b'{"biskits":[' + b"1," * 10_000 + b"1]}"
    with (
        served((200, {"Content-Type": "application/json"}, body)) as server,
        client_of(server) as client,
        pytest.raises(AnswerTooBig),
    ):
        client.fetch_list("T", ("id",))


def test_faults_are_outwaited_with_growing_pauses():
    slept: list[float] = []
    with served((503, {}, b""), (500, {}, b""), GOOD) as server, client_of(server, slept=slept) as client:
        assert client.fetch_list("T", ("id",)) == [{"id": 1}]

    assert 0.5 <= slept[0] <= 1.5
    assert 1 <= slept[1] <= 3
    assert client.requests == 3


def test_the_server_says_when_to_come_back():
    slept: list[float] = []
    with served((503, {"Retry-After": "20"}, b""), GOOD) as server, client_of(server, slept=slept) as client:
        client.fetch_list("T", ("id",))

    assert slept == [20]


def test_patience_ends():
    slept: list[float] = []
    with (
        served((503, {"Retry-After": "999999"}, b"")) as server,
        client_of(server, slept=slept) as client,
        pytest.raises(ServerFault),
    ):
        client.fetch_list("T", ("id",))

    assert slept == [60, 60]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120),
        ("Wed, 04 Mar 2026 09:01:00 GMT", 60),
        ("Wed, 04 Mar 2026 08:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after_s(value, datetime(2026, 3, 4, 9, 0, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(("status", "found"), [(200, {"id": 1}), (404, None)])
def test_one_object_is_there_or_not(status, found):
    answer = (status, {"Content-Type": "application/json"}, b'{"id":1}')
    with served(answer) as server, client_of(server) as client:
        assert client.fetch_object("T", "1") == found


def test_no_server_is_told_as_such():
    with served(GOOD) as server:
        pass
    with client_of(server) as client, pytest.raises(CannotConnect, match=r"127\.0\.0\.1"):
        client.fetch_list("T", ("id",))


@pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl, which makes the certificate, is not installed"
)
def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_password(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-days", "1", "-nodes", "-newkey", "rsa:2048", "-x509"]
    subprocess.run(
        ["openssl", "req", *subject, "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with (
        served(GOOD, tls=tls) as server,
        client_of(server) as client,
        pytest.raises(CertificateRefused, match="certificate"),
    ):
        client.fetch_list("T", ("id",))

    assert server.asked == []


def test_every_refusal_is_one_that_a_sweep_expects():
    kinds = (
        AnswerMisshapen,
        AnswerTooBig,
        CannotConnect,
        CertificateRefused,
        NotJson,
        SentElsewhere,
        ServerFault,
    )

    assert all(issubclass(kind, CalpendoUnusable) for kind in kinds)
