"""Four days of a centre's life, swept every hour: the mirror holds what was written down by hand before."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.integration.booking.expected_timeline import Block, Facts, mirrored_facts, read_expected
from tests.integration.booking.mirrored import AT_ONCE, add_account, config_of

from fornix.access.actors import OPERATOR
from fornix.access.memberships import grant
from fornix.booking.attach import attach_new_project
from fornix.booking.holds import HoldKind, approve, held
from fornix.booking.sweep import run_sweep
from fornix.catalog.projects import create_project, free_label
from fornix.models import Account, BookingProject, Membership, Project, SweepOutcome
from fornix.models.memberships import Role
from fornix.simulator.calpendo.server import CalpendoServer
from fornix.simulator.calpendo.sets.timeline import BEGINS_AT

PREFIX = "300004157000"
HOURS = 75
GOOD = (SweepOutcome.COMPLETE, SweepOutcome.HELD)


@pytest.fixture
def calpendo(db):
    with CalpendoServer("timeline", clock=BEGINS_AT) as server:
        yield server


def swept(calpendo: CalpendoServer, **options) -> bool:
    """Sweeps now; whether the answer was believed."""
    return run_sweep(config_of(calpendo), calpendo.site.clock, patience=AT_ONCE, **options).outcome in GOOD


def move_in(calpendo: CalpendoServer, block: Block) -> None:
    """An account named as in Calpendo for each e-mail there, and data for the projects of the first block."""
    logins = {
        person["email"].strip().lower(): person["login"]
        for person_id, person in sorted(calpendo.site.truth(("people",))["people"].items())
        if person["email"] and len(person_id) == 4
    }
    for email, login in logins.items():
        add_account(login, email, calpendo.site.clock)
    for number in block.facts:
        if number.isdigit():
            receive_first_data(number, calpendo.site.clock)


def receive_first_data(number: str, at: datetime) -> None:
    """What ingest does for a booked project; the code may be another project's label already."""
    booked = BookingProject.objects.get(external_id=PREFIX + number)
    project = create_project(free_label(booked.code), at=at, source="import")
    attach_new_project(project, booked, at=at)


def act(calpendo: CalpendoServer, what: str, *details: str) -> None:
    """What the expected file calls `do`."""
    at = calpendo.site.clock
    if what == "data":
        receive_first_data(details[0], at)
    elif what == "account":
        add_account(details[0], details[1], at)
    elif what == "manual":
        project = Project.objects.get(booking_project__external_id=PREFIX + details[1])
        grant(OPERATOR, project, Account.objects.get(username=details[0]), Role(details[2]), at=at)
    elif what == "approve":
        booked = BookingProject.objects.get(external_id=PREFIX + details[0])
        about = [each.id for each in held(OPERATOR) if each.kind is not HoldKind.PERSON]
        approve(OPERATOR, [each for each in about if each.endswith(f"-{booked.pk}")], at=at)
    else:
        raise AssertionError(what)


def live(calpendo: CalpendoServer) -> list[str]:
    """What was otherwise than expected, each difference at its first hour."""
    blocks = read_expected()
    expected: Facts = {}
    before: dict[str, str] = {}
    wrong = []
    for hour in range(HOURS + 1):
        if hour:
            calpendo.site.advance(timedelta(hours=1))
        block = blocks.pop(calpendo.site.clock, Block(calpendo.site.clock))
        is_complete = step(calpendo, block, is_first=hour == 0)
        expected |= block.facts
        different = differences(expected, mirrored_facts(set(expected), is_complete=is_complete))
        news = [text for key, text in different.items() if before.get(key) != text]
        wrong += [f"{calpendo.site.clock:%d %H:%M} {text}" for text in news]
        before = different
    assert not blocks, "an hour that never came"
    return wrong


def differences(expected: Facts, found: Facts) -> dict[str, str]:
    return {
        key: f"{key}: expected {expected.get(key)}, found {found.get(key)}"
        for key in sorted(expected.keys() | found.keys())
        if expected.get(key) != found.get(key)
    }


def step(calpendo: CalpendoServer, block: Block, *, is_first: bool) -> bool:
    if is_first:
        is_complete = swept(calpendo, accept_first=True)
        move_in(calpendo, block)
    for what in block.acts:
        act(calpendo, *what)
    return is_complete if is_first else swept(calpendo)


def test_four_days_leave_the_mirror_every_hour_as_it_should_be(calpendo):
    wrong = live(calpendo)

    assert not wrong, "\n" + "\n".join(wrong)
    assert {entry.became for entry in calpendo.site.script()} == {"done"}
    manual = Membership.objects.exclude(source__startswith="calpendo:")
    assert [(row.account.username, row.project.label, row.role) for row in manual] == [
        ("tkovac", "2022_053", "collaborator")
    ]
