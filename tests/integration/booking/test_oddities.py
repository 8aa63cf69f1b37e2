"""What administrators should know of the mirrored rows (contract calpendo 4.9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import factories
from tests.integration.web.mirror_rows import booked_person, booked_project, sweep

from fornix.access.actors import OPERATOR
from fornix.booking.oddities import ambiguous_codes, hidden_fields, renamed, unknown_statuses, vanished
from fornix.models import BookingCode, BookingName, BookingProject

pytestmark = pytest.mark.django_db
AT = factories.AT


def carry(booked: BookingProject, code: str, *, days_ago: int = 0) -> None:
    seen = AT - timedelta(days=days_ago)
    BookingCode.objects.create(
        booking_project=booked,
        code=code,
        folded_code=code.casefold(),
        first_seen_at=seen,
        last_seen_at=seen,
    )


def test_hidden_fields_are_those_of_the_last_good_sweep_most_first():
    sweep(details={"hidden": {"person e-mail": 9}})
    sweep(details={"hidden": {"person e-mail": 4, "project owner": 37, "project pi": 0}})
    sweep("incomplete", details={"hidden": {"project users": 99}})

    assert [(each.field, each.rows) for each in hidden_fields(OPERATOR)] == [
        ("project owner", 37),
        ("person e-mail", 4),
    ]


def test_nothing_is_hidden_before_the_first_sweep():
    assert hidden_fields(OPERATOR) == ()


def test_a_renamed_project_is_told_with_the_codes_it_had_and_until_when():
    booked = booked_project("NEW")
    carry(booked, "OLDER", days_ago=9)
    carry(booked, "OLD", days_ago=5)
    carry(booked, "NEW")
    carry(booked_project("SAME"), "SAME")

    (found,) = renamed(OPERATOR)

    assert (found.code, [each.code for each in found.former]) == ("NEW", ["OLD", "OLDER"])
    assert (found.former[0].until, found.changed_at) == (AT - timedelta(days=5), AT)


def test_a_project_of_another_title_is_told_with_the_titles_it_had():
    booked = booked_project("P001", name="New title")
    for name, days in (("Old title", 5), ("New title", 0)):
        seen = AT - timedelta(days=days)
        BookingName.objects.create(booking_project=booked, name=name, first_seen_at=seen, last_seen_at=seen)
    carry(booked, "P001", days_ago=9)

    (found,) = renamed(OPERATOR)

    assert [each.title for each in found.former_titles] == ["Old title"]
    assert (found.former, found.changed_at) == ((), AT)


def test_missing_projects_are_told_those_that_are_gone_first():
    missing = booked_project("MISSING", missing_since=AT)
    gone = booked_project("GONE", missing_since=AT, vanished_at=AT)
    factories.make_project("HERE", booking_project=gone)
    booked_project("PRESENT")

    assert [(each.code, each.label) for each in vanished(OPERATOR)] == [("GONE", "HERE"), (missing.code, "")]


def test_a_code_is_ambiguous_when_several_projects_that_count_claim_it():
    current, former = booked_project("a_b"), booked_project("OTHER")
    excluded = booked_project("A_B", is_eligible=False)
    carry(current, "a_b")
    carry(former, "A_b", days_ago=3)
    carry(excluded, "A_B")

    (found,) = ambiguous_codes(OPERATOR)

    assert [(claim.code, claim.is_current) for claim in found.claims] == [("a_b", True), ("A_b", False)]


def test_statuses_that_nobody_knows_are_counted_with_examples():
    for code in ("P001", "P002", "P003", "P004"):
        booked_project(code, status="On hold (ethics)")
    booked_project("P005")
    booked_person("Carol", status="Sabbatical")

    first, second = unknown_statuses(OPERATOR)

    assert (first.of, first.status, first.rows) == ("project", "On hold (ethics)", 4)
    assert first.examples == ("P001", "P002", "P003")
    assert (second.of, second.examples) == ("person", ("Carol",))
