"""Who is in a project, and what is held otherwise than Calpendo says, told in each person's line."""

from __future__ import annotations

import pytest
from tests import factories
from tests.integration.web.mirror_rows import booked_person, booked_project, mirrored, place

from fornix.catalog.people import PersonLine, Standing, people_called, project_people
from fornix.models import Account, BookingProject, Project
from fornix.models.booking import Hold
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return factories.make_project("P001", booking_project=booked_project())


@pytest.fixture
def booked(project: Project) -> BookingProject:
    assert project.booking_project is not None
    return project.booking_project


@pytest.fixture
def carol() -> Account:
    return factories.make_account("carol")


def lines(project: Project) -> tuple[PersonLine, ...]:
    return project_people(project.pk, project.booking_project_id)


@pytest.mark.parametrize("hold", [Hold.ENDING, Hold.WAITING, Hold.KEPT])
def test_who_is_not_listed_any_more_and_counts_says_so(project, booked, carol, hold):
    mirrored(project, carol)
    place(booked, booked_person(account=carol), hold=hold)

    (line,) = lines(project)

    assert (line.standing, line.role) == (Standing.ADMITTED, "member")
    assert line.grounds[0].hold is not None
    assert line.grounds[0].hold.kind is hold


@pytest.mark.parametrize(
    ("hold", "standing"), [(Hold.PENDING, Standing.PENDING), (Hold.REFUSED, Standing.REFUSED)]
)
@pytest.mark.parametrize("has_account", [True, False])
def test_who_is_listed_without_effect_has_a_line_that_says_so(
    project, booked, carol, hold, standing, has_account
):
    place(booked, booked_person(account=carol if has_account else None), hold=hold)

    (line,) = lines(project)

    assert line.standing is standing
    assert line.grounds[0].hold is not None
    assert not line.grounds[0].has_effect


def test_what_waits_beside_a_right_stands_in_its_line_and_gives_nothing(project, booked, carol):
    factories.make_membership(project, carol, Role.COLLABORATOR)
    place(booked, booked_person(account=carol), "owner", hold=Hold.PENDING)

    (line,) = lines(project)

    assert line.role == "collaborator"
    assert [ground.source for ground in line.grounds] == ["manual", "calpendo:main"]


@pytest.mark.parametrize(
    ("fields", "standing", "of_person"),
    [
        ({"hold": Hold.WAITING}, Standing.ADMITTED, True),
        ({"hold": Hold.REFUSED, "is_active": False}, Standing.REFUSED, True),
        ({"is_active": False}, Standing.SUSPENDED, None),
    ],
    ids=["waits to be suspended", "suspended by decision", "suspended"],
)
def test_what_is_held_of_the_person_is_told_of_each_place(
    project, booked, carol, fields, standing, of_person
):
    if fields.get("is_active", True):
        mirrored(project, carol)
    place(booked, booked_person(account=carol, held_at=factories.AT, **fields))

    (line,) = lines(project)

    assert line.standing is standing
    held = line.grounds[0].hold
    assert (held.of_person if held else None) is of_person


def test_one_part_that_stays_keeps_the_right_without_a_word(project, booked, carol):
    mirrored(project, carol, Role.OWNER)
    person = booked_person(account=carol)
    place(booked, person, "owner")
    place(booked, person, "pi", hold=Hold.WAITING)

    (line,) = lines(project)

    assert line.grounds[0].hold is None


def test_who_is_listed_where_nothing_is_given_is_told(project, booked, carol):
    place(booked, booked_person(account=carol))

    (line,) = lines(project)

    assert (line.standing, line.username, line.role) == (Standing.LISTED, "carol", "member")


def test_people_are_found_without_their_accents(project, booked):
    for name in ("Đặng Minh Anh", "Zoë Ångström"):
        place(booked, booked_person(name))

    assert [line.name for line in people_called(lines(project), "anh dang")] == ["Đặng Minh Anh"]
