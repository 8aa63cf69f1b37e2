"""Where data goes: the operator's word, a study filed before, a known code in the tags; everything else waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import AT, make_account, make_project
from tests.integration.ingest.archive import Archive, elements, instance, meg, mri, put
from tests.unit.dicom.builder import part10

from fornix.catalog.site_rules import SiteRules
from fornix.dicom.labels import fold_code
from fornix.errors import Invalid
from fornix.models import (
    Account,
    Arrival,
    BookingCode,
    BookingPerson,
    BookingProject,
    BookingRole,
    Event,
    Membership,
    Project,
)


def book(
    code: str, external_id="b1", *, title="Songbirds", status="Approved", people=(), **fields
) -> BookingProject:
    """A project of Calpendo with one code and its users, as the mirror keeps it."""
    booked = BookingProject.objects.create(
        instance="main",
        external_id=external_id,
        code=code,
        name=title,
        status=status,
        is_eligible=True,
        first_seen_at=AT,
        last_seen_at=AT,
        **fields,
    )
    give_code(booked, code)
    for number, account in enumerate(people):
        person = BookingPerson.objects.create(
            instance="main",
            external_id=f"{external_id}-{number}",
            is_active=True,
            account=account,
            first_seen_at=AT,
            last_seen_at=AT,
        )
        BookingRole.objects.create(booking_project=booked, person=person, part="user", since=AT)
    return booked


def set_fields(booked: BookingProject, **fields) -> None:
    BookingProject.objects.filter(pk=booked.pk).update(**fields)


def give_code(booked: BookingProject, code: str, *, first_seen_at=AT, last_seen_at=AT) -> None:
    BookingCode.objects.create(
        booking_project=booked,
        code=code,
        folded_code=fold_code(code),
        first_seen_at=first_seen_at,
        last_seen_at=last_seen_at,
    )


def test_the_operator_creates_a_project_by_naming_it(archive, tmp_path):
    archive.take(mri(tmp_path), project="NEW")

    (project,) = archive.show()["projects"]
    assert (project["label"], project["subjects"]) == ("NEW", 1)
    assert Event.objects.filter(verb="project.created").count() == 1


def test_a_project_is_found_however_its_code_is_spelled(archive, tmp_path):
    make_project("Word-Learning")

    archive.take(mri(tmp_path), project="word learning")

    assert [session["project"] for session in archive.sessions()] == ["Word-Learning"]


@pytest.mark.parametrize("code", ["a\nb", "x" * 181, "\x1b[31m"], ids=["newline", "too long", "escape"])
def test_a_code_that_no_project_can_have_is_refused_before_anything_is_read(archive, tmp_path, code):
    with pytest.raises(Invalid, match="printable"):
        archive.take(mri(tmp_path), project=code)

    assert archive.hashes() == set()


TAGS = {
    "PatientComments": {"PatientComments": "Project: KNOWN Subject: S1"},
    "StudyComments": {"StudyComments": "project:known"},
    "AdditionalPatientHistory": {"AdditionalPatientHistory": "Project:KNOWN;"},
    "StudyDescription": {"StudyDescription": "KNOWN"},
    "AccessionNumber": {"AccessionNumber": "KNOWN"},
    "comments before description": {"PatientComments": "Project: KNOWN", "StudyDescription": "OTHER"},
    "unknown comment, known description": {"PatientComments": "Project: NO", "StudyDescription": "KNOWN"},
}


@pytest.mark.parametrize("tags", TAGS.values(), ids=TAGS.keys())
def test_a_known_code_in_the_tags_files_the_data(archive, tmp_path, tags):
    make_project("KNOWN")
    make_project("OTHER")

    archive.take(put(tmp_path / "a.dcm", instance(**tags)))

    assert [session["project"] for session in archive.sessions()] == ["KNOWN"]


@pytest.mark.parametrize(
    "tags", [{"StudyDescription": "KNOWN brain"}, {"PatientComments": "the project: is"}, {}]
)
def test_data_that_names_no_known_project_waits_and_creates_none(archive, tmp_path, tags):
    make_project("KNOWN")

    report = archive.take(put(tmp_path / "a.dcm", instance(**tags)))

    assert (report.waits, len(archive.waiting()), Project.objects.count()) == (True, 1, 1)


def test_waiting_data_waits_once_however_often_it_is_imported(archive, tmp_path):
    folder = mri(tmp_path / "in")
    archive.take(folder)
    before = (archive.show(), archive.hashes())

    report = archive.take(folder)

    assert (archive.show(), archive.hashes()) == before
    assert [(item.files, item.already_here) for item in report.filed] == [(0, 4)]


def test_waiting_data_that_comes_again_with_more_waits_once(archive, tmp_path):
    paths = sorted(mri(tmp_path / "in").rglob("*.IMA"))
    archive.take(*paths[:2])
    archive.take(*paths)

    (arrival,) = archive.show()["arrivals"]
    assert (arrival["files"], len(archive.hashes())) == (4, 4)
    archive.take(*paths[:1])
    assert archive.show()["arrivals"] == [arrival]


def test_naming_the_project_later_resolves_what_waits(archive, tmp_path):
    folder = mri(tmp_path / "in")
    meg(folder / "meg")
    put(folder / "README", b"both")
    archive.take(folder)
    assert len(archive.waiting()) == 3

    archive.take(folder, project="A")

    assert (archive.waiting(), len(archive.sessions())) == ([], 2)


def test_waiting_data_in_another_wrapping_waits_once_and_is_resolved_together(archive, tmp_path):
    bare = put(tmp_path / "1" / "a.dcm", elements())
    whole = put(tmp_path / "2" / "a.dcm", part10(elements()))
    for path in (bare, whole):
        archive.take(path)
    assert len(archive.waiting()) == 1

    archive.take(whole, project="A")

    assert (archive.waiting(), len(archive.hashes())) == ([], 1)


def test_a_code_that_became_known_files_what_waits_when_it_is_imported_again(archive, tmp_path):
    folder = mri(tmp_path / "in", project="SONG")
    archive.take(folder)
    book("SONG")

    report = archive.take(folder)

    assert (archive.waiting(), [item.files for item in report.filed]) == ([], [4])


def test_data_of_a_study_filed_already_joins_it_without_a_word(archive, tmp_path):
    one, *others = sorted(mri(tmp_path / "in").rglob("*.IMA"))
    archive.take(one, project="A", subject="S1", session="V1")

    archive.take(*others)

    (session,) = archive.sessions()
    assert (session["project"], session["subject"], session["label"]) == ("A", "S1", "V1")
    assert sum(scan["files"] for scan in session["scans"]) == 4


def test_a_code_that_only_the_mirror_knows_creates_the_project_with_its_people(archive, tmp_path):
    alice, bob = make_account("alice"), make_account("bob")
    book("SONG", people=(alice, bob))

    archive.take(mri(tmp_path, project="song"))

    project = Project.objects.get()
    assert (project.label, project.name) == ("SONG", "Songbirds")
    assert set(Account.objects.filter(memberships__project=project)) == {alice, bob}


def test_the_operators_code_finds_the_mirrored_project_too(archive, tmp_path):
    book("SONG", people=(make_account("alice"),))

    archive.take(mri(tmp_path), project="SONG")

    assert (Project.objects.get().booking_project.code, Membership.objects.count()) == ("SONG", 1)


SCANNED = datetime(2024, 3, 1, 12, tzinfo=UTC)  # when mri() and meg() say so
CLOSED = {
    "Draft": ({"status": "Draft"}, "project SONG is Draft in Calpendo: data is filed there by itself once"),
    "Requested": ({"status": "Requested"}, "once it is approved"),
    "Denied": ({"status": "Denied"}, "project SONG is Denied in Calpendo"),
    "Unbookable": ({"status": "Unbookable"}, "project SONG is Unbookable in Calpendo"),
    "unreadable": ({"status": ""}, "project SONG has a status in Calpendo that cannot be read"),
    "unknown": ({"status": "Rejected"}, 'has the status "Rejected" in Calpendo, which is not known here'),
    "gone": ({"vanished_at": AT}, "project SONG is gone from Calpendo"),
    "ended": (
        {"status": "Terminated", "status_since": SCANNED - timedelta(days=91)},
        "took what was scanned until 2024-02-29; this is of 2024-03-01",
    ),
}
HELD = {"status": "Approved", "hold": "waiting", "held_status": "Denied", "held_at": AT}


@pytest.mark.parametrize(("fields", "reason"), CLOSED.values(), ids=CLOSED.keys())
@pytest.mark.parametrize("holds_data", [False, True], ids=["without data", "with data"])
def test_data_for_a_project_that_takes_none_waits_with_the_reason(
    archive, tmp_path, fields, reason, holds_data
):
    booked = book("SONG")
    if holds_data:
        archive.take(mri(tmp_path / "before", project="SONG"))
    set_fields(booked, **fields)

    report = archive.take(mri(tmp_path / "new", "P02", project="SONG"))

    (told,) = (item.waits_because for item in report.filed)
    assert reason in told
    assert "Say the project, with --project" in told
    assert Project.objects.count() == holds_data


@pytest.mark.parametrize(("fields", "_reason"), CLOSED.values(), ids=CLOSED.keys())
def test_a_person_may_file_for_a_project_that_takes_none_by_itself(archive, tmp_path, fields, _reason):
    alice = make_account("alice")
    set_fields(book("SONG", people=(alice,)), **fields)
    archive.take(mri(tmp_path, project="SONG"))

    archive.take(tmp_path, project="SONG")

    assert ([each["project"] for each in archive.sessions()], archive.waiting()) == (["SONG"], [])
    assert Project.objects.get().booking_project.code == "SONG"
    assert Membership.objects.exists() is (fields.get("status") == "Terminated")


@pytest.mark.parametrize(("fields", "_reason"), CLOSED.values(), ids=CLOSED.keys())
def test_late_series_join_their_session_whatever_became_of_the_project(archive, tmp_path, fields, _reason):
    booked = book("SONG")
    one, *others = sorted(mri(tmp_path / "in", project="SONG").rglob("*.IMA"))
    archive.take(one)
    set_fields(booked, **fields)

    archive.take(*others)

    assert (archive.waiting(), sum(scan["files"] for scan in archive.sessions()[0]["scans"])) == ([], 4)


@pytest.mark.parametrize("days", [0, 89, 90])
def test_what_was_scanned_in_the_time_of_grace_is_filed_however_late(archive, tmp_path, days):
    book("SONG", status="TERMINATED", status_since=SCANNED - timedelta(days=days))

    archive.take(mri(tmp_path / "mri", project="SONG"))
    archive.take(meg(tmp_path / "meg", project="SONG"))

    assert [session["project"] for session in archive.sessions()] == ["SONG", "SONG"]


def test_the_site_chooses_the_time_of_grace(archive, tmp_path):
    book("SONG", status="Terminated", status_since=SCANNED - timedelta(days=8))
    strict = Archive(archive.store, SiteRules(terminated_grace=timedelta(days=7)))

    assert strict.take(mri(tmp_path, project="SONG")).waits


def test_a_status_that_is_held_back_does_not_count_yet(archive, tmp_path):
    book("SONG", **HELD)

    archive.take(mri(tmp_path, project="SONG"))

    assert archive.waiting() == []


def test_a_project_that_books_no_scanner_is_not_known(archive, tmp_path):
    set_fields(book("SONG"), is_eligible=False)

    report = archive.take(mri(tmp_path, project="SONG"))

    assert "no known project" in report.filed[0].waits_because


def test_a_project_made_by_hand_takes_data_before_calpendo_approves_its_namesake(archive, tmp_path):
    make_project("SONG")
    book("SONG", status="Requested")

    archive.take(mri(tmp_path, project="SONG"))

    assert archive.waiting() == []


def test_a_label_that_calpendo_gave_up_leads_to_no_project_that_takes_nothing(archive, tmp_path):
    booked = book("SONG")
    archive.take(mri(tmp_path / "1", project="SONG"))
    BookingCode.objects.all().delete()
    set_fields(booked, code="BIRD", status="Denied")

    report = archive.take(mri(tmp_path / "2", "P02", project="SONG"))

    assert "project BIRD is Denied" in report.filed[0].waits_because


def recode(booked: BookingProject, code: str, *, at: datetime) -> None:
    """As a sweep keeps it."""
    BookingCode.objects.filter(booking_project=booked).update(last_seen_at=at)
    set_fields(booked, code=code)
    if code:
        give_code(booked, code, first_seen_at=at, last_seen_at=at)


@pytest.mark.parametrize("code", ["BIRD", ""], ids=["another", "none"])
@pytest.mark.parametrize("holds_data", [False, True], ids=["without data", "with data"])
def test_a_code_that_was_given_up_leads_nowhere_for_later_scans(archive, tmp_path, code, holds_data):
    booked = book("SONG")
    if holds_data:
        archive.take(mri(tmp_path / "before", project="SONG"))
    recode(booked, code, at=SCANNED - timedelta(days=1))

    archive.take(mri(tmp_path / "new", "P02", project="SONG"))

    (reason,) = archive.waiting()
    now = ", now BIRD" if code else ""
    assert f'"SONG" was the code of "Songbirds"{now} until 2024-02-29; this is of 2024-03-01. Say' in reason

    archive.take(tmp_path / "new", project="SONG")

    assert (archive.waiting(), Project.objects.get().booking_project) == ([], booked)


def test_what_was_scanned_under_a_code_that_was_given_up_since_is_filed(archive, tmp_path):
    booked = book("SONG")
    recode(booked, "BIRD", at=SCANNED)

    archive.take(mri(tmp_path, project="SONG"))

    assert (archive.waiting(), Project.objects.get().booking_project) == ([], booked)


def test_a_label_of_our_own_outlives_a_code_that_another_project_gave_up(archive, tmp_path):
    make_project("SONG")
    recode(book("SONG"), "BIRD", at=SCANNED - timedelta(days=1))

    archive.take(mri(tmp_path, project="SONG"))

    assert (archive.waiting(), Project.objects.get().booking_project) == ([], None)


def test_days_are_those_of_the_scanners_calendar(archive, tmp_path):
    late_in_utc = SCANNED - timedelta(days=1) + timedelta(hours=9)
    recode(book("SONG"), "BIRD", at=late_in_utc)
    in_japan = Archive(archive.store, SiteRules(time_zone="Asia/Tokyo"))

    assert archive.take(mri(tmp_path, project="SONG")).waits
    assert not in_japan.take(tmp_path).waits


def test_a_project_without_a_code_is_named_by_its_id(archive, tmp_path):
    set_fields(book("SONG"), code="")

    archive.take(mri(tmp_path), project="calpendo:b1")

    assert Project.objects.get().label == "b1"


def test_a_code_that_two_projects_carry_waits_and_names_both(archive, tmp_path):
    book("SONG", "b1")
    book("SONG", "b2")

    report = archive.take(mri(tmp_path, project="SONG"))

    assert "several projects" in report.filed[0].waits_because

    archive.take(tmp_path, project="calpendo:b2")

    assert Project.objects.get().booking_project.external_id == "b2"


def test_what_waits_for_another_project_is_not_ended(archive, tmp_path):
    archive.take(put(tmp_path / "a", instance(PatientName=None, PatientID=None)), project="BBB")

    archive.take(tmp_path, project="AAA", subject="S1")

    assert len(archive.waiting()) == 1


def test_a_reused_code_makes_a_project_of_its_own(archive, tmp_path):
    archive.take(mri(tmp_path / "1", day=1, project="SONG"), project="SONG")
    old = book("SONG", "old")
    Project.objects.update(booking_project=old)
    BookingCode.objects.all().delete()
    BookingProject.objects.update(code="GONE")
    book("SONG", "new", title="Other birds")

    archive.take(mri(tmp_path / "2", "P02", day=2, project="SONG"))

    assert sorted(Project.objects.values_list("label", "name")) == [
        ("SONG", "SONG"),
        ("SONG_2", "Other birds"),
    ]


def test_a_reason_shows_no_more_than_a_line_of_what_the_file_says(archive, tmp_path):
    archive.take(put(tmp_path / "a.dcm", instance(StudyDescription="x\x1b[2J" + "y" * 5000)))

    reason = Arrival.objects.get().refusal
    assert len(reason) < 200
    assert reason.isprintable()
