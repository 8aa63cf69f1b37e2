"""A clock that is put back by hours or jumps ahead by days: nobody loses a right by it, and sweeps go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.integration.booking.mirrored import AT_ONCE, config_of, rights, sweep

from fornix.access.actors import OPERATOR
from fornix.booking.lease import STALE_AFTER, take_lease
from fornix.booking.refusals import SweepRunning
from fornix.booking.status import mirror_status
from fornix.booking.sweep import SweepResult, run_sweep
from fornix.models import BookingPerson, BookingProject, Sweep, SweepOutcome

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JUMPS = [
    pytest.param(-5 * HOUR, id="back by hours"),
    pytest.param(-30 * DAY, id="a machine restored"),
    pytest.param(5 * DAY, id="ahead by days"),
]
GONE = "300004157000412"


def sweep_at(server, offset: timedelta) -> SweepResult:
    """A sweep by our clock, which is off by `offset`; Calpendo's own goes on rightly."""
    result = run_sweep(config_of(server), server.site.clock + offset, patience=AT_ONCE)
    server.site.advance(HOUR)
    return result


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_of_the_clock_alone_changes_no_right(mirrored, jump):
    before = rights()

    results = [sweep_at(mirrored, offset) for offset in (jump, jump, timedelta())]

    assert [result.outcome for result in results] == [SweepOutcome.COMPLETE] * 3
    assert rights() == before


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_makes_no_project_vanish_before_its_third_sweep(mirrored, jump):
    sweep(mirrored)
    mirrored.site.edit({"op": "delete", "type": "Calpendo.Project", "id": GONE, "cascade": True})
    before = rights()

    sweep_at(mirrored, jump)
    sweep_at(mirrored, timedelta())

    assert BookingProject.objects.get(external_id=GONE).vanished_at is None
    assert rights() == before


def test_a_project_that_is_gone_vanishes_in_the_end_though_the_clock_was_put_back(mirrored):
    mirrored.site.edit({"op": "delete", "type": "Calpendo.Project", "id": GONE, "cascade": True})
    before = rights()
    for offset in (5 * HOUR, timedelta(), DAY, DAY + HOUR, DAY + 6 * HOUR):
        sweep_at(mirrored, offset)

    assert BookingProject.objects.get(external_id=GONE).vanished_at is not None
    assert rights() == before


def test_a_former_owner_goes_with_the_second_sweep_though_the_clock_was_put_back(mirrored):
    owner = BookingPerson.objects.get(external_id="9104").account.email
    mirrored.site.edit(
        {"op": "set", "type": "Calpendo.Project", "id": GONE, "fields": {"owner": "9055", "users": ["9127"]}}
    )
    sweep_at(mirrored, timedelta())
    first = owner in rights()[GONE]
    sweep_at(mirrored, -5 * HOUR)

    assert (first, owner in rights()[GONE]) == (True, False)


def test_a_lease_from_the_future_of_another_machine_blocks_nobody(calpendo, db):
    dead = take_lease(calpendo.site.clock + 5 * HOUR)
    Sweep.objects.filter(pk=dead.pk).update(holder="another-machine 1")

    assert sweep(calpendo).outcome is SweepOutcome.COMPLETE


def test_clocks_of_two_machines_may_differ_a_little(calpendo, db):
    running = take_lease(calpendo.site.clock + STALE_AFTER / 2)
    Sweep.objects.filter(pk=running.pk).update(holder="another-machine 1")

    with pytest.raises(SweepRunning):
        sweep(calpendo)


def test_the_age_of_the_mirror_is_never_negative(mirrored):
    status = mirror_status(OPERATOR, interval=HOUR, at=mirrored.site.clock - 5 * HOUR)

    assert status.age == timedelta()
    assert not status.is_stale


def test_the_year_of_bookings_is_read_after_the_clock_was_put_back(mirrored):
    sweep_at(mirrored, 5 * DAY)
    sweep_at(mirrored, -2 * DAY)
    first, second = Sweep.objects.order_by("-pk")[:2]

    assert (first.started_at - first_read(first)).days > 300
    assert second.started_at > first.started_at


def first_read(row: Sweep):
    from datetime import datetime

    return datetime.fromisoformat(row.details["bookings_from"])
