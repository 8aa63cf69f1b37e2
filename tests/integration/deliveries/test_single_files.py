"""POST /api/v1/arrivals: one file or archive in one request."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import factories
from tests.integration.deliveries.conftest import Sender
from tests.integration.ingest.archive import instance

from fornix import wiring
from fornix.models import Delivery, File, ImagingSession

ARRIVALS = "/api/v1/arrivals"


def image() -> bytes:
    return instance(StudyInstanceUID="1.2.3.4", PatientID="sub-001", StudyDescription="P001")


def raw(sender: Sender, content: bytes, **query: str):
    return sender.client.generic(
        "POST", ARRIVALS, content, content_type="application/dicom", query_params=query
    )


def test_a_file_as_the_body_is_committed_at_once(sender, work):
    answer = raw(sender, image(), project="P001", subject="sub-7", name="1.dcm")

    assert answer.status_code == 202
    assert answer.json()["delivery"]["state"] == "waiting"
    assert work() == 1
    shown = sender.client.get(answer["Location"]).json()
    assert shown["report"]["sessions"][0]["subject"] == "sub-7"


def test_a_file_in_a_form_is_taken_with_its_name(sender, work):
    file = SimpleUploadedFile("notes.txt", b"by hand")
    answer = sender.client.post(ARRIVALS, {"file": file}, query_params={"project": "P001"})

    assert answer.status_code == 202, answer.content
    work()
    report = sender.client.get(answer["Location"]).json()["report"]
    assert [line["name"] for line in report["unrecognised"]] == ["notes.txt"]


def test_a_body_in_another_encoding_is_refused_and_nothing_kept(sender):
    answer = sender.client.generic(
        "POST", ARRIVALS, b"packed", content_type="application/dicom", headers={"Content-Encoding": "gzip"}
    )

    assert answer.status_code == 415
    assert "without a Content-Encoding" in answer.json()["error"]["detail"]
    assert Delivery.objects.count() == 0


def test_a_body_that_says_that_it_is_as_it_is_is_taken(sender):
    answer = sender.client.generic(
        "POST", ARRIVALS, image(), content_type="application/dicom", headers={"Content-Encoding": "identity"}
    )

    assert answer.status_code == 202


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({}, id="no file"),
        pytest.param({"a": b"", "b": b""}, id="empty files"),
        pytest.param({"a": b"1", "b": b"2"}, id="two files"),
    ],
)
def test_a_form_has_one_file(sender, form):
    files = {name: SimpleUploadedFile(name, content) for name, content in form.items()}

    assert sender.client.post(ARRIVALS, files).status_code == 400
    assert Delivery.objects.count() == 0
    assert not list(wiring.store().list(""))


def test_an_empty_body_is_refused(sender):
    assert raw(sender, b"").status_code == 400
    assert Delivery.objects.count() == 0


def test_a_form_with_a_cookie_alone_is_for_the_page(alice, project):
    client = Client()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    file = SimpleUploadedFile("1.dcm", image())

    assert client.post(ARRIVALS, {"file": file}).status_code == 400
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize(("project", "status"), [("P002", 400), ("P003", 403)], ids=["hidden", "read only"])
def test_rights_are_asked_before_a_byte_is_read(sender, alice, project, status):
    from fornix.models.memberships import Role

    factories.make_project("P002")
    factories.make_project("P003", people={alice: Role.COLLABORATOR})

    assert raw(sender, image(), project=project).status_code == status
    assert not list(wiring.store().list(""))


def test_whoever_waits_is_told_when_it_is_filed(sender, work, monkeypatch):
    from fornix.api import arrivals_in

    monkeypatch.setattr(arrivals_in.time, "sleep", lambda _: work())

    answer = raw(sender, image(), wait="60")

    assert answer.status_code == 201
    assert answer.json()["report"]["sessions"][0]["accession"] == ImagingSession.objects.get().accession
    assert File.objects.count() == 1
