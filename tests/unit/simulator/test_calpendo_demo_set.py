"""The demo set: the same every time, with each of its 28 cases where the table says, and the truth about them."""

import itertools
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fornix.simulator.calpendo.sets.demo import CASES, OVERNIGHT, build_demo
from fornix.simulator.calpendo.state import DEFAULT_CLOCK, Beginning, Site
from fornix.simulator.calpendo.switches import SWITCHES, Switches

LONDON = ZoneInfo("Europe/London")
PROJECT, USER, BOOKING = "Calpendo.Project", "Calpendo.CalpendoUser", "Calpendo.Booking"


@pytest.fixture
def site():
    return Site(Beginning(), "archive", "archive")


def case_of(truth, number):
    """The projects, people and bookings of a case, as the truth has them; None for those that are not there."""
    case = truth["cases"][str(number)]
    return tuple(
        [truth[kind].get(each) for each in case[kind]] for kind in ("projects", "people", "bookings")
    )


def test_same_seed_clock_and_zone_give_the_same_state():
    clock = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert build_demo(7, clock, LONDON) == build_demo(7, clock, LONDON)
    assert build_demo(7, clock, LONDON) != build_demo(8, clock, LONDON)


def test_size_is_what_a_person_can_read():
    world = build_demo(1, DEFAULT_CLOCK, LONDON)
    assert 40 <= len(world.rows(PROJECT)) <= 50
    assert len([row for row in world.rows(USER) if not row.values["loginName"].startswith("course")]) == 60
    assert len(world.rows(BOOKING)) == 400


def test_every_reference_leads_somewhere(site):
    for script in OVERNIGHT.values():
        site.edit(script)
    truth = site.truth()
    for project in truth["projects"].values():
        assert set(project["people"]) <= set(truth["people"])
    assert {each["project"] for each in truth["bookings"].values()} - {None} <= set(truth["projects"])


@pytest.mark.parametrize(
    "clock", ["2026-03-04T08:00", "2026-10-25T01:30", "2026-12-31T23:59", "2028-02-29T00:00"]
)
@pytest.mark.parametrize("zone", SWITCHES["tz"])
def test_bookings_of_one_resource_never_overlap_and_end_on_their_day(clock, zone):
    world = build_demo(1, datetime.fromisoformat(clock).replace(tzinfo=UTC), ZoneInfo(zone))
    by_resource = {}
    for row in world.rows(BOOKING):
        span = row.values["dateRange"]
        by_resource.setdefault(row.values["resource"], []).append((span.start, span.finish))
    for spans in by_resource.values():
        spans.sort()
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"case {case.number}")
def test_objects_of_every_case_exist(case, site):
    if case.number == 7:
        site.edit(OVERNIGHT[7])
    projects, people, bookings = case_of(site.truth(), case.number)
    assert projects
    assert all(projects)
    assert all(people)
    assert all(bookings)


def test_there_are_28_cases():
    assert [case.number for case in CASES] == list(range(1, 29))


def test_case_1_ordinary_project_has_owner_members_and_pi(site):
    (project,), _people, _bookings = case_of(site.truth(), 1)
    roles = {person: each["role"] for person, each in project["people"].items()}
    assert roles == {"9104": "owner", "9055": "owner", "9127": "member", "9085": "member"}
    assert project["is_mirrored"]


def test_case_2_owner_is_not_among_the_users(site):
    (project,), _people, _bookings = case_of(site.truth(), 2)
    assert project["people"][project["owner"]]["as"] == ["owner"]


@pytest.mark.parametrize("number", [3, 4])
def test_cases_3_and_4_pi_is_text_without_a_person(number, site):
    (project,), _people, _bookings = case_of(site.truth(), number)
    assert project["pi"]["person"] is None
    assert project["pi"]["name"]


@pytest.mark.parametrize("pi_mode", ["reference", "text-email"])
def test_case_5_pi_is_one_person_however_the_email_is_cased(pi_mode):
    site = Site(Beginning(switches=Switches(pi_mode=pi_mode)), "archive", "archive")
    (project,), _people, _bookings = case_of(site.truth(), 5)
    assert project["people"]["9055"]["as"] == ["pi", "users"]


