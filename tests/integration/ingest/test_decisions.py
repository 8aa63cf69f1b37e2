"""Decisions on arrivals: each is written down with its Event, locked, and asked of the policy."""

from __future__ import annotations

import pytest
from tests import factories
from tests.integration.ingest.archive import mri
from tests.integration.ingest.arrivals_made import AT, file_due, root, waiting

from fornix.access.memberships import set_override
from fornix.errors import NotAllowed, NotVisible, Refused
from fornix.ingest.decision_rows import ArrivalBusy, ArrivalDeleted
from fornix.ingest.decision_targets import NoSuchProject
from fornix.ingest.decisions import delete, edit_labels, file_to, retry, undelete
from fornix.ingest.owners import LEASE, this_process
from fornix.ingest.typed_labels import UnfitLabel
from fornix.models import Arrival, Event, ImagingSession, Project
from fornix.models.memberships import OverrideKind, Role

pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    return list(
        Event.objects.filter(verb__startswith="arrival.").order_by("pk").values_list("verb", flat=True)
    )


def test_one_click_files_what_waited_into_the_project(archive, tmp_path):
    project = factories.make_project("STUDY_B")
    arrival = waiting(archive, tmp_path / "a")

    outcome = file_to(root(), [arrival.pk], "study-b", subject="S_01", session="first", at=AT)
    filed = file_due(archive, arrival.pk)

    assert outcome.ids == (arrival.pk,)
    assert filed.session.project == project
    assert (filed.session.subject.label, filed.session.label) == ("S_01", "first")
    (event,) = Event.objects.filter(verb="arrival.decided")
    assert (event.project, event.details["arrival"]) == (project, arrival.pk)
    assert archive.findings() == []


def test_many_are_filed_at_once_and_those_that_are_gone_are_told(archive, tmp_path):
    factories.make_project("STUDY_B")
    arrivals = [waiting(archive, tmp_path / str(n), StudyInstanceUID=f"1.2.{n}") for n in range(3)]

    outcome = file_to(root(), [*(each.pk for each in arrivals), "gone"], "STUDY_B", at=AT)

    assert set(outcome.ids) == {each.pk for each in arrivals}
    assert [each.id for each in outcome.skipped] == ["gone"]
    assert Arrival.objects.filter(refusal="", project_label="STUDY_B").count() == 3


def test_a_second_click_changes_nothing_that_the_first_did_not(archive, tmp_path):
    factories.make_project("STUDY_B")
    arrival = waiting(archive, tmp_path / "a")
    actor = root()
    for _ in range(2):
        file_to(actor, [arrival.pk], "STUDY_B", at=AT)

    file_due(archive, arrival.pk)

    session = ImagingSession.objects.get()
    with pytest.raises(NotVisible, match=f"{arrival.pk} as session {session.accession}"):
        file_to(actor, [arrival.pk], "STUDY_B", at=AT)
    stranger = factories.actor_of(factories.make_account("stranger"))
    with pytest.raises(NotVisible, match="Nothing here that you may see"):
        file_to(stranger, [arrival.pk], "STUDY_B", at=AT)


DECISIONS = {
    "file": lambda actor, arrival: file_to(actor, [arrival.pk], "STUDY_B", at=AT),
    "labels": lambda actor, arrival: edit_labels(actor, [arrival.pk], subject="x", at=AT),
    "retry": lambda actor, arrival: retry(actor, [arrival.pk], at=AT),
    "delete": lambda actor, arrival: delete(actor, [arrival.pk], at=AT),
}


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_nothing_is_changed_of_an_arrival_that_is_being_filed(archive, tmp_path, decision):
    factories.make_project("STUDY_B")
    arrival = waiting(archive, tmp_path / "a")
    Arrival.objects.filter(pk=arrival.pk).update(lease_owner=this_process(), lease_until=AT + LEASE)

    with pytest.raises(ArrivalBusy, match="being filed at this moment"):
        decision(root(), arrival)

    assert verbs() == []


