"""Bookings of the weeks around now and of a year before: instants by the site's zone, no titles, evidence only."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest
from tests.integration.booking.mirrored import AT_ONCE, config_of, everything_but_sweeps, rights, sweep

from fornix.booking.sweep import run_sweep
from fornix.models import Booking, SweepOutcome
from fornix.simulator.calpendo.server import CalpendoServer
from fornix.simulator.calpendo.sets.demo.bookings import PARTICIPANTS
from fornix.simulator.calpendo.switches import Switches

BOOKING = "Calpendo.Booking"
WIRES = {
    "usual": {},
    "other spellings": {
        "range_end": "end",
        "status_case": "upper",
        "id_type": "number",
        "null_style": "empty",
    },
    "nested": {"paths_dotted": "nested", "null_style": "missing", "range_end": "end"},
    "under properties": {
        "paths_dotted": "under-properties",
        "hidden_style": "null",
        "tz": "America/Edmonton",
    },
}


def true_bookings(server) -> dict[str, tuple]:
    """By the oracle, those that were read; the odd hours of the year apart."""
    begin, end = server.site.clock - timedelta(days=399), server.site.clock + timedelta(days=59)
    return {
        booked_id: (
            told["starts_at"],
            told["ends_at"],
            told["resource"],
            told["project"] or "",
            *people(told),
        )
        for booked_id, told in server.site.truth()["bookings"].items()
        if not told["odd_hour"] and begin < datetime.fromisoformat(told["starts_at"]) < end
    }


def people(told) -> tuple[str, str]:
    return told["owner"] or "", told["booker"] or ""


def mirrored_bookings() -> dict[str, tuple]:
    rows = Booking.objects.select_related("scanner", "booking_project", "owner", "booker")
    return {
        row.external_id: (
            row.starts_at.isoformat(),
            row.ends_at.isoformat(),
            row.scanner.external_id,
            row.booking_project.external_id if row.booking_project else "",
            row.owner.external_id if row.owner else "",
            row.booker.external_id if row.booker else "",
        )
        for row in rows
    }


@pytest.mark.django_db
@pytest.mark.parametrize("switches", WIRES.values(), ids=WIRES.keys())
def test_bookings_are_those_of_the_oracle(switches):
    with CalpendoServer(switches=Switches(**switches)) as server:
        result = sweep(server)
        expected, found = true_bookings(server), mirrored_bookings()

    assert len(expected) > 200
    assert {booked_id: found.get(booked_id) for booked_id in expected} == expected
    assert not [concern for concern in result.concerns if "bookings" in concern]


@pytest.mark.django_db
@pytest.mark.parametrize("tz", ["Europe/London", "America/Edmonton"])
def test_in_the_odd_hours_of_a_year_a_booking_covers_all_that_it_can_mean(tz):
    with CalpendoServer(switches=Switches(tz=tz)) as server:
        sweep(server)
        told = server.site.truth()["bookings"]
    odd = {booked_id for booked_id, each in told.items() if each["odd_hour"]}
    rows = Booking.objects.filter(external_id__in=odd)

    assert rows
    for row in rows:
        true = told[row.external_id]
        assert row.starts_at <= datetime.fromisoformat(true["starts_at"])
        assert row.ends_at >= datetime.fromisoformat(true["ends_at"])
        assert row.zone == tz


def asked(server) -> list[str]:
    """The requests for bookings so far."""
    targets = [entry.target for entry in server.site.log() if BOOKING in entry.target]
    return [unquote(target) for target in targets]


def test_titles_are_not_even_asked_for(calpendo, db):
    sweep(calpendo)

    assert asked(calpendo)
    assert not [target for target in asked(calpendo) if "title" in target or "description" in target]


def test_a_subject_is_found_in_titles_of_which_nothing_else_is_kept(mirrored):
    config = config_of(mirrored, booking_subject_pattern="^(?P<subject>sub-[0-9]{3})$")

    first, second = (run_sweep(config, mirrored.site.clock, patience=AT_ONCE) for _ in range(2))

    labels = set(Booking.objects.values_list("subject_label", flat=True))
    assert len(labels) > 20
    assert all(re.fullmatch("(sub-[0-9]{3})?", label) for label in labels)
    assert (first.has_news, second.has_news) == (True, False)
    assert not [title for title in PARTICIPANTS if title in repr(everything_but_sweeps())]


def test_without_the_pattern_subjects_are_dropped_again(mirrored):
    Booking.objects.update(subject_label="sub-001")

    sweep(mirrored)

    near = Booking.objects.filter(starts_at__gt=mirrored.site.clock)
    assert set(near.values_list("subject_label", flat=True)) == {""}


def test_a_booking_of_another_owner_and_booker_is_followed(mirrored):
    row = Booking.objects.filter(starts_at__gt=mirrored.site.clock, owner__isnull=False)[0]
    fields = {"owner": "9104", "booker": None}
    mirrored.site.edit({"op": "set", "type": BOOKING, "id": row.external_id, "fields": fields})

    result = sweep(mirrored)

    row.refresh_from_db()
    assert [line.text for line in result.lines] == ["1 are new or different"]
    assert (row.owner.external_id, row.booker) == ("9104", None)


def test_a_year_of_bookings_is_read_once_a_day(calpendo, db):
    requests = []
    for pause_hours in (0, 0, 22, 0):
        calpendo.site.advance(timedelta(hours=pause_hours))
        before = len(asked(calpendo))
        sweep(calpendo)
        requests.append(len(asked(calpendo)) - before)

    far = requests[0]
    assert far > 1
    assert requests == [far, 1, far, 1]


def test_a_year_that_cannot_be_read_leaves_the_weeks_around_now(calpendo, db):
    calpendo.site.set_faults([{"effect": "500", "type": BOOKING, "after": 1, "first": 3}])
    first = sweep(calpendo)
    near = Booking.objects.count()
    before = len(asked(calpendo))
    sweep(calpendo)

    assert near > 50
    assert any("bookings were not read from" in concern for concern in first.concerns)
    assert len(asked(calpendo)) - before == 1


def test_a_booking_that_is_moved_and_cancelled_is_followed(calpendo, db):
    sweep(calpendo)
    row = Booking.objects.filter(is_cancelled=False, booking_project__isnull=False)[0]
    span = {"start": "2026-03-05T10:00:00", "finish": "2026-03-05T11:00:00"}
    fields = {"status": "Cancelled", "cancelled": True, "dateRange": span}
    calpendo.site.edit({"op": "set", "type": BOOKING, "id": row.external_id, "fields": fields})

    result = sweep(calpendo)

    row.refresh_from_db()
    assert [line.text for line in result.lines] == ["1 are new or different"]
    assert (row.is_cancelled, row.written_start) == (True, "2026-03-05T10:00:00")


def test_a_deleted_booking_is_withdrawn_by_the_second_sweep_and_kept(mirrored):
    row = Booking.objects.filter(starts_at__gt=mirrored.site.clock + timedelta(days=2))[0]
    mirrored.site.edit({"op": "delete", "type": BOOKING, "id": row.external_id})

    lines = [[line.text for line in sweep(mirrored).lines] for _ in range(3)]

    row.refresh_from_db()
    assert lines == [[], ["1 are withdrawn"], []]
    assert row.withdrawn_at is not None


def test_a_withdrawn_booking_that_comes_back_is_none(mirrored):
    row = Booking.objects.filter(starts_at__gt=mirrored.site.clock + timedelta(days=2))[0]
    Booking.objects.filter(pk=row.pk).update(missing_sweeps=2, withdrawn_at=mirrored.site.clock)

    result = sweep(mirrored)

    row.refresh_from_db()
    assert [line.text for line in result.lines] == ["1 are new or different"]
    assert (row.missing_sweeps, row.withdrawn_at) == (0, None)


@pytest.mark.parametrize("effect", ["403", "500", "html-200", "empty", "no-key"])
def test_without_bookings_the_rest_goes_on(mirrored, effect):
    before, known = rights(), Booking.objects.count()
    mirrored.site.set_faults([{"effect": effect, "type": BOOKING}])
    mirrored.site.edit({"op": "case", "case": 18})

    result = sweep(mirrored)

    assert result.outcome is SweepOutcome.COMPLETE
    assert rights() != before
    assert Booking.objects.count() == known
    assert effect == "empty" or any("bookings were not read" in concern for concern in result.concerns)
