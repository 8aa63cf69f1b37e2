"""Looks into files of sessions: headers leave an Access row, thumbnails do not."""

from __future__ import annotations

import pytest
from tests import factories
from tests.integration.ingest.archive import Archive, mri

from fornix import wiring
from fornix.models import Access, File, ImagingSession, Project
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path) -> File:
    Archive(wiring.store()).take(mri(tmp_path / "m"), project="STUDY_A")
    return File.objects.filter(resource__label="DICOM").earliest("pk")


@pytest.fixture
def alice(browser, file):
    account = factories.make_account("alice")
    factories.make_membership(Project.objects.get(), account, Role.COLLABORATOR)
    return browser(account)


def address(file: File, what: str) -> str:
    return f"/sessions/{ImagingSession.objects.earliest('pk').accession}/files/{file.pk}/{what}"


def test_a_header_is_shown_whole_and_the_look_written_down(alice, file):
    page = alice.get(address(file, "header")).content.decode()

    assert "Patient ID" in page.replace("&#39;", "'")
    assert "<bdi>P01</bdi>" in page
    row = Access.objects.get()
    assert (row.kind, row.account.username, row.file, row.outcome) == ("header", "alice", file, "complete")


def test_a_thumbnail_is_a_picture_that_the_browser_keeps(alice, file):
    first = alice.get(address(file, "thumbnail"))
    again = alice.get(address(file, "thumbnail"), headers={"If-None-Match": first["ETag"]})

    assert first["Content-Type"] == "image/png"
    assert first["Cache-Control"] == "private, max-age=3600"
    assert again.status_code == 304
    assert not Access.objects.exists()


def test_the_files_of_a_scan_lead_to_their_headers(alice, file):
    scan = file.resource.scan
    page = alice.get(f"/sessions/{scan.session.accession}/scans/{scan.scan_id}/files").content.decode()

    assert f'href="{address(file, "header")}"' in page


@pytest.mark.parametrize("what", ["header", "thumbnail"])
def test_a_file_of_another_session_is_not_shown_here(alice, file, what):
    subject = factories.make_subject(factories.make_project("OTHER"))
    other = factories.make_file(factories.make_resource(factories.make_session(subject)))

    assert alice.get(address(other, what).replace(f"/{file.pk}/", f"/{other.pk}/")).status_code == 404
