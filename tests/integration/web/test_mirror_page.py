"""The mirror's page: whether rights are current, and what must be decided."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from tests import factories
from tests.integration.web.mirror_rows import (
    booked_person,
    booked_project,
    held_removal,
    place,
    sweep,
)

from fornix.models import Booking, BookingCode, Scanner, SweepRequest
from fornix.models.booking import Hold

pytestmark = pytest.mark.django_db
AT = factories.AT


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


def page_of(client, address: str = "/mirror") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def badge_of(page: str) -> str:
    return re.search(r'href="/mirror"[^>]*>Mirror(?: <span class="badge">(\d+)</span>)?<', page)[1] or ""


def test_a_sweep_tells_number_and_kinds_of_its_changes(root):
    sweep(kinds=("membership.granted", "membership.granted", "person.new", "new.kind"))

    assert "2 rights given, 1 new person, 1 new.kind" in page_of(root)


def test_the_last_complete_sweep_is_told_with_its_figures(root):
    took = {"finished_at": AT + timedelta(seconds=38), "requests": 9}
    note = "Calpendo's lists do not tell all of a project: 46 projects were read one by one"
    sweep(counts={"projects": 1942, "people": 2871}, details={"concerns": [note]}, **took)

    page = re.sub("<[^>]*>", " ", page_of(root))

    assert all(told in page for told in ("1,942", "2,871", "took 38 s, 9 requests", "46 projects were read"))


def test_quiet_sweeps_that_follow_each_other_are_one_line(root):
    for _ in range(25):
        sweep()
    sweep(kinds=("membership.revoked",))
    sweep()

    page = page_of(root)

    assert page.count('class="status ok"') == 3
    assert (
        page.index("Nothing changed")
        < page.index('<span class="line-1">1 right taken')
        < page.index("25 sweeps, nothing changed")
    )


def test_the_history_has_pages_that_hold_each_sweep_once(root):
    for _ in range(70):
        sweep(kinds=("person.new",))

    first = page_of(root, "/mirror/sweeps")
    older = page_of(root, re.search(r'rel="next" href="([^"]+)"', first)[1])

    shown = re.findall(r'href="/mirror/sweeps/(\d+)"', first + older)
    assert len(shown) == len(set(shown)) == 70
    assert 'rel="next"' not in older


def test_a_sweep_that_failed_says_why_and_counts_in_the_bar(root):
    sweep()
    sweep("incomplete", reason="Calpendo did not answer.")
    sweep("running", finished_at=None)

    page = page_of(root)

    assert "Calpendo did not answer." in page.partition("Rights stay as they were")[2]
    assert badge_of(page) == "1"


def test_what_waits_is_listed_with_who_and_why(root):
    held_removal()
    sweep("held")

    page = page_of(root)

    assert "1 change waits for you" in page
    assert re.search(r'name="hold" value="removal-\d+"', page)
    assert "<bdi>Carol</bdi>" in page
    assert badge_of(page) == "1"


def test_the_bar_counts_a_project_whose_people_wait_once(root):
    booked = booked_project()
    for name in ("Bob", "Carol"):
        place(booked, booked_person(name), hold=Hold.WAITING)
    place(booked, booked_person("Dan"), hold=Hold.PENDING)
    booked_person("Eve", hold=Hold.WAITING)
    booked_project("P002", hold=Hold.WAITING, held_status="Requested")

    assert badge_of(page_of(root)) == "4"


def test_decisions_against_calpendo_stay_listed_and_can_be_followed(root):
    place(booked_project(), booked_person("Carol"), hold=Hold.KEPT)

    page = page_of(root)

    assert "1 decision against Calpendo" in page
    assert "Follow Calpendo now: removal-" in page
    assert badge_of(page) == ""


def test_concerns_of_the_last_good_sweep_are_listed_whatever_came_after(root):
    sweep(details={"concerns": ["P009: an old one"]})
    sweep(details={"concerns": ["P002 has no PI"]})
    sweep("incomplete", reason="Calpendo did not answer.")

    page = page_of(root)

    assert "P002 has no PI" in page
    assert "an old one" not in page


def test_what_is_odd_is_told_with_what_it_means(root):
    sweep(details={"hidden": {"project owner": 37}})
    booked_project("2017_054", missing_since=AT)
    booked_project("P002", status="On hold (ethics)")
    renamed = booked_project("NEW")
    for code, seen in (("OLD", AT - timedelta(days=9)), ("NEW", AT)):
        BookingCode.objects.create(
            booking_project=renamed,
            code=code,
            folded_code=code.lower(),
            first_seen_at=seen,
            last_seen_at=seen,
        )

    page = re.sub("<[^>]*>", "", page_of(root))

    for told in (
        "cannot read owner on 37 projects",
        "2017_054 is missing in Calpendo",
        "On hold (ethics) is unknown: 1 project",
    ):
        assert told in page
    assert "OLD → NEW" in page
    assert "OLD" in page_of(root, "/mirror/findings")


def test_the_page_says_calmly_that_there_is_nothing(root):
    page = page_of(root)

    for told in ("No sweep yet", "Nobody of Calpendo is known yet", "Nothing is known of Calpendo yet"):
        assert told in page


def test_the_page_says_calmly_that_all_is_well(root):
    now = timezone.now()
    sweep(started_at=now, finished_at=now)
    page = page_of(root)

    for told in ("Complete, ", "has an account here", "Nothing odd"):
        assert told in page


def test_the_first_sweep_waits_for_a_confirmation_with_its_plan(root):
    planned = sweep("planned", kinds=("membership.granted",), counts={"projects": 46}, reason="it waits")

    page = page_of(root)
    asked = root.post("/mirror/sweep", {"accepts": "yes"})

    assert "The first sweep is planned. Nothing was changed." in page
    assert f'href="/mirror/sweeps/{planned.pk}"' in page
    assert "Confirm the first sweep" in page_of(root, f"/mirror/sweeps/{planned.pk}")
    assert asked.status_code == 302
    assert SweepRequest.objects.get().accepts


def test_a_plan_is_no_news_once_a_sweep_was_applied(root):
    sweep("planned", kinds=("membership.granted",))
    sweep(kinds=("membership.granted",))

    assert "Confirm the first sweep" not in page_of(root)


def test_sweep_now_asks_once_and_the_page_asks_again_while_it_waits(root):
    for _ in range(2):
        root.post("/mirror/sweep")

    page = page_of(root)

    assert SweepRequest.objects.count() == 1
    assert 'hx-get="/mirror/asked?seen=asked" hx-trigger="every 2s"' in page
    assert "the worker begins within seconds" in page
    assert "No worker has answered" not in page


def test_a_minute_without_a_worker_is_told(root):
    SweepRequest.objects.create(asked_at=timezone.now() - timedelta(minutes=2))

    part = root.get("/mirror/asked", headers={"HX-Request": "true"})

    assert b"No worker has answered for a minute" in part.content
    assert "HX-Refresh" not in part.headers


def test_what_is_shown_already_is_not_read_out_again(root):
    SweepRequest.objects.create(asked_at=timezone.now())

    same, other = (
        root.get(f"/mirror/asked?seen={seen}", headers={"HX-Request": "true"}) for seen in ("asked", "begun")
    )

    assert (same.status_code, same.content) == (204, b"")
    assert b"begins within seconds" in other.content


def test_an_answered_request_loads_the_page_anew_and_says_what_came_of_it(root):
    now = timezone.now()
    done = sweep(kinds=("membership.granted",), started_at=now, finished_at=now)
    SweepRequest.objects.create(asked_at=now, answered_at=now, sweep=done)

    part = root.get("/mirror/asked", headers={"HX-Request": "true"})

    assert part.headers["HX-Refresh"] == "true"
    assert f"sweep {done.pk}</a>, complete: 1 right given" in page_of(root)


def test_the_part_that_asks_again_is_no_page_of_its_own(root):
    assert root.get("/mirror/asked").headers["Location"] == "/mirror"


@pytest.mark.parametrize(
    "address", ["/mirror", "/mirror/findings", "/mirror/people", "/mirror/sweeps", "/access"]
)
def test_others_are_refused_and_told_so(browser, address):
    response = browser(factories.make_account("alice")).get(address)

    assert response.status_code == 403
    assert b"Only administrators can do this" in response.content


def test_bookings_without_scans_and_scans_without_bookings_are_told(root):
    now = timezone.now()
    scanner = Scanner.objects.create(instance="main", external_id="11", name="MRI 3T", modality="MR")
    at = {"starts_at": now - timedelta(days=3, hours=1), "ends_at": now - timedelta(days=3), "zone": "UTC"}
    Booking.objects.create(
        instance="main",
        external_id="1",
        scanner=scanner,
        booking_project=booked_project("2023_112"),
        status="Approved",
        **at,
    )
    subject = factories.make_subject(factories.make_project("P009"))
    factories.make_session(subject, "visit 5", acquired_on=(now - timedelta(days=5)).date())

    page = re.sub("<[^>]*>", "", page_of(root, "/mirror/findings"))

    assert "Nothing of that day has arrived (Approved)" in page
    assert "The project is none of Calpendo's" in page.replace("&#39;", "'")
    assert "visit 5" in page


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        (
            ("complete", "incomplete", "incomplete", "held"),
            "Last 4 sweeps: 2 incomplete, nothing changed by them",
        ),
        (("complete", "complete", "running"), "Last 2 sweeps: all complete"),
    ],
    ids=["some failed", "all well"],
)
def test_how_the_last_sweeps_went_is_told_at_a_glance(root, outcomes, told):
    for outcome in outcomes:
        sweep(outcome)

    assert told in page_of(root)
