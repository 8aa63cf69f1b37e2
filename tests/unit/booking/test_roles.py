"""From parts in a booked project to roles of accounts: what each standing gives and takes, and which holds count."""

from __future__ import annotations

import pytest

from fornix.booking.mirror import OWNER, PI, USER, Absence, BookedProject, Part, Person
from fornix.booking.roles import roles_after
from fornix.models.booking import Hold
from fornix.models.memberships import Role

ANNA, BEN = 1, 2
PEOPLE = {
    "a": Person("a", is_active=True, account_id=ANNA),
    "a2": Person("a2", is_active=True, account_id=ANNA),
    "b": Person("b", is_active=True, account_id=BEN),
    "gone": Person("gone", is_active=False, account_id=BEN),
    "new": Person("new", is_active=True),
}


def project(parts: dict[tuple[str, str], Hold], status: str = "Approved", **fields) -> BookedProject:
    return BookedProject(
        "7", status=status, parts={Part(*key): hold for key, hold in parts.items()}, **fields
    )


@pytest.mark.parametrize(
    ("parts", "roles"),
    [
        pytest.param([("a", USER)], {ANNA: Role.MEMBER}, id="user"),
        pytest.param([("a", OWNER), ("b", PI)], {ANNA: Role.OWNER, BEN: Role.OWNER}, id="owner and PI"),
        pytest.param([("a", USER), ("a", PI)], {ANNA: Role.OWNER}, id="the strongest counts"),
        pytest.param([("a", USER), ("a2", OWNER)], {ANNA: Role.OWNER}, id="of two people of one account too"),
        pytest.param([("gone", OWNER)], {}, id="not active"),
        pytest.param([("new", OWNER)], {}, id="not linked"),
        pytest.param([("nobody", OWNER)], {}, id="not known"),
    ],
)
def test_a_mirrored_project_gives_what_its_parts_give(parts, roles):
    asked = project(dict.fromkeys(parts, Hold.NONE))

    assert roles_after(asked, PEOPLE, {BEN: Role.COLLABORATOR}) == roles


@pytest.mark.parametrize(
    ("hold", "counts"),
    [
        (Hold.NONE, True),
        (Hold.ENDING, True),
        (Hold.WAITING, True),
        (Hold.KEPT, True),
        (Hold.PENDING, False),
        (Hold.REFUSED, False),
    ],
)
def test_which_held_parts_count(hold, counts):
    asked = project({("a", USER): hold})

    assert roles_after(asked, PEOPLE, {}) == ({ANNA: Role.MEMBER} if counts else {})


@pytest.mark.parametrize("status", ["Draft", "Requested"])
def test_a_project_that_is_only_asked_for_gives_nobody_anything(status):
    asked = project({("a", OWNER): Hold.NONE}, status)

    assert roles_after(asked, PEOPLE, {ANNA: Role.OWNER}) == {}


FROZEN = [
    pytest.param({"status": "Denied"}, id="denied"),
    pytest.param({"status": "Never heard of"}, id="unknown"),
    pytest.param({"absence": Absence(is_gone=True)}, id="gone"),
]


@pytest.mark.parametrize("state", FROZEN)
def test_a_frozen_project_adds_nobody_and_takes_only_from_who_may_not_work(state):
    asked = project({("a", OWNER): Hold.NONE, ("gone", USER): Hold.NONE}, **state)

    assert roles_after(asked, PEOPLE, {}) == {}
    assert roles_after(asked, PEOPLE, {ANNA: Role.MEMBER, BEN: Role.MEMBER}) == {ANNA: Role.MEMBER}
