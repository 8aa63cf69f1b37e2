"""Who may ask the API, and by which proof."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import factories
from tests.integration.api.conftest import ROOT, basic

from fornix.models import SweepRequest

STATUS, SWEEPS = f"{ROOT}status", f"{ROOT}sweeps"
JSON = {"content_type": "application/json"}

pytestmark = pytest.mark.django_db


def browser(account, **options) -> Client:
    client = Client(**options)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def form_token(client: Client) -> str:
    """What a page of ours gives to its forms."""
    page = client.get("/account", headers={"Accept": "text/html"}).content.decode()
    return page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]


def test_a_stranger_is_asked_for_a_token(client):
    response = client.get(STATUS)

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")
    assert response["Cache-Control"] == "private, no-store"
    assert (
        response.json()["error"]["advice"] == "Log in, or send a token that is valid: My account, API tokens."
    )


@pytest.mark.parametrize("wanted", ["text/html", "text/plain", "image/png"])
def test_a_refusal_is_json_whatever_the_script_accepts(client, wanted):
    response = client.get(STATUS, headers={"Accept": wanted})

    assert response.status_code == 401
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("scheme", ["Basic", "Bearer"])
def test_a_token_of_an_administrator_reads_and_changes(administrator, scheme):
    made = factories.make_token(administrator)
    header = f"Bearer {made.token.alias}:{made.secret}" if scheme == "Bearer" else basic(administrator)
    client = Client(headers={"Authorization": header}, enforce_csrf_checks=True)

    assert client.get(STATUS).status_code == 200
    assert client.post(SWEEPS, "{}", **JSON).status_code == 202


def test_a_token_that_was_revoked_is_nobodys(administrator):
    header = basic(administrator)
    administrator.tokens.all().delete()

    assert Client(headers={"Authorization": header}).get(STATUS).status_code == 401


def test_a_login_reads_by_its_cookie(administrator):
    assert browser(administrator).get(STATUS).status_code == 200


def test_a_login_changes_nothing_by_its_cookie_alone(administrator):
    response = browser(administrator, enforce_csrf_checks=True).post(SWEEPS, "{}", **JSON)

    assert response.status_code == 403
    assert "X-CSRFToken" in response.json()["error"]["detail"]
    assert not SweepRequest.objects.exists()


def test_a_login_changes_with_the_token_of_our_pages(administrator):
    client = browser(administrator, enforce_csrf_checks=True)

    response = client.post(SWEEPS, "{}", headers={"X-CSRFToken": form_token(client)}, **JSON)

    assert response.status_code == 202


def test_a_member_may_not_ask_for_a_sweep_and_is_not_told_of_the_bodys_mistakes(script):
    member = script(factories.make_account("carol"))

    status, answer = member.post("sweeps", {"nonsense": 1})

    assert status == 403
    assert answer["error"]["detail"] == "Only administrators can do this."
    assert not SweepRequest.objects.exists()


def test_an_account_that_was_switched_off_is_a_stranger(administrator):
    header = basic(administrator)
    administrator.is_active = False
    administrator.save()

    assert Client(headers={"Authorization": header}).get(STATUS).status_code == 401


@pytest.mark.parametrize("address", ["/api/v1/openapi.json", "/api/v1/docs"])
def test_everybody_who_is_logged_in_reads_about_the_api(client, address):
    assert client.get(address).status_code == 401

    assert browser(factories.make_account("carol")).get(address).status_code == 200


def test_the_page_about_the_api_asks_nothing_of_other_servers_and_runs_nothing():
    page = browser(factories.make_account("carol")).get("/api/v1/docs").content.decode()

    assert "https://" not in page.replace("https://centre.calpendo.com", "")
    assert "<script" not in page
    assert "style=" not in page
    assert "POST /api/v1/mirror/sweeps" in page
