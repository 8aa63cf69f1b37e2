"""Refusals: as a page, JSON or text; what is told, what is logged, and what neither says."""

from __future__ import annotations

import logging
import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from tests import factories

from fornix.errors import Invalid, NotAllowed, NotVisible, Refused, Unavailable
from fornix.http.errors import ErrorMiddleware, translate

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NUMBER = re.compile(r"[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}")

pytestmark = pytest.mark.django_db


def breaking_middleware(get_response):
    return lambda request: 1 / 0


@pytest.fixture
def request_by_alice():
    request = RequestFactory().get("/projects/P001")
    request.user = factories.make_account("alice")
    request.resolver_match = None
    return request


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotVisible(), 404),
        (NotAllowed(), 403),
        (Refused(), 409),
        (Invalid(), 400),
        (Unavailable(), 503),
        (ValueError("x"), 500),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_family_has_its_answer(request_by_alice, error, status):
    response = translate(request_by_alice, error)

    assert response.status_code == status
    assert NUMBER.search(response.content.decode())
    assert response["Cache-Control"] == "private, no-store"


def test_what_a_stranger_may_not_see_asks_him_to_log_in():
    request = RequestFactory().get("/projects/P001", headers=PAGE)
    request.resolver_match = None

    response = translate(request, NotVisible())

    assert response.status_code == 401
    assert 'name="next" value="/projects/P001"' in response.content.decode()
    assert not response["WWW-Authenticate"].startswith("Basic")


def test_a_program_is_told_in_json(client):
    client.force_login(factories.make_account(), backend="django.contrib.auth.backends.ModelBackend")

    error = client.get("/projects/none", headers={"Accept": "application/json"}).json()["error"]

    assert set(error) == {"status", "title", "detail", "safe", "advice", "number"}
    assert error["status"] == 404


def test_a_failure_is_logged_by_its_number_and_without_the_values_in_it(request_by_alice, caplog):
    value = "duplicate key: (patient_name)=({}^Jane)".format("Doe")
    with caplog.at_level(logging.ERROR, "fornix"):
        try:
            raise ValueError(value)
        except ValueError as error:
            response = translate(request_by_alice, error)

    number = NUMBER.search(response.content.decode())[0]
    assert f"number={number}" in caplog.text
    assert "error=ValueError" in caplog.text
    assert "Doe" not in caplog.text + response.content.decode()


def test_an_unknown_address_has_a_page(client):
    response = client.get("/nothing/here", headers=PAGE)

    assert response.status_code == 404
    assert "Nothing here that you may see" in response.content.decode()


def test_a_wrong_method_has_words_and_says_which_is_allowed(client):
    response = client.post("/", headers=PAGE)

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert "Start again from Home" in response.content.decode()


def test_a_form_without_its_token_is_refused_with_words():
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/login", {"username": "a"}, headers=PAGE)

    assert response.status_code == 403
    assert "load the page anew" in response.content.decode()


def test_a_foreign_host_is_refused(client):
    assert client.get("/login", headers={"Host": "evil.example"}).status_code == 400


def test_the_page_of_a_failure_needs_no_database(request_by_alice, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr("fornix.web.frame.viewer_of", broken)
    request_by_alice.META["HTTP_ACCEPT"] = "text/html"

    response = translate(request_by_alice, ValueError("x"))

    assert response.status_code == 500
    assert "Your data are safe" in response.content.decode()


def test_an_error_outside_the_views_is_logged_too(client, settings, caplog):
    settings.MIDDLEWARE = ["tests.integration.http.test_errors.breaking_middleware"]
    client.raise_request_exception = False

    response = client.get("/", headers=PAGE)

    assert response.status_code == 500
    assert f"number={NUMBER.search(response.content.decode())[0]}" in caplog.text
    assert "error=ZeroDivisionError" in caplog.text


def test_an_answer_that_says_how_it_may_be_kept_is_left_alone(rf):
    kept = HttpResponse(headers={"Cache-Control": "private, max-age=60"})

    assert ErrorMiddleware(lambda _: kept)(rf.get("/"))["Cache-Control"] == "private, max-age=60"
