"""Small answers and mirrors for the tests of the judge and the planner."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fornix.booking.answer import Answer, PersonRow, PiReading, ProjectRow, ResourceRow
from fornix.booking.config import CalpendoConfig
from fornix.booking.mirror import AccountCard, ArchiveProject, Mirror
from fornix.booking.plan import Plan
from fornix.booking.wire import References
from fornix.dicom.labels import fold_code

AT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
CONFIG = CalpendoConfig("https://calpendo.test", "login1", "secret")
NOTHING = Mirror({}, {}, {}, (), ())


def person_row(person_id: str, **changes) -> PersonRow:
    row = PersonRow(
        id=person_id,
        given_name="Given",
        family_name=f"Family {person_id}",
        email=f"p{person_id}@x.test",
        login_name=f"login{person_id}",
        login_identifier="",
        status="Normal",
        expires_on=None,
        modified="2026-01-01T00:00Z",
        leads={},
    )
    return replace(row, **changes)


def project_row(project_id: str, *users: str, owner: str = "1", pi: str = "", **changes) -> ProjectRow:
    row = ProjectRow(
        id=project_id,
        code=f"CODE{project_id}",
        name=f"Title {project_id}",
        status="Approved",
        type="Human",
        groups=(),
        owner=owner,
        users=References(tuple(users)),
        resources=References(("11",)),
        pi=(PiReading("reference", "principalInvestigator", pi),),
        created="2024-01-01T00:00Z",
        modified="2026-01-01T00:00Z",
    )
    return replace(row, **changes)


def answer_of(*projects: ProjectRow, people: int | tuple[PersonRow, ...] = 6) -> Answer:
    rows = people if isinstance(people, tuple) else tuple(person_row(str(n)) for n in range(1, people + 1))
    return Answer(projects=projects, people=rows, resources=(ResourceRow("11", "MRI 3T"),))


def accounts(*numbers: int) -> tuple[AccountCard, ...]:
    """Accounts that person N's e-mail leads to."""
    return tuple(AccountCard(n, f"login{n}", f"p{n}@x.test", True, False) for n in numbers)


def with_archive(mirror: Mirror, *project_ids: str) -> Mirror:
    """The mirror after data of these projects arrived."""
    archive = tuple(
        ArchiveProject(n, f"CODE{found}", fold_code(f"CODE{found}"), "", None, {})
        for n, found in enumerate(project_ids, 1)
    )
    return replace(mirror, archive=archive)


def applied(mirror: Mirror, plan: Plan) -> Mirror:
    """The mirror after a plan, as the rows would be."""
    grants = {change.archive.id: change for change in plan.grants}
    return Mirror(
        people={**mirror.people, **{change.after.id: change.after for change in plan.people}},
        projects={**mirror.projects, **{change.after.id: change.after for change in plan.projects}},
        resources={**mirror.resources, **{each.id: each for each in plan.resources}},
        archive=tuple(
            replace(each, booked_id=grants[each.id].booked_id, roles=grants[each.id].after)
            if each.id in grants
            else each
            for each in mirror.archive
        ),
        accounts=mirror.accounts,
    )
