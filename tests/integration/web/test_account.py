"""My account: projects and why, tokens, password."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from tests import factories

from fornix.models import Account, ApiToken, Event, Membership
from fornix.models.memberships import Role
from fornix.web.account import FORM_LENGTH, SENT, SENT_KEPT

pytestmark = pytest.mark.django_db
FORM = re.compile(r'name="form" value="([0-9a-f]{32})"')
NEW = "a quite different phrase"


def change(**fields: str) -> dict[str, str]:
    return {"current": factories.PASSWORD, "new": NEW, "repeated": NEW} | fields


def form_on(client: Client) -> str:
    """The value by which the form for a token is known."""
    return FORM.search(client.get("/account").content.decode())[1]


def send(client: Client, form: str, name: str = "cluster"):
    return client.post("/account/tokens", {"name": name, "form": form})


def secret_on(page: str) -> str | None:
    found = re.search(r'<code class="secret"[^>]*>([^<]+)</code>', page)
    return found[1] if found else None


def test_my_projects_are_listed_with_role_and_reason(browser):
    alice = factories.make_account("alice", email="a@example.test")
    project = factories.make_project("P001", people={alice: Role.MEMBER})
    Membership.objects.create(
        account=alice,
        project=project,
        role="owner",
        source="calpendo:main",
        granted_at=factories.AT,
        evidence="owner in Calpendo",
    )

    page = browser(alice).get("/account").content.decode()

    assert "Owner in Calpendo" in page
    assert "Granted at the command line" in page
    assert "a@example.test" in page


def test_many_projects_have_pages(browser):
    alice = factories.make_account("alice")
    for number in range(60):
        factories.make_project(f"P{number:02}", people={alice: Role.MEMBER})
    client = browser(alice)

    first = client.get("/account").content.decode()
    second = client.get(re.search(r'rel="next" href="([^"]+)"', first)[1]).content.decode()

    assert re.findall(r'href="/projects/(P\d+)"', first + second) == [f"P{number:02}" for number in range(60)]


def test_a_secret_is_shown_once_and_works(browser):
    client = browser(factories.make_account("alice"))

    made = client.post("/account/tokens", {"name": "cluster"})
    secret = secret_on(made.content.decode())

    assert (made.status_code, made["Cache-Control"]) == (200, "private, no-store")
    assert secret_on(client.get("/account").content.decode()) is None
    header = "Basic " + base64.b64encode(secret.encode()).decode()
    assert Client(headers={"Authorization": header}).get("/account").status_code == 200


def test_a_secret_is_nowhere_in_the_database(browser):
    client = browser(factories.make_account("alice"))

    alias, secret = secret_on(send(client, form_on(client)).content.decode()).split(":")

    kept = [Session.objects.get().get_decoded(), *ApiToken.objects.values(), *Event.objects.values()]
    assert alias in str(kept)
    assert secret not in str(kept)


def test_a_form_that_is_sent_again_makes_no_second_token_and_says_so(browser):
    client = browser(factories.make_account("alice"))
    form = form_on(client)
    send(client, form)

    again = send(client, form)

    assert again.status_code == 409
    assert "no second one was made" in again.content.decode()
    assert secret_on(again.content.decode()) is None
    assert ApiToken.objects.count() == 1


def test_the_page_that_shows_a_secret_has_a_form_for_the_next_token(browser):
    client = browser(factories.make_account("alice"))
    first = send(client, form_on(client))

    second = send(client, FORM.search(first.content.decode())[1])

    assert (second.status_code, ApiToken.objects.count()) == (200, 2)


def test_a_form_that_was_refused_can_be_sent_again(browser):
    client = browser(factories.make_account("alice"))
    form = form_on(client)
    send(client, form, name="")

    assert send(client, form).status_code == 200


def test_the_session_does_not_grow_with_the_tokens_that_were_made(browser):
    client = browser(factories.make_account("alice"))

    for number in range(SENT_KEPT + 5):
        send(client, f"{number}" * 500)

    kept = client.session[SENT]
    assert (len(kept), max(map(len, kept))) == (SENT_KEPT, FORM_LENGTH)


@pytest.mark.parametrize("form", ["tokens", "tokens/revoke", "password"])
def test_where_a_form_goes_to_leads_to_the_page_when_it_is_typed_in(browser, form):
    response = browser(factories.make_account("alice")).get(f"/account/{form}")

    assert (response.status_code, response["Location"]) == (302, "/account")


def test_a_token_ends_at_the_end_of_its_day(browser):
    today = timezone.localdate()

    browser(factories.make_account("alice")).post("/account/tokens", {"name": "x", "expires_on": str(today)})

    assert timezone.localtime(ApiToken.objects.get().expires_at).strftime("%F %T") == f"{today} 23:59:59"


@pytest.mark.parametrize(
    "form",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "x", "expires_on": "soon"},
        {"name": "x", "expires_on": "2001-01-01"},
        {"name": "x", "expires_on": "9999-12-31"},
    ],
    ids=["no name", "long name", "no day", "past", "far"],
)
def test_a_token_that_cannot_be_made_says_why(browser, form):
    response = browser(factories.make_account("alice")).post("/account/tokens", form)

    assert response.status_code == 400
    assert b'role="alert"' in response.content
    assert not ApiToken.objects.exists()


def test_revoking_ends_my_token_and_nobody_elses(browser):
    alice, bob = factories.make_account("alice"), factories.make_account("bob")
    hers, his = factories.make_token(alice).token, factories.make_token(bob).token
    client = browser(alice)

    statuses = [
        client.post("/account/tokens/revoke", {"alias": token.alias}).status_code for token in (hers, his)
    ]

    assert statuses == [302, 404]
    assert list(ApiToken.objects.all()) == [his]


def test_an_ended_token_is_marked(browser):
    alice = factories.make_account("alice")
    factories.make_token(alice, expires_at=timezone.now() - timedelta(days=1))

    assert "Ended" in browser(alice).get("/account").content.decode()


def test_a_changed_password_logs_out_other_browsers_and_leaves_an_event(browser):
    alice = factories.make_account("alice")
    here, there = browser(alice), browser(alice)

    response = here.post("/account/password", change())

    assert response.status_code == 302
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 401
    assert Event.objects.filter(verb="password.changed", account=alice).exists()
    assert browser().post("/login", {"username": "alice", "password": NEW}).status_code == 302


@pytest.mark.parametrize(
    "fields",
    [
        {"current": "wrong"},
        {"repeated": "other"},
        {"new": "short", "repeated": "short"},
        {"new": "", "repeated": ""},
        {"new": "password123", "repeated": "password123"},
    ],
    ids=["wrong", "not twice", "short", "empty", "common"],
)
def test_a_password_that_cannot_be_changed_stays(browser, fields):
    alice = factories.make_account("alice")

    response = browser(alice).post("/account/password", change(**fields))

    assert response.status_code == 400
    assert Account.objects.get().check_password(factories.PASSWORD)
