"""Home: my projects and my feed, in every size, for the right people."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests import factories

from fornix.models import Account, BookingPerson, Sweep
from fornix.models.booking import Hold
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db


def codes(page: str) -> list[str]:
    return re.findall(r'<a class="whole code" href="/projects/([^"]+)"', page)


def page_of(client, address: str = "/") -> str:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return response.content.decode()


def test_two_people_see_exactly_their_own(browser):
    alice, bob = factories.make_account("alice"), factories.make_account("bob")
    factories.make_project("HERS", people={alice: Role.OWNER})
    factories.make_project("HIS", people={bob: Role.COLLABORATOR})
    factories.make_project("OURS", people={alice: Role.MEMBER, bob: Role.MEMBER})

    hers, his = page_of(browser(alice)), page_of(browser(bob))

    assert set(codes(hers)) == {"HERS", "OURS"}
    assert set(codes(his)) == {"HIS", "OURS"}


def test_an_administrator_sees_all_projects(browser):
    factories.make_project("HERS", people={factories.make_account("alice"): Role.OWNER})

    page = page_of(browser(factories.make_account("root", is_administrator=True)))

    assert codes(page) == ["HERS"]
    assert "All projects" in page


def test_the_feed_links_straight_to_the_session(browser):
    alice = factories.make_account("alice")
    session = factories.make_session(
        factories.make_subject(factories.make_project(people={alice: Role.MEMBER}))
    )
    factories.make_filing(session, scans=24, files=1809, bytes=2_300_000_000)

    page = page_of(browser(alice))

    assert re.search(rf'24 scans added to <a href="/sessions/{session.accession}"', page)
    assert "1,809 files, 2.3 GB" in page


def test_older_entries_are_a_link_that_works_without_scripts(browser):
    alice = factories.make_account("alice")
    session = factories.make_session(
        factories.make_subject(factories.make_project(people={alice: Role.MEMBER}))
    )
    events = [factories.make_filing(session, scans=number) for number in range(1, 31)]
    client = browser(alice)

    older = re.search(r'<a class="button slim" href="(/activity\?before=\d+)"', page_of(client))[1]

    assert f"{events[9].details['scans']} scans" in page_of(client, older)
    assert "11 scans" not in page_of(client, older)


def test_pages_of_projects_follow_each_other_without_scripts(browser):
    alice = factories.make_account("alice")
    for number in range(60):
        factories.make_project(f"P{number:02}", people={alice: Role.MEMBER})
    client = browser(alice)
    first = page_of(client, "/?sort=code")

    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = page_of(client, following)

    assert codes(first) + codes(second) == [f"P{number:02}" for number in range(60)]
    assert 'rel="next"' not in second


def test_the_filter_says_what_does_not_match_and_how_to_clear_it(browser):
    alice = factories.make_account("alice")
    factories.make_project("P001", people={alice: Role.MEMBER})

    page = page_of(browser(alice), "/?q=hipocampus")

    assert "Nothing matches “<bdi>hipocampus</bdi>”" in page
    assert "Clear the filter" in page


def test_a_person_without_projects_is_told_how_to_get_them(browser):
    page = page_of(browser(factories.make_account("zoe", email="z@example.test")))

    assert "You have no projects yet" in page
    assert "z@example.test" in page


def make_person(account: Account, number: int = 1, **fields) -> BookingPerson:
    seen = {"first_seen_at": factories.AT, "last_seen_at": factories.AT}
    return BookingPerson.objects.create(
        instance="main", external_id=str(number), account=account, **(seen | fields)
    )


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"status": "Expired"}, "Calpendo says your account there has expired."),
        ({"status": "Normal", "expires_on": date(2020, 2, 19)}, "has expired, on 19 Feb 2020."),
        ({"status": "Blocked", "expires_on": date(2999, 1, 1)}, "is blocked."),
        ({"status": "Requested"}, "is not approved yet."),
        ({"status": "Odd"}, "is not active."),
        ({"status": "Normal", "vanished_at": factories.AT}, "Calpendo no longer lists you."),
        ({"status": "Normal", "hold": Hold.REFUSED}, "is suspended here, by an administrator"),
    ],
    ids=["expired", "expired by date", "blocked", "requested", "other", "gone", "by decision"],
)
def test_a_person_whom_calpendo_suspends_is_told_so_and_not_sent_to_the_pi(browser, fields, told):
    zoe = factories.make_account("zoe", email="z@example.test")
    make_person(zoe, **fields)

    page = re.sub(r"</?time[^>]*>", "", page_of(browser(zoe)))

    assert told in page
    assert "Ask your PI" not in page


def test_a_person_with_one_active_account_in_calpendo_is_not_suspended(browser):
    zoe = factories.make_account("zoe")
    make_person(zoe, 1, status="Expired")
    make_person(zoe, 2, status="Normal", is_active=True)

    assert "your account there" not in page_of(browser(zoe))


def test_a_protected_project_is_listed_by_its_record_only(browser):
    factories.make_project("P001", accessibility="protected")
    client = browser(factories.make_account("alice"))

    assert codes(page_of(client)) == []
    assert codes(page_of(client, "/?show=records")) == ["P001"]


@pytest.mark.parametrize(
    ("hours", "outcome", "words"),
    [
        (0.2, "complete", "Mirrored from Calpendo"),
        (0.2, "held", "Mirrored from Calpendo"),
        (3, "complete", "Calpendo silent, last known shown"),
    ],
    ids=["fresh", "with removals held", "old"],
)
def test_home_says_how_fresh_the_mirror_is(browser, hours, outcome, words):
    now = timezone.now()
    ended = now - timedelta(hours=hours)
    Sweep.objects.create(started_at=ended, finished_at=ended, outcome=outcome)
    Sweep.objects.create(started_at=now, finished_at=now, outcome="incomplete")

    assert words in page_of(browser(factories.make_account("alice")))


def test_names_from_outside_are_escaped(browser):
    alice = factories.make_account("alice", name="<script>alert(1)</script>")
    project = factories.make_project("<b>P</b>", people={alice: Role.MEMBER}, name='<img src=x onerror="1">')
    session = factories.make_session(factories.make_subject(project, "<i>s</i>"), "<u>l</u>")
    factories.make_filing(session, scans=1)

    page = page_of(browser(alice))

    assert not re.search(r"<script>alert|<img|<b>P|<i>s|<u>l", page)
    assert "&lt;img src=x onerror=" in page


def test_a_code_with_a_slash_has_a_page(browser):
    alice = factories.make_account("alice")
    factories.make_project("2025/31 ..~", people={alice: Role.MEMBER})
    client = browser(alice)

    (address,) = codes(page_of(client))

    assert "2025/31 ..~" in page_of(client, f"/projects/{address}")


@pytest.mark.parametrize("typed", ["angstrom", "ÅNGSTRÖM", "A\u030angstro\u0308m", "lod dan", "p001"])
def test_projects_are_found_whatever_accents_and_case(browser, typed):
    alice = factories.make_account("alice")
    for label, name in (("P001", "Ångström-Łódź: Đặng's study"), ("P002", "Another")):
        project = factories.make_project(label, people={alice: Role.MEMBER}, name=name)
        factories.make_session(factories.make_subject(project))

    page = browser(alice).get("/", {"q": typed}).content.decode()

    assert 'href="/projects/P001"' in page
    assert 'href="/projects/P002"' not in page
    assert "1 of 2" in page
