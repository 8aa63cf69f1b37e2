"""Addresses that are nearly right: with a slash at the end, by a former code, for nobody."""

from __future__ import annotations

import pytest
from tests import factories

from fornix.dicom.labels import fold_code
from fornix.models import BookingCode, BookingProject, Project
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return factories.make_account("alice")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("/projects/2023_112/", "/projects/2023_112"),
        ("/projects/2023_112/?sort=size", "/projects/2023_112?sort=size"),
        ("/projects/2023_112//", "/projects/2023_112"),
        ("/account/", "/account"),
        ("/login/", "/login"),
        ("/experiments/FORNIX_E00001/", "/experiments/FORNIX_E00001"),
        ("/projects/a%20b%3Fc/", "/projects/a%20b%3Fc"),
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_slash_at_the_end_leads_to_the_page(browser, alice, asked, told, method):
    response = getattr(browser(alice), method)(asked)

    assert (response.status_code, response["Location"]) == (308, told)


@pytest.mark.parametrize("address", ["/nothing/", "/nothing//", "/projects/"])
def test_a_slash_at_the_end_of_nothing_stays_nothing(browser, alice, address):
    assert browser(alice).get(address).status_code == 404


def test_what_is_sent_to_an_address_with_a_slash_is_not_sent_on(browser, alice):
    assert browser(alice).post("/account/tokens/", {"name": "x"}).status_code == 404


@pytest.mark.parametrize("address", ["/nothing", "/projects/none", "/projects/~00"])
def test_only_those_from_whom_things_are_hidden_are_sent_to_the_pi(browser, alice, address):
    root = factories.make_account("root", is_administrator=True)

    hers, roots = (browser(person).get(address).content.decode() for person in (alice, root))

    assert "ask the PI" in hers
    assert "ask the PI" not in roots
    assert "Check the address" in roots


@pytest.fixture
def renamed(alice) -> Project:
    """alice's project 2023_112, which Calpendo calls 2024_007 by now and called PILOT7 once."""
    seen = {"first_seen_at": factories.AT, "last_seen_at": factories.AT}
    booked = BookingProject.objects.create(instance="main", external_id="7", code="2024_007", **seen)
    for code in ("2024_007", "PILOT7"):
        BookingCode.objects.create(booking_project=booked, code=code, folded_code=fold_code(code), **seen)
    return factories.make_project("2023_112", people={alice: Role.MEMBER}, booking_project=booked)


@pytest.mark.parametrize("code", ["2024_007", "PILOT7", "pilot7", "2023-112"])
def test_a_projects_other_codes_lead_to_it(browser, alice, renamed, code):
    response = browser(alice).get(f"/projects/{code}")

    assert (response.status_code, response["Location"]) == (302, "/projects/2023_112")


@pytest.mark.parametrize("code", ["2024_007", "PILOT7", "2023-112"])
def test_other_codes_tell_nothing_of_a_project_that_is_hidden(browser, renamed, code):
    assert browser(factories.make_account("bob")).get(f"/projects/{code}").status_code == 404
    assert browser().get(f"/projects/{code}").status_code == 401


def test_home_finds_a_project_by_the_code_that_it_has_in_calpendo(browser, alice, renamed):
    factories.make_project("OTHER", people={alice: Role.MEMBER})

    page = browser(alice).get("/?q=2024_0").content.decode()

    assert 'href="/projects/2023_112"' in page
    assert 'href="/projects/OTHER"' not in page
