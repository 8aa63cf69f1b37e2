"""`fornix inbox` tells what is watched and what could not be taken."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from tests.factories import AT

from fornix import wiring
from fornix.commands.main import DONE, WAITS, build_parser
from fornix.ingest.inbox import take_inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    folder = tmp_path / "inbox"
    folder.mkdir()
    monkeypatch.setattr(settings, "FORNIX", dataclasses.replace(settings.FORNIX, inbox=folder))
    return folder


def run(*words: str) -> int:
    from fornix.commands import inbox as command

    return command.run(build_parser(only="inbox").parse_args(["inbox", *words]))


def look(at: datetime) -> None:
    take_inbox(wiring.inbox(), wiring.store(), wiring.site_rules(), at=at)


def test_without_an_inbox_it_says_how_to_have_one(capsys):
    assert run() == DONE
    assert "FORNIX_INBOX is not set in this shell" in capsys.readouterr().out


def test_it_tells_what_is_watched_and_why_something_failed(inbox, capsys):
    (inbox / "data.zip").write_bytes(b"PK\x03\x04 and then nothing")
    for later in (0, 30):
        look(AT + timedelta(seconds=later))
    (inbox / "new.bin").write_bytes(bytes(2000))
    look(AT + timedelta(seconds=31))

    assert run() == WAITS
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{inbox}: 1 file watched, 2.0 kB"
    assert second.startswith("failed/data.zip: the zip archive is damaged")
    run("--json")
    assert json.loads(capsys.readouterr().out)["problem_count"] == 1
