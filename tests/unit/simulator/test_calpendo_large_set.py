"""The large set: the figures it promises, the same every time, and queries that look only where they must."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from fornix.simulator.calpendo.query.candidates import candidates
from fornix.simulator.calpendo.query.conditions import bind
from fornix.simulator.calpendo.query.grammar import parse_expression
from fornix.simulator.calpendo.refusals import ControlRefused
from fornix.simulator.calpendo.sets.large import build_large
from fornix.simulator.calpendo.state import DEFAULT_CLOCK, Beginning, Site
from fornix.simulator.calpendo.switches import Switches

LONDON = ZoneInfo("Europe/London")
PROJECT, USER, BOOKING = "Calpendo.Project", "Calpendo.CalpendoUser", "Calpendo.Booking"
WINDOW = "AND/dateRange.start/GE/20260218T0800/dateRange.start/LT/20260503T0800"
WORLD = build_large(1, DEFAULT_CLOCK, LONDON)


@pytest.fixture
def site():
    return Site(Beginning("large"), "archive", "archive")


def found(query, world=WORLD, type_name=BOOKING):
    """The rows that a query finds, and how many it looked at."""
    expression = parse_expression(query.split("/"))
    matches = bind(type_name, expression, Switches(), LONDON)
    looked_at = list(candidates(world, type_name, expression))
    return [row for row in looked_at if matches(world, row)], len(looked_at)


def test_projects_have_the_promised_statuses():
    statuses = Counter(row.values["status"] for row in WORLD.rows(PROJECT))
    assert sum(statuses.values()) == 5_000
    shares = {status: count / 50 for status, count in statuses.items()}
    assert (shares["Terminated"], shares["Approved"], shares["Restricted"]) == (55, 30, 5)
    assert shares["Requested"] + shares["Draft"] == shares["Denied"] + shares["Unbookable"] == 5


def test_people_are_3000_of_whom_1100_are_normal():
    statuses = Counter(row.values["status"] for row in WORLD.rows(USER))
    assert (sum(statuses.values()), statuses["Normal"]) == (3_000, 1_100)


def test_projects_have_12_members_in_the_middle_and_a_long_tail():
    sizes = [len(row.values["users"]) for row in WORLD.rows(PROJECT)]
    assert (median(sizes), min(sizes), max(sizes)) == (12, 0, 400)
    assert sum(size > 50 for size in sizes) > 50


def test_bookings_are_250000_of_ten_years_and_9_percent_are_cancelled():
    table = WORLD.tables[BOOKING]
    every = list(table)
    first, last = table[every[0]].values["dateRange"], table[every[-1]].values["dateRange"]
    assert len(every) == len(set(every)) == len(table) == 250_000
    assert timedelta(days=3_640) < last.start - first.start < timedelta(days=3_660)
    cancelled = sum(table[each].values["cancelled"] for each in every[:20_000])
    assert cancelled == 1_800


def test_bookings_of_one_resource_never_overlap():
    rows, _looked_at = found(WINDOW)
    spans = sorted((row.values["resource"], row.values["dateRange"].start) for row in rows)
    assert len(rows) > 4_000
    assert len(set(spans)) == len(spans)
    assert all(
        row.values["dateRange"].finish - row.values["dateRange"].start <= timedelta(hours=1) for row in rows
    )


def test_every_reference_leads_somewhere():
    rows, _looked_at = found(WINDOW)
    for row in rows:
        assert WORLD.find(PROJECT, row.values["project"]).values["status"] != "Draft"
        assert WORLD.find(USER, row.values["booker"])
        assert WORLD.find("Calpendo.Resource", row.values["resource"])
    for row in WORLD.rows(PROJECT):
        assert all(WORLD.find(USER, each) for each in (row.values["owner"], *row.values["users"]))


def test_same_seed_gives_the_same_and_another_one_something_else():
    clock = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    first, again, other = (build_large(seed, clock, LONDON) for seed in (7, 7, 8))
    query = "AND/dateRange.start/GE/20261120/dateRange.start/LT/20261127"
    assert first.rows(PROJECT) == again.rows(PROJECT) != other.rows(PROJECT)
    assert found(query, first)[0] == found(query, again)[0] != found(query, other)[0]


@pytest.mark.parametrize(
    ("query", "most"),
    [
        (WINDOW, 6_000),
        (f"{WINDOW}/status/EQ/Cancelled", 6_000),
        ("dateRange.start/EQ/20260304T0900", 12),
        ("id/EQ/300004170000007", 1),
        ("AND/id/EQ/0/status/EQ/Approved", 0),
    ],
)
def test_a_query_looks_at_few_rows_and_finds_the_same(query, most):
    rows, looked_at = found(query)
    everywhere = bind(BOOKING, parse_expression(query.split("/")), Switches(), LONDON)
    assert looked_at <= most
    if "id" not in query:
        near = WORLD.starting(BOOKING, datetime(2026, 1, 1), datetime(2026, 5, 14))
        assert rows == [row for row in near if everywhere(WORLD, row)]


def test_what_was_edited_is_found_in_its_new_place_only(site):
    (row, *_), _looked_at = found(WINDOW)
    span = {"start": "2026-04-05T03:00:00", "finish": "2026-04-05T04:00:00"}
    site.edit({"op": "set", "type": BOOKING, "id": row.id, "fields": {"dateRange": span}})
    world = site.world
    old, new = row.values["dateRange"].start, "dateRange.start/EQ/20260405T0300"
    assert [each.id for each in found(new, world)[0]] == [row.id]
    assert row.id not in {each.id for each in found(f"dateRange.start/EQ/{old:%Y%m%dT%H%M}", world)[0]}


def test_stirring_changes_one_percent_and_the_same_every_time(site):
    before = site.world
    site.edit({"op": "stir", "percent": 1, "seed": 7})
    once = site.world
    changed = [a != b for a, b in zip(before.rows(PROJECT), once.rows(PROJECT), strict=True)]
    emails = [a != b for a, b in zip(before.rows(USER), once.rows(USER), strict=True)]
    assert (sum(changed), sum(emails)) == (50, 30)
    site.reset(Beginning("large"))
    site.edit({"op": "stir", "percent": 1, "seed": 7})
    assert site.world.rows(PROJECT) == once.rows(PROJECT)


@pytest.mark.parametrize("edit", [{"percent": 0}, {"percent": 101}, {"percent": "1"}, {"seed": 1.5}], ids=str)
def test_stirring_without_sense_is_refused(edit, site):
    with pytest.raises(ControlRefused):
        site.edit({"op": "stir", **edit})
