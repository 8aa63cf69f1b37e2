"""Trying the routing on what waits, on a file or on typed lines, and on what is filed already: nothing changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories import AT, actor_of, make_account, make_project
from tests.integration.ingest.archive import instance, meg, mri, put
from tests.integration.ingest.booked_world import booked_project, booking, scanner, sender

from fornix.access.actors import OPERATOR
from fornix.errors import Invalid, NotAllowed, NotVisible
from fornix.ingest.replay import PAGE, Fate, replay, replay_all, try_session
from fornix.ingest.trials import try_arrival, try_header, try_values
from fornix.models import Arrival, Event, ImagingSession, RoutingRule


def everything() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Arrival, Event, ImagingSession, RoutingRule))


def test_what_waits_is_tried_by_the_rules_of_now(archive, tmp_path):
    archive.take(put(tmp_path / "a.dcm", instance(ProtocolName="LATE-1")))
    before = everything()
    make_project("LATE")
    conditions = [{"tag": "ProtocolName", "pattern": r"^(?P<code>\w+)-"}]
    RoutingRule.objects.create(position=1, name="r", conditions=conditions, project="{code}", changed_at=AT)

    trial = try_arrival(OPERATOR, Arrival.objects.get().pk, archive.store, archive.rules, at=AT)

    assert (trial.trace.target.label, trial.trace.step) == ("LATE", "rule")
    assert everything()[0] == before[0]


def test_a_recording_that_waits_is_tried_too(archive, tmp_path):
    archive.take(meg(tmp_path))

    trial = try_arrival(OPERATOR, Arrival.objects.get().pk, archive.store, archive.rules, at=AT)

    assert trial.evidence.modality == "MEG"
    assert "STUDY_A" in str(trial.trace.waits)


def test_a_file_is_tried_as_a_sender_would_send_it(archive):
    make_project("ALL")
    console = sender(None, project_label="ALL")

    assert try_header(OPERATOR, instance(), archive.rules, at=AT).trace.waits is not None
    trial = try_header(OPERATOR, instance(), archive.rules, at=AT, sender_id=console.pk)
    assert (trial.trace.target.label, trial.trace.step) == ("ALL", "explicit")


def test_typed_lines_go_the_way_of_files(archive):
    mri_scanner = scanner()
    sender(mri_scanner)
    booking(mri_scanner, "9:30", "10:30", booked_project("2023_112"))
    typed = """
        StationName: MRC35
        StudyDescription: Zoë's brain
        AcquisitionDate: 20260304
        AcquisitionTime: 094000
    """

    trial = try_values(OPERATOR, typed, archive.rules, at=AT)

    assert trial.evidence.candidates == ("Zoë's brain",)
    assert (trial.trace.target.label, trial.trace.step) == ("2023_112", "booking")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("nothing", "Line 1 has no colon"),
        ("PatientID: 1\nPatientId: 1", "Line 2: PatientId is no DICOM keyword"),
        ("PixelData: 1", "is no text"),
        ("PatientID: " + "x" * 10_241, "at most 10,240"),
        ("\n" * 201, "at most 200 lines"),
        ("TransferSyntaxUID: 1.2", "no DICOM keyword"),
    ],
)
def test_lines_that_are_no_header_are_refused_in_words(archive, typed, words):
    with pytest.raises(Invalid, match=words):
        try_values(OPERATOR, typed, archive.rules, at=AT)


@pytest.mark.parametrize("content", [b"", b"no DICOM at all", bytes(200)])
def test_a_file_that_is_no_dicom_is_refused_in_words(archive, content):
    with pytest.raises(Invalid, match="no DICOM file"):
        try_header(OPERATOR, content, archive.rules, at=AT)


def test_trials_are_for_administrators(archive):
    alice = actor_of(make_account("alice"))

    for attempt in (
        lambda: try_arrival(alice, "x", archive.store, archive.rules, at=AT),
        lambda: try_header(alice, instance(), archive.rules, at=AT),
        lambda: try_values(alice, "", archive.rules, at=AT),
        lambda: try_session(alice, "x", archive.store, archive.rules, at=AT),
        lambda: replay(alice, archive.store, archive.rules, at=AT),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_what_is_gone_is_told(archive):
    with pytest.raises(NotVisible, match="filed by now"):
        try_arrival(OPERATOR, "gone", archive.store, archive.rules, at=AT)
    with pytest.raises(NotVisible):
        try_session(OPERATOR, "FORNIX_E99999", archive.store, archive.rules, at=AT)


def now(archive):
    """A moment after all filings."""
    return ImagingSession.objects.latest("visible_at").visible_at + timedelta(seconds=1)


def test_a_replay_tells_what_would_go_elsewhere_and_changes_nothing(archive, tmp_path):
    make_project("SAME")
    make_project("OTHER")
    archive.take(put(tmp_path / "1.dcm", instance(StudyInstanceUID="1.1", StudyDescription="SAME")))
    archive.take(
        put(tmp_path / "2.dcm", instance(StudyInstanceUID="1.2", StudyDescription="OTHER")), project="SAME"
    )
    archive.take(put(tmp_path / "3.dcm", instance(StudyInstanceUID="1.3")), project="SAME")
    before = everything()

    found = replay(OPERATOR, archive.store, archive.rules, at=now(archive))

    assert [(row.fate, row.project) for row in found.rows] == [
        (Fate.WAITS, ""),
        (Fate.ELSEWHERE, "OTHER"),
        (Fate.SAME, "SAME"),
    ]
    assert everything() == before


def test_a_replay_reaches_ninety_days_back(archive, tmp_path):
    archive.take(mri(tmp_path), project="A")
    late = now(archive) + timedelta(days=90)

    assert replay(OPERATOR, archive.store, archive.rules, at=late).rows == ()
    assert len(replay(OPERATOR, archive.store, archive.rules, at=late, days=91).rows) == 1


def test_a_long_replay_comes_in_pages(archive, tmp_path, monkeypatch):
    monkeypatch.setattr("fornix.ingest.replay.PAGE", 2)
    for number in range(5):
        archive.take(
            put(tmp_path / f"{number}.dcm", instance(StudyInstanceUID=f"1.{number + 1}")), project="A"
        )

    rows = list(replay_all(OPERATOR, archive.store, archive.rules, at=now(archive)))

    assert len({row.session.pk for row in rows}) == 5
    assert PAGE == 25


def test_a_recording_is_replayed_from_its_rows(archive, tmp_path):
    archive.take(meg(tmp_path), project="A")
    session = ImagingSession.objects.get()

    trial = try_session(OPERATOR, session.accession, archive.store, archive.rules, at=AT)

    assert (trial.evidence.modality, trial.evidence.first_at) == ("MEG", session.first_acquired_at)
