"""A session's scans, header cards, files and flags; both words and labels lead there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import factories

from fornix.models import Flag, ImagingSession
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db
MEG_CARD = {
    "system": "MEGIN TRIUX neo",
    "sampling_rate_hz": 1000.0,
    "duration_s": 1450.0,
    "channels": {"mag": 102, "grad": 204, "stim": 9},
    "parts": ["speech_raw.fif", "speech_raw-1.fif"],
}


@pytest.fixture
def alice():
    return factories.make_account("alice")


@pytest.fixture
def session(alice) -> ImagingSession:
    project = factories.make_project("P001", people={alice: Role.MEMBER})
    return factories.make_session(factories.make_subject(project, "sub-014"), "sub-014_MR1")


def text_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_scans_are_listed_with_their_counts(browser, alice, session):
    scan = factories.make_scan(session, description="t1_mprage", type="T1")
    factories.make_file(factories.make_resource(scan), b"x" * 1500)

    page = text_of(browser(alice), f"/sessions/{session.accession}")

    assert "t1_mprage" in page
    assert '<span class="type anat"><bdi>T1</bdi></span>' in page
    assert "1.5 kB" in page


def test_a_scan_has_an_address_of_its_own_with_its_header(browser, alice, session):
    scan = factories.make_scan(session, "7", header={"te_ms": 33.0, "voxel_mm": [2.0, 2.0, 2.0]})
    factories.make_file(factories.make_resource(scan))

    page = text_of(browser(alice), f"/sessions/{session.accession}/scans/7")

    assert "<dt>Echo time</dt><dd><bdi>33 ms</bdi></dd>" in page
    assert "<bdi>2 × 2 × 2 mm</bdi>" in page
    assert 'aria-current="true"' in page
    assert "DICOM" in page


def test_a_recording_shows_system_channels_rate_duration_and_parts(browser, alice, session):
    ImagingSession.objects.update(modality="MEG")
    factories.make_scan(session, "speech", modality="MEG", type="raw", header=MEG_CARD)

    page = text_of(browser(alice), f"/sessions/{session.accession}/scans/speech")

    for words in ("MEGIN TRIUX neo", "1000 Hz", "24:10", "102 mag", "204 grad", "9 stim", "speech_raw-1.fif"):
        assert words in page
    assert "1 recording" in page


def test_scans_are_in_order_of_their_numbers(browser, alice, session):
    for number in (10, 9, 100):
        factories.make_scan(session, str(number), number=number, description=f"scan{number}")
    factories.make_scan(session, "extra", number=None, description="scanX")

    page = text_of(browser(alice), f"/sessions/{session.accession}")

    places = [page.index(f"<bdi>{name}</bdi></a>") for name in ("scan9", "scan10", "scan100", "scanX")]
    assert places == sorted(places)


def test_flags_are_shown(browser, alice, session):
    detail = "Two people under one id: another name than in earlier files."
    Flag.objects.create(session=session, kind="two-people", detail=detail, raised_at=factories.AT)

    assert detail in text_of(browser(alice), f"/sessions/{session.accession}")


def test_files_are_listed_by_page_with_their_hashes(browser, alice, session):
    resource = factories.make_resource(factories.make_scan(session, "7"))
    files = [factories.make_file(resource, name=f"{number:03}.dcm") for number in range(103)]
    client, address = browser(alice), f"/sessions/{session.accession}/scans/7/files"

    first = text_of(client, address)
    second = text_of(client, f"{address}?after={files[99].pk}")

    assert files[0].blob.sha256 in first
    assert 'title="099.dcm"' in first
    assert 'title="100.dcm"' not in first
    assert 'title="102.dcm"' in second


def test_what_lay_beside_the_scans_has_its_page(browser, alice, session):
    factories.make_file(factories.make_resource(session, "MISC", is_primary=False), name="notes.txt")
    client = browser(alice)

    page = text_of(client, f"/sessions/{session.accession}")

    assert f'href="/sessions/{session.accession}/files?resource=MISC"' in page
    assert "notes.txt</bdi>" in text_of(client, f"/sessions/{session.accession}/files?resource=MISC")


def test_a_session_without_files_beside_its_scans_says_where_its_files_are(browser, alice, session):
    resource = factories.make_resource(factories.make_scan(session))
    for _ in range(2):
        factories.make_file(resource)

    page = text_of(browser(alice), f"/sessions/{session.accession}/files")

    assert "All its 2 files are in the scans" in page
    assert f'<a class="button" href="/sessions/{session.accession}">To the scans</a>' in page


@pytest.mark.parametrize(
    ("subject", "days", "is_told"),
    [("emptyroom", 0, True), ("emptyroom", 1, False), ("sub-015", 0, False)],
    ids=["same day", "other day", "a person"],
)
def test_a_meg_session_leads_to_the_empty_room_of_its_day(browser, alice, subject, days, is_told):
    project = factories.make_project("P001", people={alice: Role.MEMBER})
    on = factories.AT.date()
    meg = {"modality": "MEG"}
    mine = factories.make_session(factories.make_subject(project, "sub-014"), acquired_on=on, **meg)
    other = factories.make_session(
        factories.make_subject(project, subject), acquired_on=on + timedelta(days=days), **meg
    )

    page = text_of(browser(alice), f"/sessions/{mine.accession}")

    assert (f'<a href="/sessions/{other.accession}">Empty room of that day</a>' in page) is is_told
    assert "Empty room of" not in text_of(browser(alice), f"/sessions/{other.accession}")


def test_the_empty_room_of_another_project_or_one_not_filed_yet_is_not_told(browser, alice):
    project = factories.make_project("P001", people={alice: Role.MEMBER})
    mine = factories.make_session(factories.make_subject(project), modality="MEG")
    hidden = factories.make_subject(factories.make_project("P002"), "emptyroom")
    factories.make_session(hidden, modality="MEG")
    factories.make_session(factories.make_subject(project, "emptyroom"), modality="MEG", is_visible=False)

    assert "Empty room" not in text_of(browser(alice), f"/sessions/{mine.accession}")


def test_a_birth_date_is_readable(browser, alice, session):
    ImagingSession.objects.update(patient_birth_date="1979-09-15")

    assert ">15 Sep 1979</dd>" in text_of(browser(alice), f"/sessions/{session.accession}")


@pytest.mark.parametrize("address", ["scans/none", "scans/none/files", "files?resource=NONE"])
def test_what_is_not_there_is_not_found(browser, alice, session, address):
    assert browser(alice).get(f"/sessions/{session.accession}/{address}").status_code == 404


def test_a_scan_is_found_in_its_own_session_only(browser, alice, session):
    other = factories.make_session(factories.make_subject(factories.make_project("P002")))
    factories.make_scan(other, "secret")

    assert browser(alice).get(f"/sessions/{session.accession}/scans/secret").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/experiments/{0.accession}",
        "/projects/P001/sessions/sub-014_MR1",
        "/projects/P001/experiments/sub-014_MR1",
    ],
)
def test_the_other_words_and_labels_lead_to_the_session(browser, alice, session, address):
    response = browser(alice).get(address.format(session))

    assert (response.status_code, response["Location"]) == (302, f"/sessions/{session.accession}")


def test_a_subjects_label_leads_to_the_subject(browser, alice, session):
    response = browser(alice).get("/projects/P001/subjects/sub-014")

    assert response["Location"] == f"/subjects/{session.subject.accession}"


def test_a_header_of_any_shape_has_a_page(browser, alice, session):
    odd = {"a": None, "b_ms": "x", "c": [[1, 2], {"d": [3]}], "e": {"f": {"g": [1.5]}}, "": 1, "i_mm": []}
    factories.make_scan(session, "7", header=odd, description="")

    assert text_of(browser(alice), f"/sessions/{session.accession}/scans/7")
