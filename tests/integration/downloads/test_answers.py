"""The answers to GET and HEAD of a download: whole, ranges, conditions, headers, slots, Access rows."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import factories

from fornix import wiring
from fornix.models import Access
from fornix.models.memberships import Role
from fornix.web import downloads

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    project = factories.make_project(people={factories.make_account("alice"): Role.COLLABORATOR})
    session = factories.make_session(factories.make_subject(project), "Grün 1")
    factories.make_file(factories.make_resource(factories.make_scan(session, "2")), b"0123456789" * 50)
    return session


@pytest.fixture
def address(session):
    return f"/sessions/{session.accession}/download"


@pytest.fixture
def client(session):
    client = Client()
    client.force_login(
        factories.actor_of("alice").account, backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def get(client, address, **headers):
    response = client.get(address, headers=headers)
    return response, b"".join(response) if response.streaming else response.content


def begin(client, address):
    response = client.get(address)
    next(response.streaming_content)
    return response


def leave(response):
    """As a server does when the reader is gone; the framework's test client hangs its own end on the stream's."""
    response._iterator.close()


def test_the_whole_is_announced_and_never_shown_in_the_browser(client, address):
    response, body = get(client, address)

    assert response.status_code == 200
    assert response["Content-Length"] == str(len(body))
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''Gr%C3%BCn%201.zip"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"].startswith("private")


def test_a_download_taken_up_again_is_the_whole(client, address):
    first, whole = get(client, address)
    half = len(whole) // 2

    second, rest = get(client, address, Range=f"bytes={half}-", If_Range=first["ETag"])

    assert (second.status_code, second["Content-Range"]) == (
        206,
        f"bytes {half}-{len(whole) - 1}/{len(whole)}",
    )
    assert whole[:half] + rest == whole


def test_a_download_that_has_changed_is_sent_whole(client, address):
    response, body = get(client, address, Range="bytes=10-", If_Range='"another"')

    assert (response.status_code, response["Content-Length"]) == (200, str(len(body)))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"If_Match": '"another"'}, 412, id="If-Match of another list"),
        pytest.param({"If_Match": "*"}, 200, id="If-Match of any"),
        pytest.param({"If_None_Match": "*"}, 304, id="If-None-Match"),
        pytest.param({"Range": "bytes=99999999-"}, 416, id="beyond the end"),
        pytest.param({"Range": "bytes=0-1,5-6"}, 200, id="several ranges: whole"),
        pytest.param({"Range": "pages=1"}, 200, id="another unit: whole"),
    ],
)
def test_conditions_are_kept(client, address, headers, status):
    response, _ = get(client, address, **headers)

    assert response.status_code == status
    assert response["ETag"].startswith('"')
    assert Access.objects.count() == (status == 200)


def test_head_tells_the_length_and_is_no_look_inside(client, address):
    _, body = get(client, address)
    Access.objects.all().delete()

    response = client.head(address)

    assert (response.status_code, response["Content-Length"]) == (200, str(len(body)))
    assert response.content == b""
    assert not Access.objects.exists()


def test_each_answer_leaves_a_row_of_who_what_and_how_much(client, address, session):
    get(client, address, Range="bytes=0-99")

    row = Access.objects.get()
    assert (row.account.username, row.token, row.address) == ("alice", None, "127.0.0.1")
    assert (row.kind, row.session, row.project) == ("session", session, session.project)
    assert (row.file_count, row.byte_count, row.bytes_sent, row.outcome) == (1, 100, 100, "complete")
    assert row.finished_at >= row.started_at


def test_the_row_of_a_file_says_which(client, session):
    file = session.resources.get().files.get()

    _, body = get(client, f"/sessions/{session.accession}/files/{file.pk}/download")

    row = Access.objects.get()
    assert (row.kind, row.file, row.scan, row.byte_count) == ("file", file, file.resource.scan, len(body))


def test_a_script_downloads_with_a_token_and_the_row_says_which(session, address):
    made = factories.make_token(factories.actor_of("alice").account)

    response = Client().get(address, headers={"Authorization": f"Bearer {made.token.alias}:{made.secret}"})
    body = b"".join(response)

    row = Access.objects.get()
    assert (row.token, row.bytes_sent, row.outcome) == (made.token, len(body), "complete")


def test_a_reader_who_leaves_is_written_down_as_cut(client, address):
    leave(begin(client, address))

    row = Access.objects.get()
    assert row.outcome == "cut"
    assert 0 < row.bytes_sent <= row.byte_count


def test_the_seventh_download_of_a_person_waits(client, address):
    held = [begin(client, address) for _ in range(6)]

    refused = client.get(address, headers={"Accept": "text/html"})
    text = client.get(address)

    assert (refused.status_code, text.status_code) == (503, 503)
    assert int(refused["Retry-After"]) > 0
    assert "six downloads" in refused.content.decode()
    assert "six downloads" in text.content.decode()
    for response in held:
        leave(response)
    assert get(client, address)[0].status_code == 200


def test_no_answer_keeps_its_slot(client, address, session):
    for headers in ({"If-None-Match": "*"}, {"If-Match": '"x"'}, {"Range": "bytes=99999999-"}, {}):
        for _ in range(7):
            get(client, address, **headers)
    for _ in range(7):
        client.head(address)
        client.get(f"/sessions/{session.accession}/scans/none/download")

    assert not downloads.slots._taken


def test_a_file_whose_bytes_are_missing_is_an_error_before_the_first_byte(client, session):
    file = session.resources.get().files.get()
    wiring.store().delete(file.blob.key)

    response = client.get(f"/sessions/{session.accession}/files/{file.pk}/download")

    assert response.status_code == 503
    assert "bytes of this file are not in the store" in response.content.decode()
    assert not Access.objects.exists()


def test_a_zip_whose_bytes_are_missing_is_cut_and_never_ends_well(client, session, address):
    wiring.store().delete(session.resources.get().files.get().blob.key)
    response = client.get(address)

    with pytest.raises(ConnectionResetError):
        b"".join(response)

    assert Access.objects.get().outcome == "failed"
