"""What `fornix show --json` tells of projects."""

from __future__ import annotations

import pytest
from tests import factories

from fornix.catalog.inventory import project_rows
from fornix.models import BookingPerson, BookingProject, BookingRole, Project

pytestmark = pytest.mark.django_db
TOLD = {"instance": "main", "first_seen_at": factories.AT, "last_seen_at": factories.AT}


def make_booked(code: str, given: str, family: str) -> None:
    booked = BookingProject.objects.create(external_id=code, code=code, pi_text="as written", **TOLD)
    factories.make_project(code, booking_project=booked)
    if family:
        pi = BookingPerson.objects.create(external_id=code, given_name=given, family_name=family, **TOLD)
        BookingRole.objects.create(booking_project=booked, person=pi, part="pi", since=factories.AT)


def test_pis_are_named_as_on_pages_with_as_many_queries_for_one_project_as_for_many(
    django_assert_num_queries,
):
    make_booked("A1", "Anna", "Berg")
    make_booked("A2", "민준", "김")
    make_booked("A3", "", "")
    factories.make_project("A4")

    with django_assert_num_queries(2):
        rows = list(project_rows(Project.objects.order_by("label")))

    assert [row["pi"] for row in rows] == ["Anna Berg", "김민준", "as written", ""]
