"""Whole rows in the shapes that the contract leaves open."""

from __future__ import annotations

import pytest

from fornix.booking.answer import ResourceRow, read_person, read_project
from fornix.booking.config import DEFAULT_PI
from fornix.booking.wire import UNKNOWN, References, Spelling

SPELLING = Spelling(null_means_empty=True)
RESOURCES = (ResourceRow("11", "MRI 3T"), ResourceRow("13", "MEG"))


def project(**fields):
    return read_project({"id": 1, **fields}, SPELLING, DEFAULT_PI, RESOURCES)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param([{"id": 8, "resource": {"id": 11, "formattedName": "MRI 3T"}}], id="reference"),
        pytest.param([{"id": 8, "resource": 11}], id="id"),
        pytest.param([{"id": 8, "resource": "MRI 3T"}], id="name"),
        pytest.param([{"id": 8, "resource": {"formattedName": "MRI 3T"}}], id="reference without id"),
        pytest.param([{"id": 8, "resource.id": "11"}], id="dotted"),
        pytest.param([{"id": 8, "formattedName": "MRI 3T"}], id="named after it"),
        pytest.param({"biskits": [{"id": 8, "resource": "11"}]}, id="biskits"),
        pytest.param(["11"], id="bare ids of resources"),
    ],
)
def test_a_project_books_what_its_settings_are_for(settings):
    assert project(projectResourceSettings=settings).resources == References(("11",))


def test_settings_that_name_nothing_are_asked_for_along_the_path():
    row = project(**{"projectResourceSettings": [8801], "projectResourceSettings.resource": [{"id": 13}]})

    assert row.resources == References(("13",))


def test_settings_that_name_nothing_at_all_do_not_tell():
    assert project(projectResourceSettings=[8801]).resources is UNKNOWN
    assert project().resources is UNKNOWN


def test_a_project_without_an_owner_is_one_whose_owner_cannot_be_read():
    assert [project(owner=value).owner for value in (None, "", "<Hidden>", {})] == [UNKNOWN] * 4


def test_the_details_of_an_object_are_read_like_a_row_of_a_list():
    row = project(
        properties={"name": "Hearing", "projectCode": "A1", "users": [{"id": 9}], "groups": [{"id": 7}]}
    )

    assert (row.name, row.code, row.users, row.groups) == ("Hearing", "A1", References(("9",)), ("7",))


@pytest.mark.parametrize("found", [None, "", "<Hidden>", {}, True])
def test_a_row_without_an_id_is_none(found):
    assert read_person({"id": found}, SPELLING, ()) is None


def test_a_persons_text_is_kept_intact():
    row = read_person(
        {"id": 7, "givenName": "محمد", "familyName": "O'Neill; Robert, Jr.", "email": None}, SPELLING, ()
    )

    assert (row.given_name, row.family_name, row.email) == ("محمد", "O'Neill; Robert, Jr.", "")
