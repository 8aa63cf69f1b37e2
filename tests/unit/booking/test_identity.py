"""Who is linked to which account, and who never by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fornix.booking.identity import changed_addresses, fold_email, person_of_email
from fornix.booking.links import new_links
from fornix.booking.mirror import Absence, AccountCard, Person


def person(
    person_id: str, email: str = "alice@x.test", *, active: bool = True, account: int | None = None
) -> Person:
    return Person(person_id, given_name="Alice", folded_email=email, is_active=active, account_id=account)


def account(
    pk: int = 1, email: str = "alice@x.test", *, active: bool = True, admin: bool = False
) -> AccountCard:
    return AccountCard(pk, f"account{pk}", email, active, admin)


UNLINKED = replace(person("1"), may_be_linked=False)
MISSING = replace(person("1"), absence=Absence(datetime(2026, 3, 2, tzinfo=UTC)))
GONE = replace(MISSING, absence=replace(MISSING.absence, is_gone=True))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        (" Alice@Example.AC.test ", "alice@example.ac.test"),
        ("ZOE\u0308@x.test", "zo\u00eb@x.test"),
        ("a@b\u00fccher.test", "a@xn--bcher-kva.test"),
        ("first.last+tag@x.test", "first.last+tag@x.test"),
        ("nobody", ""),
        ("@x.test", ""),
        ("a b@x.test", ""),
        ("a@" + "x" * 70 + ".test", "a@" + "x" * 70 + ".test"),
        ("", ""),
    ],
)
def test_addresses_are_folded_for_comparison(text, folded):
    assert fold_email(text) == folded


@pytest.mark.parametrize(
    ("people", "accounts", "made"),
    [
        pytest.param([person("1")], [account()], {"1": 1}, id="one and one"),
        pytest.param([person("1", "ALICE")], [account()], {}, id="another address"),
        pytest.param([person("1", "")], [account(email="")], {}, id="no address"),
        pytest.param([person("1"), person("2")], [account()], {}, id="two people"),
        pytest.param(
            [person("1"), person("2", active=False)], [account()], {"1": 1}, id="the old one expired"
        ),
        pytest.param([person("1", active=False)], [account()], {}, id="nobody active"),
        pytest.param([person("1")], [account(1), account(2)], {}, id="two accounts"),
        pytest.param([person("1")], [account(1), account(2, active=False)], {"1": 1}, id="one account off"),
        pytest.param([person("1")], [account(admin=True)], {}, id="administrator"),
        pytest.param([person("1", account=7)], [account()], {}, id="a stored link stays"),
        pytest.param(
            [person("1", account=1, active=False), person("2")], [account()], {"2": 1}, id="second account"
        ),
        pytest.param([UNLINKED], [account()], {}, id="a person undid it"),
        pytest.param([UNLINKED, person("2")], [account()], {}, id="two people, of one it was undone"),
        pytest.param([MISSING], [account()], {}, id="not listed now"),
        pytest.param([MISSING, person("2")], [account()], {}, id="two people, one not listed now"),
        pytest.param([GONE, person("2")], [account()], {"2": 1}, id="two people, one gone for good"),
        pytest.param(
            [person("1", "moved@x.test", account=1), person("2")], [account()], {}, id="an address given on"
        ),
        pytest.param(
            [person("1", "moved@x.test", active=False, account=1), person("2")],
            [account()],
            {},
            id="an address given on by one who left",
        ),
    ],
)
def test_links_are_made_only_where_the_address_is_one_persons_and_one_accounts(people, accounts, made):
    assert dict(new_links(people, accounts).made) == made


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("a@win.x.test", "a@x.test"),
        ("A@WIN.X.TEST ", "a@x.test"),
        ("a@x.test", "a@x.test"),
        ("a@other.win.x.test", "a@other.win.x.test"),
        ("a@bücher.test", "a@x.test"),
    ],
)
def test_an_alias_domain_is_the_one_that_stands_for_it(text, folded):
    assert fold_email(text, {"win.x.test": "x.test", "xn--bcher-kva.test": "x.test"}) == folded


@pytest.mark.parametrize(
    "aliases",
    [
        pytest.param({"a.test": "b.test", "b.test": "c.test"}, id="a chain"),
        pytest.param({"a.test": "b.test", "b.test": "a.test", "c.test": "a.test"}, id="a circle"),
        pytest.param({"a.test": "a.test", "b.test": "a.test", "c.test": "b.test"}, id="itself"),
    ],
)
def test_aliases_of_aliases_are_one_domain(aliases):
    assert len({fold_email(f"x@{name}.test", aliases) for name in "abc"}) == 1


def test_a_changed_address_of_a_linked_person_is_reported_and_others_are_not():
    before = {"1": person("1", account=1), "2": person("2"), "3": person("3", account=1)}
    moved = {
        name: replace(before[name], email="new@x.test", folded_email="new@x.test") for name in ("1", "2")
    }

    (told,) = changed_addresses(before, before | moved | {"4": person("4", account=1)}, [account()])

    assert "has another e-mail in Calpendo (new@x.test) and stays linked to the account account1" in told


def test_what_a_human_must_decide_is_said():
    shared = new_links([person("1"), person("2")], [account()]).suggestions
    privileged = new_links([person("1")], [account(admin=True)]).suggestions

    given_on = new_links([person("1", "moved@x.test", account=1), person("2")], [account()]).suggestions

    assert "share one e-mail" in shared[0]
    assert "`fornix user link account1 2`" in given_on[0]
    assert "is an administrator" in privileged[0]


@pytest.mark.parametrize(
    ("people", "found"),
    [
        pytest.param([person("1")], "1", id="one"),
        pytest.param([person("1"), person("2", active=False)], "1", id="the active one"),
        pytest.param([person("1", active=False)], "1", id="only an expired one"),
        pytest.param([person("1"), person("2")], None, id="two"),
        pytest.param([], None, id="nobody"),
    ],
)
def test_a_written_address_leads_to_one_person_or_to_nobody(people, found):
    assert getattr(person_of_email("Alice@X.test", people), "id", None) == found
