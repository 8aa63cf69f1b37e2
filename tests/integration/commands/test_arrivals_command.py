"""`fornix arrivals` as an operator types it."""

from __future__ import annotations

import json

import pytest
from tests import factories
from tests.integration.commands.command_line import fornix
from tests.integration.ingest.archive import Archive
from tests.integration.ingest.arrivals_made import waiting

from fornix import wiring
from fornix.errors import NotVisible
from fornix.ingest.decision_targets import NoSuchProject
from fornix.ingest.decisions_merge import OfSeveralPeople
from fornix.models import Arrival, ImagingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive():
    return Archive(wiring.store())


def test_nothing_waits_is_said(capsys):
    assert fornix(capsys, "arrivals") == (0, "Nothing waits.\n", "")


def test_what_waits_is_listed_with_its_reason_and_filed_at_once(capsys, archive, tmp_path):
    factories.make_project("STUDY_B")
    arrival = waiting(archive, tmp_path / "a")

    _, listed, _ = fornix(capsys, "arrivals")
    code, told, _ = fornix(capsys, "arrivals", "file", arrival.pk, "--project", "STUDY_B", "--subject", "S1")

    assert listed.startswith(f"{arrival.pk}  waits  DICOM study")
    assert arrival.refusal in listed
    session = ImagingSession.objects.get()
    assert (code, session.subject.label) == (0, "S1")
    assert session.accession in told


def test_a_project_that_is_not_there_is_refused_with_the_option_that_makes_it(capsys, archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a")

    with pytest.raises(NoSuchProject, match=r'no project "NEW".* --create says so'):
        fornix(capsys, "arrivals", "file", arrival.pk, "--project", "NEW")


def test_what_waits_still_after_trying_is_told_with_exit_code_3(capsys, archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a")

    code, told, _ = fornix(capsys, "arrivals", "retry", arrival.pk)

    assert code == 3
    assert told.startswith(f"waits: {arrival.pk}: ")


def test_the_list_for_programs_is_filtered(capsys):
    factories.make_arrival(project_label="P1")
    factories.make_arrival(group="MEG:S2:2026-01-01:")

    _, told, _ = fornix(capsys, "arrivals", "list", "--kind", "MEG", "--json")

    (line,) = json.loads(told)
    assert (line["kind"], line["subject"], line["acquired_on"]) == ("MEG", "S2", "2026-01-01")


def test_one_is_told_in_full_without_what_controls_a_terminal(capsys, archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a", SeriesDescription="\x1b[31mred", PatientID="P-9")

    _, told, _ = fornix(capsys, "arrivals", "show", arrival.pk)

    assert "series" in told
    assert "\x1b" not in told
    assert arrival.study_uid in told


def test_deleted_ones_are_listed_alone_and_come_back(capsys):
    arrival = factories.make_arrival()
    fornix(capsys, "arrivals", "delete", arrival.pk, "--reason", "test")

    _, rest, _ = fornix(capsys, "arrivals")
    _, trash, _ = fornix(capsys, "arrivals", "list", "--state", "deleted")
    fornix(capsys, "arrivals", "restore", arrival.pk)

    assert rest == "Nothing waits.\n"
    assert arrival.pk in trash
    assert Arrival.objects.get().deleted_at is None


def test_labels_merging_and_splitting(capsys, archive, tmp_path):
    ids = [waiting(archive, tmp_path / person, PatientID=person).pk for person in "AB"]
    fornix(capsys, "arrivals", "label", ids[0], "--subject", "S1")

    with pytest.raises(OfSeveralPeople):
        fornix(capsys, "arrivals", "merge", *ids)
    _, merged, _ = fornix(capsys, "arrivals", "merge", *ids, "--yes")
    _, split, _ = fornix(capsys, "arrivals", "split", ids[0])

    assert merged == f"merged into {ids[0]}\n"
    assert len(split.split()) == 4
    assert Arrival.objects.get(pk=ids[0]).subject_label == "S1"


def test_one_that_is_gone_is_told_beside_the_others(capsys):
    arrival = factories.make_arrival()

    code, _, err = fornix(capsys, "arrivals", "delete", arrival.pk, "gone")

    assert (code, "gone: it is not here any more" in err) == (3, True)
    with pytest.raises(NotVisible):
        fornix(capsys, "arrivals", "show", "gone")
