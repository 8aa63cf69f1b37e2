"""`fornix routing` as an operator types it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.utils import timezone
from tests.factories import AT, make_project, make_session, make_subject
from tests.integration.commands.command_line import fornix
from tests.integration.ingest.archive import instance, put
from tests.integration.ingest.booked_world import sender

from fornix.access.actors import OPERATOR
from fornix.errors import Invalid
from fornix.ingest.rule_checks import RuleDraft
from fornix.ingest.rule_editing import create_rule
from fornix.ingest.rules import Condition
from fornix.models import ImagingSession

DRAFT = RuleDraft("by protocol", (Condition("ProtocolName", r"^(?P<code>\w+)-"),), project="{code}")
pytestmark = pytest.mark.django_db


def test_rules_are_listed_in_their_order(capsys):
    assert "no rules" in fornix(capsys, "routing", "rules")[1]
    create_rule(OPERATOR, DRAFT, at=AT)
    create_rule(OPERATOR, replace(DRAFT, name="off", is_enabled=False), at=AT)

    code, printed, _ = fornix(capsys, "routing", "rules")

    first = r"1. by protocol: where ProtocolName ~ ^(?P<code>\w+)-: project {code}"
    assert (code, printed.splitlines()[0]) == (0, first)
    assert "2. off (off)" in printed
    told = json.loads(fornix(capsys, "routing", "rules", "--json")[1])
    assert told[0]["conditions"] == [{"tag": "ProtocolName", "pattern": r"^(?P<code>\w+)-"}]


def test_a_file_is_tested_step_by_step(capsys, tmp_path):
    make_project("KNOWN")
    create_rule(OPERATOR, DRAFT, at=AT)
    path = put(tmp_path / "a.dcm", instance(ProtocolName="KNOWN-1"))

    code, printed, _ = fornix(capsys, "routing", "test", str(path))

    assert (code, printed.splitlines()[-1]) == (0, "It would be filed in KNOWN.")
    assert 'rule: "KNOWN" is KNOWN' in printed
    assert json.loads(fornix(capsys, "routing", "test", str(path), "--json")[1])["step"] == "rule"


def test_what_would_wait_exits_with_three_and_guesses(capsys, tmp_path):
    make_project("KNOWN")
    path = put(tmp_path / "a.dcm", instance(StudyDescription="KNOWM"))

    code, printed, _ = fornix(capsys, "routing", "test", str(path))

    assert (code, printed.splitlines()[-1].startswith("- KNOWN: ")) == (3, True)


def test_a_file_is_tested_as_a_scanner_would_send_it(capsys, tmp_path):
    make_project("ALL")
    sender(None, name="Prisma", project_label="ALL")
    path = str(put(tmp_path / "a.dcm", instance()))

    assert fornix(capsys, "routing", "test", path, "--sender", "Prisma")[0] == 0
    with pytest.raises(Invalid, match="no scanner Terra"):
        fornix(capsys, "routing", "test", path, "--sender", "Terra")


@pytest.mark.parametrize("content", [None, b"no DICOM"])
def test_what_cannot_be_tested_is_told(capsys, tmp_path, content):
    path = tmp_path / "a.dcm"
    if content is not None:
        put(path, content)

    with pytest.raises(Invalid, match="no file and no arrival" if content is None else "no DICOM file"):
        fornix(capsys, "routing", "test", str(path))


def test_a_replay_tells_what_would_go_elsewhere(capsys):
    session = make_session(make_subject(make_project("HERE")))
    ImagingSession.objects.filter(pk=session.pk).update(visible_at=timezone.now())

    _, printed, _ = fornix(capsys, "routing", "replay", "--all")

    assert f"{session.accession} in HERE: it would wait" in printed
    assert "sessions: 1, 0 the same, 0 elsewhere, 1 would wait. Nothing was changed." in printed
    line = json.loads(fornix(capsys, "routing", "replay", "--json", "--days", "3")[1])
    assert line["fate"] == "waits"
    with pytest.raises(Invalid, match="--days"):
        fornix(capsys, "routing", "replay", "--days", "0")
