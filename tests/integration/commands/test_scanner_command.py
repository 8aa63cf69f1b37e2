"""`fornix scanner` describes who sends, and says how it goes."""

from __future__ import annotations

import json

import pytest

from fornix.commands import scanner
from fornix.commands.main import build_parser
from fornix.errors import ArchiveError, Invalid
from fornix.models import Sender

pytestmark = pytest.mark.django_db


def run(*words: str) -> int:
    return scanner.run(build_parser(only="scanner").parse_args(["scanner", *words]))


def test_a_scanner_is_added_listed_and_removed(capsys):
    run("add", "Prisma, room 3", "PRISMA", "--address", "192.0.2.7", "--port", "104", "--console")
    run("list")
    run("list", "--json")
    run("remove", "PRISMA")

    added, line, *listed, removed = capsys.readouterr().out.splitlines()
    assert added == "added Prisma, room 3: PRISMA at 192.0.2.7"
    assert line == "Prisma, room 3 (PRISMA at 192.0.2.7): no image yet, 0 images in the last hour"
    assert json.loads("".join(listed))[0]["ae_title"] == "PRISMA"
    assert removed.startswith("removed Prisma, room 3")
    assert not Sender.objects.exists()


def test_a_scanner_that_nobody_described_is_refused_by_name():
    with pytest.raises(Invalid, match="called TRIO"):
        run("remove", "TRIO")


def test_an_echo_to_nobody_fails():
    run("add", "Prisma", "PRISMA")

    with pytest.raises(ArchiveError, match="needs an address"):
        run("echo", "PRISMA")
