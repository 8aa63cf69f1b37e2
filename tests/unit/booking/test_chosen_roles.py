"""Which role a part gives is the site's choice (contract calpendo 4.2): the plan, the guards and the rows follow it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.booking.answers import (
    AT,
    CONFIG,
    NOTHING,
    accounts,
    answer_of,
    applied,
    project_row,
    with_archive,
)

from fornix.booking.config import ROLE_WORDS, USUAL_ROLES, Thresholds
from fornix.booking.mirror import Mirror
from fornix.booking.plan import Plan, make_plan
from fornix.booking.report import lines_of
from fornix.booking.roles import as_grants
from fornix.models.booking import usual_roles
from fornix.models.memberships import Role

FEW, MANY = 3, 40
PEOPLE = [str(number) for number in range(1, MANY + 1)]


def chosen(**roles: str):
    return replace(CONFIG, roles=tuple({**usual_roles(), **roles}.items()))


def mirrored(users: int) -> Mirror:
    everybody = accounts(*range(1, MANY + 1))
    start = with_archive(replace(NOTHING, accounts=everybody), "A")
    return applied(start, make_plan(start, answer(users), CONFIG, AT, is_first=True))


def answer(users: int):
    return answer_of(project_row("A", *PEOPLE[:users], owner=PEOPLE[0]), people=MANY)


def replanned(users: int, config) -> tuple[Mirror, Plan]:
    before = mirrored(users)
    return before, make_plan(before, answer(users), config, AT)


def test_a_choice_takes_effect_with_the_next_sweep_and_is_in_its_lines():
    before, plan = replanned(FEW, chosen(user="collaborator"))

    after = applied(before, plan)
    texts = [line.text for line in lines_of(plan, before, {2: "ben"})]

    assert after.archive[0].roles == {1: Role.OWNER, 2: Role.COLLABORATOR, 3: Role.COLLABORATOR}
    assert {"ben becomes collaborator", "ben is no longer member"} <= set(texts)


def test_without_a_change_of_the_choice_nothing_is_written():
    before = mirrored(FEW)
    config = chosen(user="collaborator")
    after = applied(before, make_plan(before, answer(FEW), config, AT))

    assert make_plan(after, answer(FEW), config, AT).is_empty


def test_giving_many_people_more_waits_until_the_guard_allows_it():
    before, plan = replanned(MANY, chosen(user="owner"))
    allowing = replace(chosen(user="owner"), guards=Thresholds(added_share=1))

    (change,) = plan.projects
    assert (plan.grants, change.after.part_roles) == ((), change.before.part_roles)
    assert change.after.roles_held.roles["user"] is Role.OWNER
    assert "the roles stay as they were" in plan.waiting[-1].reason
    assert set(applied(before, make_plan(before, answer(MANY), allowing, AT)).archive[0].roles.values()) == {
        Role.OWNER
    }


def test_the_evidence_of_a_right_names_the_parts_that_give_it():
    part_roles = {"owner": Role.OWNER, "pi": Role.MEMBER, "user": Role.MEMBER}

    grants = as_grants({1: Role.OWNER, 2: Role.MEMBER}, part_roles)

    assert [grant.evidence for grant in grants] == ["owner in Calpendo", "PI or user in Calpendo"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [(dict(USUAL_ROLES), usual_roles()), (list(ROLE_WORDS), Role.values)],
    ids=["parts", "roles"],
)
def test_the_words_of_the_settings_are_those_of_the_rows(written, meant):
    assert written == meant
