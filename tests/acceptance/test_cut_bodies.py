"""Bodies cut off anywhere, over real sockets: no file appears, and whoever goes on goes on where it was."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from tests.acceptance.raw_uploads import BYTES, Uploader, in_chunks, metadata, stored_bytes
from tests.acceptance.served import Served, make_archive, make_people, serving
from tests.conftest import new_database

CONTENT = os.urandom(40_000)
CUTS = [len(CONTENT) * tenth // 10 for tenth in range(10)]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[Served, str]]:
    """A running archive with an empty project, and alice's Authorization header."""
    folder = tmp_path_factory.mktemp("cut-bodies")
    (folder / "data").mkdir()
    environment = os.environ | {"FORNIX_DATA": str(folder / "data")}
    server = environment.pop("FORNIX_DATABASE", "")
    if server:
        with new_database(server) as address:
            yield from _serve(environment | {"FORNIX_DATABASE": address}, folder)
    else:
        yield from _serve(environment, folder)


def _serve(environment, folder) -> Iterator[tuple[Served, str]]:
    make_archive(environment, folder / "images", passenger_bytes=0)
    people = make_people(environment, "alice")
    with serving(environment, folder) as running:
        yield running, people["alice"]


@pytest.fixture
def alice(served) -> Uploader:
    return Uploader(*served)


def deliveries(alice: Uploader) -> list[str]:
    return [line["id"] for line in alice.ask("GET", "/api/v1/deliveries").json()["items"]]


def head_of(method: str, path: str, **headers: str) -> str:
    lines = [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines])


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "in chunks"])
def test_a_patch_that_is_cut_off_adds_nothing(alice, chunked):
    delivery = alice.open()
    address = alice.begin(delivery, "a.bin", len(CONTENT)).headers["location"]
    before = stored_bytes(alice.served.environment)
    body = in_chunks(CONTENT, 5000) if chunked else CONTENT
    framing = {"Transfer_Encoding": "chunked"} if chunked else {"Content_Length": str(len(CONTENT))}
    head = head_of("PATCH", address, Tus_Resumable="1.0.0", Upload_Offset="0", Content_Type=BYTES, **framing)

    for cut in CUTS:
        answer = alice.cut(head, body[:cut])
        assert b" 204 " not in answer[:20]
    last = alice.cut(head, body[:-1])  # all bytes of the file, and not the end of the chunks

    assert b" 204 " not in last[:20]
    assert alice.offset(address) == 0
    assert stored_bytes(alice.served.environment) == before
    assert alice.cut(head, body).startswith(b"HTTP/1.1 204")
    assert alice.offset(address) == len(CONTENT)


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "in chunks"])
def test_a_single_file_that_is_cut_off_is_no_delivery(alice, chunked):
    before, begun = stored_bytes(alice.served.environment), deliveries(alice)
    body = in_chunks(CONTENT, 5000) if chunked else CONTENT
    framing = {"Transfer_Encoding": "chunked"} if chunked else {"Content_Length": str(len(CONTENT))}
    head = head_of(
        "POST", "/api/v1/arrivals?project=P001", Content_Type="application/octet-stream", **framing
    )

    for cut in CUTS[1:]:
        assert b" 20" not in alice.cut(head, body[:cut])[:20]

    assert stored_bytes(alice.served.environment) == before
    assert deliveries(alice) == begun


def test_a_form_that_is_cut_off_is_no_delivery(alice):
    before = stored_bytes(alice.served.environment)
    opening = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    body = opening + CONTENT + b"\r\n--b--\r\n"
    head = head_of(
        "POST",
        "/api/v1/arrivals?project=P001",
        Content_Type="multipart/form-data; boundary=b",
        Content_Length=str(len(body)),
    )

    for cut in [len(body) * tenth // 10 for tenth in range(10)]:
        assert b" 20" not in alice.cut(head, body[:cut])[:20]

    assert stored_bytes(alice.served.environment) == before
    assert alice.cut(head, body).startswith(b"HTTP/1.1 202")


def test_a_beginning_that_is_cut_off_begins_nothing(alice):
    delivery = alice.open()
    head = head_of(
        "POST",
        f"/api/v1/deliveries/{delivery}/files",
        Tus_Resumable="1.0.0",
        Upload_Length=str(len(CONTENT)),
        Upload_Metadata=metadata(filename="a.bin"),
        Content_Type=BYTES,
        Content_Length=str(len(CONTENT)),
    )

    for cut in CUTS[1:]:
        assert b" 201 " not in alice.cut(head, CONTENT[:cut])[:20]

    assert alice.ask("GET", f"/api/v1/deliveries/{delivery}").json()["delivery"]["files"] == 0


def test_a_file_goes_on_after_each_cut(alice):
    delivery = alice.open()
    address = alice.begin(delivery, "a.bin", len(CONTENT)).headers["location"]
    half = len(CONTENT) // 2
    alice.append(address, 0, CONTENT[:half])
    rest = head_of(
        "PATCH",
        address,
        Tus_Resumable="1.0.0",
        Upload_Offset=str(half),
        Content_Type=BYTES,
        Content_Length=str(len(CONTENT) - half),
    )
    alice.cut(rest, CONTENT[half : half + 1000])

    assert alice.offset(address) == half
    assert alice.append(address, half, CONTENT[half:]).status == 204
    assert alice.offset(address) == len(CONTENT)


def test_a_refusal_reaches_whoever_sends_much(alice):
    delivery = alice.open()
    address = alice.begin(delivery, "a.bin", 1 << 30).headers["location"]

    answer = alice.append(address, 5, bytes(16 << 20))

    assert answer.status == 409
    assert "go on there" in answer.json()["error"]["detail"]
