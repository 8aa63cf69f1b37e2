"""`fornix mirror test` as an operator types it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.conf import settings
from tests.integration.commands.command_line import fornix


@pytest.fixture
def configured(calpendo, db, monkeypatch):
    """An archive whose settings lead to the simulated Calpendo."""
    options = {"calpendo.url": calpendo.url, "calpendo.username": "archive"}
    chosen = replace(settings.FORNIX, calpendo=options, calpendo_password="archive")
    monkeypatch.setattr(settings, "FORNIX", chosen)
    return calpendo


def test_a_calpendo_that_answers_is_described(configured, capsys):
    code, out, _ = fornix(capsys, "mirror", "test")

    assert code == 0
    assert "ok: 46 projects can be read." in out
    assert "nothing was changed" in out


def test_one_that_refuses_is_a_failure_with_its_reason(configured, capsys):
    configured.site.set_faults([{"effect": "401"}])

    code, out, _ = fornix(capsys, "mirror", "test", "--json")

    told = json.loads(out)
    assert (code, told["usable"], told["requests"]) == (1, False, 1)
    assert "refuses the user name or the password" in told["findings"][0]["text"]
