"""What administrators read by the API: sweeps, projects, bookings, problems, status; and why, for everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import factories
from tests.integration.web.mirror_rows import booked_person, booked_project, mirrored, place

from fornix.models import Booking, BookingCode, Scanner, Sweep
from fornix.models.booking import Hold
from fornix.models.memberships import Role

AT = factories.AT

pytestmark = pytest.mark.django_db


def make_sweep(**fields) -> Sweep:
    changes = [{"kind": "person.joined", "about": "P001", "text": f"No. {number}"} for number in range(5)]
    told = {"outcome": "complete", "changes": changes} | fields
    return Sweep.objects.create(started_at=AT, finished_at=AT + timedelta(seconds=38), **told)


def carry(booked, *codes: str) -> None:
    for code in codes:
        BookingCode.objects.create(
            booking_project=booked, code=code, folded_code=code.lower(), first_seen_at=AT, last_seen_at=AT
        )


def make_booking(number: int, scanner: Scanner, **fields) -> Booking:
    start = AT + timedelta(hours=number)
    told = {"starts_at": start, "ends_at": start + timedelta(hours=1), "zone": "Europe/London"} | fields
    return Booking.objects.create(instance="main", external_id=str(number), scanner=scanner, **told)


def pages(script, address: str, parameter: str, **asked) -> list[dict]:
    """All items of a list, page after page."""
    found, key = [], None
    while True:
        status, answer = script.get(address, **asked, **({parameter: key} if key is not None else {}))
        assert status == 200
        found += answer["items"]
        key = answer["next"]
        if key is None:
            return found


def test_sweeps_come_newest_first_page_by_page(ada):
    ids = [make_sweep().pk for _ in range(5)]

    found = pages(ada, "sweeps", "before", limit=2)

    assert [each["id"] for each in found] == ids[::-1]
    assert found[0]["took_s"] == 38
    assert found[0]["started_at"] == "2026-03-02T09:30:00Z"


def test_the_plan_of_a_sweep_comes_line_by_line(ada):
    sweep = make_sweep()

    _, first = ada.get(f"sweeps/{sweep.pk}", limit=3)
    _, second = ada.get(f"sweeps/{sweep.pk}", limit=3, start=first["next"])

    texts = [each["text"] for each in (*first["changes"], *second["changes"])]
    assert texts == [f"No. {number}" for number in range(5)]
    assert (first["total"], second["next"]) == (5, None)


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        pytest.param({}, ["RUNNING", "DONE", "DRAFT", "LOST", "TWIN"], id="all"),
        pytest.param({"status": "terminated"}, ["DONE"], id="status"),
        pytest.param({"standing": "mirrored"}, ["RUNNING", "DONE", "TWIN"], id="mirrored"),
        pytest.param({"standing": "known"}, ["DRAFT"], id="known"),
        pytest.param({"standing": "frozen"}, ["LOST"], id="frozen"),
        pytest.param({"oddity": "missing"}, ["LOST"], id="missing"),
        pytest.param({"oddity": "ambiguous"}, ["RUNNING", "TWIN"], id="ambiguous"),
        pytest.param({"oddity": "renamed"}, ["TWIN"], id="renamed"),
        pytest.param({"oddity": "held"}, ["DONE"], id="held"),
        pytest.param({"has_data": True}, ["RUNNING"], id="with data"),
        pytest.param({"q": "title of d"}, ["DONE", "DRAFT"], id="text"),
    ],
)
def test_projects_are_found_by_what_is_asked(ada, asked, codes):
    running = booked_project("RUNNING")
    factories.make_project("RUNNING", booking_project=running)
    booked_project("DONE", status="Terminated", hold=Hold.WAITING, held_status="Denied", held_at=AT)
    booked_project("DRAFT", status="Draft")
    booked_project("LOST", missing_since=AT, vanished_at=AT)
    carry(running, "RUNNING")
    carry(booked_project("TWIN"), "TWIN", "RUNNING")

    found = pages(ada, "projects", "after", limit=2, **asked)

    assert [each["code"] for each in found] == codes


def test_a_project_has_parts_members_and_holds(ada):
    carol, booked = factories.make_account("carol"), booked_project("P001")
    project = factories.make_project("P001", booking_project=booked)
    place(booked, booked_person("Carol", account=carol), hold=Hold.WAITING)
    mirrored(project, carol)

    _, answer = ada.get(f"projects/{booked.pk}")

    assert [(each["username"], each["part"], each["hold"]) for each in answer["parts"]] == [
        ("carol", "user", "waiting")
    ]
    assert answer["members"][0]["grounds"][0]["source"] == "calpendo:main"
    assert [each["id"] for each in answer["holds"]] == [f"removal-{booked.pk}"]
    assert answer["project"]["label"] == "P001"


def test_bookings_are_found_by_scanner_and_window(ada):
    prisma, meg = (
        Scanner.objects.create(instance="main", external_id=number, name=name)
        for number, name in (("11", "3T Prisma"), ("12", "MEG"))
    )
    for number in range(6):
        make_booking(number, prisma)
    make_booking(9, meg)
    window = {"since": (AT + timedelta(hours=1)).isoformat(), "until": (AT + timedelta(hours=4)).isoformat()}

    found = pages(ada, "bookings", "after", scanner="11", limit=2, **window)

    assert [each["calpendo_id"] for each in found] == ["1", "2", "3"]
    assert {each["scanner"] for each in found} == {"3T Prisma"}
    assert not [name for each in found for name in each if "title" in name]


@pytest.mark.parametrize(
    "window",
    [
        pytest.param({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, id="backwards"),
        pytest.param({"since": "0001-01-01T00:00:00+14:00"}, id="before all calendars"),
        pytest.param({"until": "9999-12-31T23:59:59-14:00"}, id="after them"),
    ],
)
def test_a_window_that_cannot_be_is_refused(ada, window):
    status, answer = ada.get("bookings", **window)

    assert status == 400
    assert "window" in answer["error"]["detail"]


def test_a_window_may_have_any_offset(ada):
    make_booking(1, Scanner.objects.create(instance="main", external_id="11", name="3T"))

    _, answer = ada.get("bookings", since="2026-03-01T12:00:00-22:59")

    assert [each["calpendo_id"] for each in answer["items"]] == ["1"]


def test_problems_name_what_is_odd(ada):
    booked_project("LOST", missing_since=AT)
    booked_project("ODD", status="Hibernating")
    make_sweep(outcome="incomplete", reason="it was cut off")

    _, answer = ada.get("problems")

    assert [each["code"] for each in answer["missing"]] == ["LOST"]
    assert [each["status"] for each in answer["unknown_statuses"]] == ["Hibernating"]
    assert answer["failure"] == "it was cut off"


def test_the_status_tells_age_and_what_to_do(ada):
    make_sweep()

    _, answer = ada.get("status")

    assert answer["last_good"]["took_s"] == 38
    assert answer["is_stale"] is True
    assert answer["age_s"] > 0
    assert answer["next_steps"]


@pytest.fixture
def carol(script):
    """A member of P001, and no administrator."""
    account = factories.make_account("carol")
    factories.make_project("P001", people={account: Role.MEMBER})
    factories.make_project("P002")
    return script(account)


@pytest.mark.parametrize(
    ("person", "project", "status"),
    [
        pytest.param("carol", "P001", 200, id="own, seen"),
        pytest.param("CAROL", "P001", 200, id="own, in capitals"),
        pytest.param("carol", "P002", 404, id="own, hidden"),
        pytest.param("carol", "P999", 404, id="own, not there"),
        pytest.param("ada", "P001", 403, id="another"),
        pytest.param("nobody", "P001", 403, id="nobody"),
    ],
)
def test_people_ask_why_about_themselves_alone(carol, administrator, person, project, status):
    assert carol.get("why", person=person, project=project)[0] == status


def test_hidden_projects_are_refused_in_the_same_words_as_those_not_there(carol):
    hidden, gone = (carol.get("why", person="carol", project=code)[1]["error"] for code in ("P002", "P999"))

    assert hidden | {"number": ""} == gone | {"number": ""}


def test_administrators_ask_why_about_everybody(ada, carol):
    status, answer = ada.get("why", person="carol", project="P001")

    assert status == 200
    assert (answer["allowed"], answer["person"], answer["project"]) == (True, "carol", "P001")
    assert answer["reasons"][0].startswith("is member by manual")
    assert ada.get("why", person="nobody", project="P001")[0] == 404
