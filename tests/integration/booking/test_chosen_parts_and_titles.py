"""Rows that a sweep writes for what came later: the roles that a site chose for parts, and the titles of projects."""

from __future__ import annotations

import pytest
from tests.integration.booking.mirrored import AT_ONCE, add_account, add_project, config_of, sweep

from fornix.access.actors import OPERATOR
from fornix.booking.asked import SeveralProjectsOfThatTitle
from fornix.booking.oddities import renamed
from fornix.booking.sweep import run_sweep
from fornix.booking.why import explain
from fornix.catalog.people import project_people
from fornix.models import BookingProject, Membership
from fornix.models.memberships import Role

PROJECT_ID, CODE = "300004157000412", "2023_112"
ROLES = (("owner", "owner"), ("pi", "owner"), ("user", "collaborator"))


def retitle(calpendo, name: str, project: str = PROJECT_ID) -> None:
    calpendo.site.edit({"op": "set", "type": "Calpendo.Project", "id": project, "fields": {"name": name}})


@pytest.fixture
def known(calpendo, db):
    """Swept; Sarah is a user of the project, and has an account."""
    sweep(calpendo)
    add_account("sarah", "sarah.white@example.ac.test", calpendo.site.clock)
    return calpendo


@pytest.mark.parametrize("comes", ["before", "after"])
def test_rights_pages_and_reasons_follow_the_chosen_role(known, comes):
    if comes == "before":
        add_project(PROJECT_ID, known.site.clock)
    run_sweep(config_of(known, roles=ROLES), known.site.clock, patience=AT_ONCE)
    if comes == "after":
        add_project(PROJECT_ID, known.site.clock)

    row = Membership.objects.get(account__username="sarah")
    (line,) = (line for line in project_people(row.project_id, _booked().pk) if line.username == "sarah")

    assert (row.role, row.evidence) == (Role.COLLABORATOR, "user in Calpendo")
    assert (line.role, line.grounds[0].evidence) == ("collaborator", "user in Calpendo")
    assert "which makes collaborator" in "; ".join(explain("sarah", CODE).reasons)


def test_a_project_is_found_by_a_title_it_had_and_told_as_renamed(known):
    former = _booked().name
    retitle(known, "Something else entirely")
    sweep(known)

    assert explain("sarah", former.upper()).project == CODE
    assert [each.title for row in renamed(OPERATOR) for each in row.former_titles if row.code == CODE] == [
        former
    ]


def test_a_title_that_came_back_is_no_former_one(known):
    first = _booked().name
    for name in ("Something else entirely", first):
        retitle(known, name)
        sweep(known)

    assert list(_booked().names.order_by("pk").values_list("name", flat=True)) == [
        first,
        "Something else entirely",
    ]


def test_a_title_that_two_projects_had_once_is_told_with_their_codes(known):
    other = BookingProject.objects.exclude(external_id=PROJECT_ID).exclude(code="").first()
    for name in ("The same title", "{} now"):
        for project in (PROJECT_ID, other.external_id):
            retitle(known, name.format(project), project)
        sweep(known)

    with pytest.raises(SeveralProjectsOfThatTitle, match=other.code):
        explain("sarah", "The same title")


def _booked() -> BookingProject:
    return BookingProject.objects.get(external_id=PROJECT_ID)
