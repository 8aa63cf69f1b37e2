"""People whom projects refer to and whom no list has: each is asked for, whatever became of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from tests.integration.booking.small_calpendo import calpendo_of

from fornix.booking.answer import Answer
from fornix.booking.client import PARALLEL, CalpendoClient, Patience
from fornix.booking.config import CalpendoConfig
from fornix.booking.fetch import MOST_FAILED_PEOPLE, fetch_answer
from fornix.booking.refusals import PasswordRefused

AT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
IMPATIENT = Patience(connect_s=20, read_s=20, answer_s=60, retries=0, pause_s=0)
LISTS = {
    "Calpendo.Resource": [{"id": "11", "name": "MRI 3T"}],
    "Calpendo.CalpendoUser": [{"id": "1", "status": "Normal", "email": "a@x.test"}],
    "Calpendo.Booking": [],
}


def project(*users: str, **changes) -> dict:
    settings = [{"id": "8", "resource": {"id": "11"}}]
    told = {"id": "7", "name": "N", "projectCode": "A1", "status": "Approved", "owner": {"id": "1"}}
    return told | {"users": [{"id": each} for each in users], "projectResourceSettings": settings} | changes


@contextmanager
def serving(row: dict, statuses: Mapping[str, int]) -> Iterator[tuple[str, list[str]]]:
    """A Calpendo of one project; single people answer with these statuses, who is not named is there."""

    def answer(path: str) -> tuple[int, object]:
        _, kind, type_name, *rest = path.partition("?")[0].strip("/").split("/")
        if kind == "q":
            return 200, {"biskits": {**LISTS, "Calpendo.Project": [row]}[type_name]}
        person = {"id": rest[0], "properties": {"status": "Normal", "email": f"{rest[0]}@x.test"}}
        return statuses.get(rest[0], 200), person

    with calpendo_of(answer) as (url, asked):
        yield url, asked


def people_in(asked: list[str]) -> list[str]:
    """The ids of those who were asked for by themselves."""
    return sorted(path.rpartition("/")[2] for path in asked if "/b/" in path)


def answer_of(url: str) -> Answer:
    config = CalpendoConfig(url, "archive", "archive")
    with CalpendoClient(config, IMPATIENT) as client:
        return fetch_answer(client, config, AT)


def test_one_who_cannot_be_asked_for_does_not_keep_the_others_from_it():
    statuses = {"20": 403, "21": 500, "22": 404}
    with serving(project("1", "20", "21", "22", "23"), statuses) as (url, asked):
        answer = answer_of(url)

    assert people_in(asked) == ["20", "21", "22", "23"]
    assert [row.id for row in answer.people] == ["1", "23"]
    assert answer.not_found == {"22"}


def test_a_calpendo_that_answers_about_nobody_is_soon_left_alone():
    everybody = [str(number) for number in range(100, 180)]
    with serving(project(*everybody), dict.fromkeys(everybody, 500)) as (url, asked):
        answer = answer_of(url)

    assert len(people_in(asked)) < 2 * MOST_FAILED_PEOPLE
    assert answer.not_found == frozenset()


def test_a_refused_password_is_not_tried_on_everybody():
    everybody = [str(number) for number in range(100, 180)]
    refused = dict.fromkeys(everybody, 401)
    with serving(project(*everybody), refused) as (url, asked), pytest.raises(PasswordRefused):
        answer_of(url)

    assert len(people_in(asked)) < 2 * PARALLEL


@pytest.mark.parametrize(
    "reference", [{"principalInvestigator": {"id": "30"}}, {"owner": {"id": "30"}}], ids=["PI", "owner"]
)
def test_a_pi_and_an_owner_are_asked_for_too(reference):
    with serving(project("1", **reference), {}) as (url, asked):
        answer = answer_of(url)

    assert people_in(asked) == ["30"]
    assert [row.id for row in answer.people] == ["1", "30"]


def test_a_name_where_an_id_belongs_is_not_a_person_who_is_gone():
    with serving(project("1", "mdang"), {"mdang": 404}) as (url, _):
        assert answer_of(url).not_found == frozenset()