def test_the_lease_of_a_dead_process_holds_nobody_up(archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a")
    dead = this_process().rpartition(":")[0] + ":1"
    Arrival.objects.filter(pk=arrival.pk).update(lease_owner=dead, lease_until=AT + LEASE)

    delete(root(), [arrival.pk], at=AT)

    assert Arrival.objects.get().deleted_at == AT


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_a_stranger_learns_not_even_that_there_is_one(archive, tmp_path, decision):
    factories.make_project("STUDY_B")
    arrival = waiting(archive, tmp_path / "a")

    with pytest.raises(NotVisible):
        decision(factories.actor_of(factories.make_account("bob")), arrival)


def test_a_sender_files_where_they_may_add_and_nowhere_else(archive, tmp_path):
    alice = factories.make_account("alice")
    factories.make_project("MINE", people={alice: Role.MEMBER})
    factories.make_project("READ_ONLY", people={alice: Role.COLLABORATOR})
    factories.make_project("HIDDEN")
    arrival = waiting(archive, tmp_path / "a", account=alice)
    actor = factories.actor_of(alice)

    with pytest.raises(NotAllowed):
        file_to(actor, [arrival.pk], "READ_ONLY", at=AT)
    messages = []
    for code in ("HIDDEN", "NOWHERE"):
        with pytest.raises(NoSuchProject) as refusal:
            file_to(actor, [arrival.pk], code, at=AT)
        messages.append(str(refusal.value))
    file_to(actor, [arrival.pk], "MINE", at=AT)

    assert messages[0] == messages[1]
    assert file_due(archive, arrival.pk).session.project.label == "MINE"


def make_named(archive, tmp_path, role=Role.MEMBER):
    """An arrival of the operator's for NAMED, whose subject nothing tells, with bob on the project."""
    bob = factories.make_account("bob")
    factories.make_project("NAMED", people={bob: role})
    factories.make_project("OTHER", people={bob: Role.OWNER})
    arrival = waiting(archive, tmp_path / "a", project="named", PatientID=None, PatientName=None)
    return arrival, factories.actor_of(bob)


def test_a_member_files_into_the_project_that_the_arrival_names_alone(archive, tmp_path):
    arrival, bob = make_named(archive, tmp_path)

    with pytest.raises(NotAllowed, match="You did not send this arrival"):
        file_to(bob, [arrival.pk], "OTHER", at=AT)
    file_to(bob, [arrival.pk], "NAMED", subject="S1", at=AT)

    assert file_due(archive, arrival.pk).session.project.label == "NAMED"


def test_deleting_what_others_sent_takes_a_role_that_deletes(archive, tmp_path):
    arrival, bob = make_named(archive, tmp_path)

    with pytest.raises(NotAllowed, match="for NAMED"):
        delete(bob, [arrival.pk], at=AT)

    assert Arrival.objects.get().deleted_at is None


def test_an_owner_of_the_named_project_deletes_and_brings_back(archive, tmp_path):
    arrival, bob = make_named(archive, tmp_path, role=Role.OWNER)

    delete(bob, [arrival.pk], reason="test scan", at=AT)
    with pytest.raises(ArrivalDeleted):
        retry(bob, [arrival.pk], at=AT)
    undelete(bob, [arrival.pk], at=AT)

    assert verbs() == ["arrival.deleted", "arrival.restored"]
    assert Event.objects.get(verb="arrival.deleted").details["reason"] == "test scan"
    assert Arrival.objects.get().refusal


@pytest.mark.parametrize("role", [Role.COLLABORATOR, None], ids=["collaborator", "blocked"])
def test_who_may_not_add_to_the_named_project_does_not_see_it(archive, tmp_path, role):
    arrival, bob = make_named(archive, tmp_path, role=role or Role.OWNER)
    if role is None:
        set_override(root(), Project.objects.get(label="NAMED"), bob.account, OverrideKind.BLOCK, at=AT)

    with pytest.raises(NotVisible):
        retry(bob, [arrival.pk], at=AT)


@pytest.mark.parametrize("typed", ["Müller Hans", "../S1", "s|1", "名前", "_._", "x" * 65])
def test_what_cannot_be_a_label_is_refused_and_never_changed_into_one(archive, tmp_path, typed):
    arrival = waiting(archive, tmp_path / "a")
    actor = root()
    factories.make_project("STUDY_B")

    for field in ("subject", "session"):
        with pytest.raises(UnfitLabel, match="A label has"):
            edit_labels(actor, [arrival.pk], **{field: typed}, at=AT)
        with pytest.raises(UnfitLabel, match="A label has"):
            file_to(actor, [arrival.pk], "STUDY_B", **{field: typed}, at=AT)

    assert Arrival.objects.get().subject_label == ""
    assert not Event.objects.filter(verb="arrival.labelled").exists()


def test_labels_are_written_without_the_blanks_around_them(archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a")
    actor = root()

    edit_labels(actor, [arrival.pk], subject=" S_1 ", session="s-1", at=AT)

    row = Arrival.objects.get()
    assert (row.subject_label, row.session_label) == ("S_1", "s-1")
    assert "1" not in str(Event.objects.get(verb="arrival.labelled").details["changed"])


def test_bringing_back_does_not_close_what_came_meanwhile(archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a")
    actor = root()
    delete(actor, [arrival.pk], at=AT)
    fields = {"upload": arrival.upload, "group": arrival.group, "received_at": AT, "last_byte_at": AT}
    later = Arrival.objects.create(id="later", **fields)

    undelete(actor, [arrival.pk], at=AT)

    assert Arrival.objects.get(pk=arrival.pk).closed_at == AT
    assert Arrival.objects.get(pk=later.pk).closed_at is None


def test_what_is_filed_in_part_goes_nowhere_else(archive, tmp_path):
    factories.make_project("STUDY_B")
    arrival = waiting(archive, tmp_path / "a")
    Arrival.objects.filter(pk=arrival.pk).update(filed_files=1)

    with pytest.raises(Refused, match="Part of this arrival is filed already"):
        file_to(root(), [arrival.pk], "STUDY_B", at=AT)


def test_an_administrator_makes_a_project_by_its_first_data(archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a")
    actor = root()

    with pytest.raises(NoSuchProject, match="Its first data makes it"):
        file_to(actor, [arrival.pk], "NEW", at=AT)
    file_to(actor, [arrival.pk], "NEW", may_create=True, at=AT)

    assert file_due(archive, arrival.pk).session.project.label == "NEW"


def test_an_administrator_sends_what_somebody_else_sent_where_that_person_may_not(archive, tmp_path):
    factories.make_project("CLOSED")
    arrival = waiting(archive, tmp_path / "a", account=factories.make_account("alice"))

    file_to(root(), [arrival.pk], "CLOSED", at=AT)

    assert file_due(archive, arrival.pk).session.project.label == "CLOSED"


def test_what_an_import_still_brings_is_nobodys_to_decide_on(archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a")
    arrival.upload.sealed_at = None
    arrival.upload.save()

    with pytest.raises(NotVisible):
        delete(root(), [arrival.pk], at=AT)


def test_a_whole_session_waits_files_and_is_found(archive, tmp_path):
    factories.make_project("STUDY_B")
    archive.take(mri(tmp_path / "m", project=""))
    (arrival,) = Arrival.objects.all()

    file_to(root(), [arrival.pk], "STUDY_B", at=AT)
    filed = file_due(archive, arrival.pk)

    assert (filed.scans, archive.waiting()) == (2, [])
