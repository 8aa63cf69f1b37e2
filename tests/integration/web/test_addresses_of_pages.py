"""Addresses that are nearly right: with a slash at the end, by a former code, for nobody."""

from __future__ import annotations

import pytest
from tests import factories

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
