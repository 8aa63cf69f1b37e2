"""Who asks: cookie, token, nobody."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from django.test import Client
from tests import factories

from fornix.access.accounts import revoke_token
from fornix.models import Account, ApiToken
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db


def basic(alias: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{alias}:{secret}".encode()).decode()


def bearer(alias: str, secret: str) -> str:
    return f"Bearer {alias}:{secret}"


@pytest.mark.parametrize("scheme", [basic, bearer], ids=["Basic", "Bearer"])
def test_a_token_reads_what_its_owner_may_and_sets_no_cookie(client, scheme):
    alice = factories.make_account("alice")
    factories.make_project("P001", people={alice: Role.COLLABORATOR})
    made = factories.make_token(alice)

    response = client.get("/projects/P001", headers={"Authorization": scheme(made.token.alias, made.secret)})

    assert response.status_code == 200
    assert not response.cookies


def expired(made) -> None:
    made.token.expires_at = factories.AT - timedelta(seconds=1)
    made.token.save()


def revoked(made) -> None:
    revoke_token(factories.actor_of(made.token.account), made.token.alias, at=factories.AT)


def of_an_inactive_account(made) -> None:
    Account.objects.update(is_active=False)


@pytest.mark.parametrize("ends", [expired, revoked, of_an_inactive_account])
def test_a_token_that_ended_is_refused_with_a_challenge(client, ends):
    made = factories.make_token(factories.make_account("alice"))
    ends(made)

    response = client.get("/", headers={"Authorization": basic(made.token.alias, made.secret)})

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        basic("alice", factories.PASSWORD),
        basic("a\0b", "c"),
        "Bearer x",
        "Bearer :",
        "Digest a:b",
    ],
)
def test_odd_credentials_are_refused_and_break_nothing(client, header):
    factories.make_account("alice")

    response = client.get("/", headers={"Authorization": header})

    assert response.status_code == 401


def test_a_cookie_comes_before_a_token(client):
    client.force_login(factories.make_account("alice"), backend="django.contrib.auth.backends.ModelBackend")

    response = client.get("/account", headers={"Authorization": basic("x", "y")})

    assert response.status_code == 200


def test_a_token_cannot_make_a_token_or_change_the_password():
    made = factories.make_token(factories.make_account("alice"))
    client = Client(headers={"Authorization": basic(made.token.alias, made.secret)})

    statuses = [client.post(path).status_code for path in ("/account/tokens", "/account/password")]

    assert statuses == [403, 403]


def test_a_cookie_of_an_account_that_was_switched_off_is_a_strangers(client):
    client.force_login(factories.make_account("alice"), backend="django.contrib.auth.backends.ModelBackend")
    Account.objects.update(is_active=False)

    assert client.get("/account").status_code == 401


def test_a_token_shows_when_it_was_used_last(client):
    made = factories.make_token(factories.make_account("alice"))
    header = {"Authorization": bearer(made.token.alias, made.secret)}

    client.get("/", headers=header)
    first = ApiToken.objects.get().last_used_at
    client.get("/", headers=header)

    assert first is not None
    assert ApiToken.objects.get().last_used_at == first
