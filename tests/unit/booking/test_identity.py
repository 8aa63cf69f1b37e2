"""Who is linked to which account, and who never by itself."""

from __future__ import annotations

import pytest

from fornix.booking.identity import fold_email, new_links, person_of_email
from fornix.booking.mirror import AccountCard, Person


def person(
    person_id: str, email: str = "alice@x.test", *, active: bool = True, account: int | None = None
) -> Person:
    return Person(person_id, given_name="Alice", folded_email=email, is_active=active, account_id=account)


def account(
    pk: int = 1, email: str = "alice@x.test", *, active: bool = True, admin: bool = False
) -> AccountCard:
    return AccountCard(pk, f"account{pk}", email, active, admin)


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
    ],
)
def test_links_are_made_only_where_the_address_is_one_persons_and_one_accounts(people, accounts, made):
    assert dict(new_links(people, accounts).made) == made


def test_what_a_human_must_decide_is_said():
    shared = new_links([person("1"), person("2")], [account()]).suggestions
    privileged = new_links([person("1")], [account(admin=True)]).suggestions

    assert "share one e-mail" in shared[0]
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
