"""Logging in and out; what strangers learn; no way to make an account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.urls import get_resolver
from django.utils import timezone
from tests import factories

from fornix.models import Account
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db
RIGHT = {"username": "alice", "password": factories.PASSWORD}


def test_home_of_a_stranger_is_the_login_page_itself(browser):
    response = browser().get("/")

    assert response.status_code == 200
    assert b'name="password"' in response.content


def test_the_right_password_opens_home(browser):
    factories.make_account("alice", name="Alice Ångström")
    client = browser()

    response = client.post("/login", RIGHT, follow=True)

    assert response.redirect_chain == [("/", 302)]
    assert "Alice Ångström" in response.content.decode()


def test_a_name_is_known_whatever_its_case(browser):
    factories.make_account("Alice")

    assert browser().post("/login", RIGHT).status_code == 302


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"username": "alice", "password": "wrong"}, 401),
        ({"username": "nobody", "password": "wrong"}, 401),
        ({"username": "alice", "password": ""}, 400),
        ({"username": "a\0b", "password": "x"}, 400),
        ({"username": "x" * 10_000, "password": "x"}, 401),
        ({}, 400),
    ],
    ids=["wrong", "unknown", "empty", "NUL", "long", "nothing"],
)
def test_what_does_not_fit_stays_outside(browser, form, status):
    factories.make_account("alice")
    client = browser()

    response = client.post("/login", form)

    assert response.status_code == status
    assert client.get("/account").status_code == 401


def test_an_unknown_name_and_a_wrong_password_are_told_alike(browser):
    factories.make_account("alice")

    known = browser().post("/login", {"username": "alice", "password": "wrong"}).content
    unknown = browser().post("/login", {"username": "carol", "password": "wrong"}).content

    assert b"do not go together" in known
    assert known.split(b"<main")[1].split(b"csrf")[0] == unknown.split(b"<main")[1].split(b"csrf")[0]


def test_the_user_name_stays_after_a_wrong_password(browser):
    page = browser().post("/login", {"username": 'ali"ce', "password": "wrong"}).content.decode()

    assert 'value="ali&#34;ce"' in page
    assert "wrong" not in page.partition("<form")[2]


def test_an_account_that_was_switched_off_cannot_log_in(browser):
    factories.make_account("alice")
    Account.objects.update(is_active=False)

    assert browser().post("/login", RIGHT).status_code == 401


def test_after_eight_wrong_passwords_the_right_one_waits_too(browser):
    factories.make_account("alice")
    client = browser()
    for _ in range(8):
        client.post("/login", RIGHT | {"password": "wrong"})

    response = client.post("/login", RIGHT)

    assert response.status_code == 429
    assert b"locked for 15 minutes" in response.content


def test_trying_while_locked_out_does_not_prolong_it(browser):
    factories.make_account("alice")
    client = browser()
    for _ in range(8):
        client.post("/login", RIGHT | {"password": "wrong"})
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    during = client.post("/login", RIGHT | {"password": "wrong"}).status_code
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=2))

    assert (during, client.post("/login", RIGHT).status_code) == (429, 302)


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/projects/P001?sort=size", "/projects/P001?sort=size"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("account", "/"),
        ("", "/"),
    ],
)
def test_logging_in_goes_on_inside_the_archive_only(browser, wanted, reached):
    factories.make_account("alice")

    response = browser().post("/login", RIGHT | {"next": wanted})

    assert response["Location"] == reached


def test_logging_out_ends_the_session_on_the_server_too(browser):
    client = browser(factories.make_account("alice"))
    kept = client.cookies.copy()

    client.post("/logout")
    client.cookies = kept

    assert client.get("/account").status_code == 401


def test_a_stranger_learns_nothing_from_an_address(browser):
    project = factories.make_project("P001", people={factories.make_account("alice"): Role.OWNER})
    session = factories.make_session(factories.make_subject(project, "sub-1"))
    client = browser()

    def answer(address: str) -> tuple[int, str]:
        response = client.get(address)
        page = response.content.decode().replace(address, "ADDRESS")
        return response.status_code, page.split('name="next"')[1]

    assert answer("/projects/P001") == answer("/projects/P002")
    assert answer(f"/sessions/{session.accession}") == answer("/sessions/FORNIX_E99999")
    assert answer("/projects/P001/subjects/sub-1") == answer("/projects/P001/subjects/sub-2")
    assert answer("/projects/P001")[0] == 401


def test_a_part_of_a_page_whose_session_ended_brings_the_whole_login_page(browser):
    response = browser().get("/?sort=code", headers={"HX-Request": "true"})

    assert response["HX-Refresh"] == "true"


def test_there_is_no_way_to_register(browser):
    words = ("register", "signup", "sign-up", "sign_up", "join", "invite", "reset")

    patterns = [str(entry.pattern) for entry in get_resolver().url_patterns]
    addresses = [each for each in patterns if not each.startswith("mirror/settings/")]  # administrators' own
    page = browser().get("/").content.decode().lower()

    assert addresses
    assert not [address for address in addresses if any(word in address for word in words)]
    assert not [word for word in words if f'href="/{word}' in page or f'action="/{word}' in page]
    assert all(browser().get(f"/{word}").status_code == 404 for word in words)