def test_case_8_without_code_is_known_but_not_routable(site):
    (project,), _people, _bookings = case_of(site.truth(), 8)
    assert (project["code"], project["treatment"], project["routable"]) == (None, "known", "no")


def test_case_10_terminated_project_has_three_years_of_bookings(site):
    (project,), _people, bookings = case_of(site.truth(), 10)
    assert (project["is_mirrored"], project["routable"]) == (True, "grace")
    years = {each["starts_at"][:4] for each in bookings}
    assert len(bookings) == 36
    assert len(years) >= 3


def test_case_11_treats_each_status_in_its_own_way(site):
    projects, _people, _bookings = case_of(site.truth(), 11)
    assert [each["treatment"] for each in projects] == ["ignored", "ignored", "mirrored", "known"]


def test_cases_14_and_15_expired_people_are_suspended(site):
    truth = site.truth()
    _projects, (past_expiry,), _bookings = case_of(truth, 14)
    _projects, (old, new), _bookings = case_of(truth, 15)
    assert [each["state"] for each in (past_expiry, old, new)] == ["suspended", "suspended", "active"]
    assert (old["email"], old["unique_email"], new["unique_email"]) == (new["email"], False, True)


def test_case_17_shared_email_is_nobodys_own(site):
    _projects, people, _bookings = case_of(site.truth(), 17)
    assert people[0]["email"] == people[1]["email"]
    assert not any(each["unique_email"] for each in people)


def test_case_20_names_are_as_hard_as_promised(site):
    (project,), people, _bookings = case_of(site.truth(), 20)
    names = [each["name"] for each in people]
    assert "🧊" in project["name"]
    assert {"Zoë Ångström", "Đặng Minh Anh", "Seán Ó Briain", "김민준", "محمد الأمين"} < set(names)
    assert "O'Neill; Robert, Jr." in names
    assert max(len(name) for name in names) == 180
    pair = [name for name in names if unicodedata.normalize("NFC", name) == "Renée Dubé"]
    assert len(set(pair)) == 2
    assert any(name != name.strip() for name in names)


def test_case_24_has_both_odd_hours_and_a_booking_without_project(site):
    _projects, _people, bookings = case_of(site.truth(), 24)
    assert bookings[0]["project"] is None
    assert [each["odd_hour"] for each in bookings[5:7]] == [True, True]
    assert bookings[7]["ends_at"].startswith("2026-03-04T00:00")


def test_case_26_has_a_crowd_and_nobody(site):
    (crowd, nobody), _people, _bookings = case_of(site.truth(), 26)
    assert len([each for each in crowd["people"].values() if "users" in each["as"]]) == 400
    assert not [each for each in nobody["people"].values() if "users" in each["as"]]


def test_case_27_codes_need_encoding(site):
    projects, _people, _bookings = case_of(site.truth(), 27)
    assert [each["code"] for each in projects] == ["HIN 2024", "VIS/2024-3", "MEG^12", "Grün_01"]


def test_case_28_pseudo_projects_are_marked(site):
    projects, _people, _bookings = case_of(site.truth(), 28)
    assert all(each["is_pseudo"] for each in projects)


def test_projects_of_other_resources_are_not_mirrored(site):
    others = [each for each in site.truth()["projects"].values() if not each["is_scanner_project"]]
    assert len(others) == 3
    assert not any(each["is_mirrored"] for each in others)


def test_student_is_on_three_projects_pi_leads_several_and_one_person_is_on_none(site):
    projects = site.truth()["projects"].values()

    def codes(person, place):
        return {p["code"] for p in projects if person in p["people"] and place in p["people"][person]["as"]}

    assert codes("9127", "users") == {"2023_112", "2024_027", "2025_031"}
    assert len(codes("9055", "pi")) >= 4
    assert not [p for p in projects if "9128" in p["people"]]
