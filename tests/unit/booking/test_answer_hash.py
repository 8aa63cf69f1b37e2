"""The hash of an answer: the same for the same rows, another one for anything that differs in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from fornix.booking.answer import Answer, PersonRow, PiReading, ProjectRow, ResourceRow
from fornix.booking.answer_hash import answer_hash
from fornix.booking.wire import UNKNOWN, References

PERSON = PersonRow(
    id="7",
    given_name="Zoë",
    family_name="\ud800",
    email=UNKNOWN,
    login_name="zoe",
    login_identifier="",
    status="Normal",
    expires_on=date(2026, 3, 1),
    modified="",
    leads={"b": "", "a": UNKNOWN},
)
PROJECT = ProjectRow(
    id="1",
    code="P1",
    name="One",
    status="Approved",
    type="",
    groups=None,
    owner="7",
    users=References(("7", "8")),
    resources=UNKNOWN,
    pi=(PiReading("reference", "pi", "7"),),
    created="",
    modified="",
)
ANSWER = Answer((PROJECT, replace(PROJECT, id="2")), (PERSON,), (ResourceRow("3", "3T"),))


def test_the_order_of_rows_and_members_is_no_difference():
    other = replace(PROJECT, users=References(("8", "7")))
    leads = replace(PERSON, leads={"a": UNKNOWN, "b": ""})

    assert answer_hash(Answer((replace(PROJECT, id="2"), other), (leads,), ANSWER.resources)) == answer_hash(
        ANSWER
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"projects": ANSWER.projects[:1]},
        {"projects": (replace(PROJECT, users=References(("7",))), ANSWER.projects[1])},
        {"projects": (replace(PROJECT, users=UNKNOWN), ANSWER.projects[1])},
        {"people": (replace(PERSON, email=""),)},
        {"people": (replace(PERSON, expires_on=None),)},
        {"resources": ()},
    ],
    ids=["a row less", "a member less", "members not told", "hidden became empty", "no expiry", "no scanner"],
)
def test_what_differs_has_another_hash(changes):
    assert answer_hash(replace(ANSWER, **changes)) != answer_hash(ANSWER)
    assert len(answer_hash(ANSWER)) == 16
