"""The people of a project as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from fornix.catalog.people import Ground, GroundHold, PersonLine, Standing
from fornix.models.booking import Hold
from fornix.web.member_list import HEAD, member_table, safe_cell

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NAMES = (
    "Zoë Ångström",
    "Đặng Minh Anh",
    "Ó Briain",
    "김민준",
    "محمد الأمين",
    "O'Neill; Robert, Jr.",
    "x" * 180,
    "Zoe\u0308",
    " spaced ",
    'with "quotes"\nand a line',
)


def person(name: str, *grounds: Ground) -> PersonLine:
    held = grounds or (Ground("calpendo:main", "member", "user in Calpendo", AT),)
    return PersonLine(name, "login", "member", Standing.ADMITTED, held, "login")


def rows_of(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", NAMES)
def test_names_come_out_as_they_are(name):
    head, row = rows_of(member_table([person(name)]))

    assert head == list(HEAD)
    assert row[0] == name


def test_spreadsheets_are_told_that_it_is_utf8():
    assert member_table([]).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", " =", "＝"])
def test_what_a_spreadsheet_would_compute_is_text(sign):
    assert safe_cell(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"


def test_each_ground_has_a_row_with_its_source_and_age():
    grounds = (
        Ground("manual", "owner", "granted by alice", AT),
        Ground("calpendo:main", "member", "", AT, GroundHold(Hold.WAITING, AT, of_person=False)),
    )

    _, by_hand, by_calpendo = rows_of(member_table([person("Bob", *grounds)]))

    assert by_hand[4:] == ["manual", "owner", "2026-03-02 09:30Z", "granted by alice"]
    assert by_calpendo[-1] == "No longer listed in Calpendo; the removal waits for an administrator"
