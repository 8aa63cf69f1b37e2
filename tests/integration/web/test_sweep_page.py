"""One sweep's own page: its plan line by line."""

from __future__ import annotations

import re

import pytest
from tests import factories
from tests.integration.web.mirror_rows import sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


def text_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_its_lines_have_pages_that_hold_each_once(root):
    done = sweep(kinds=("person.new",) * 230)

    pages = [text_of(root, f"/mirror/sweeps/{done.pk}")]
    while found := re.search(r'rel="next" href="([^"]+)"', pages[-1]):
        pages.append(text_of(root, found[1]))

    assert re.findall(r"<bdi>person.new (\d+)</bdi>", "".join(pages)) == [str(n) for n in range(230)]


def test_its_lines_can_be_kept_to_one_kind(root):
    done = sweep(kinds=("person.new", "membership.granted", "person.new"))

    page = text_of(root, f"/mirror/sweeps/{done.pk}?kind=membership.granted")

    assert "<bdi>membership.granted 1</bdi>" in page
    assert "<bdi>person.new" not in page
    assert "1 line<" in page


@pytest.mark.parametrize(
    ("outcome", "kinds", "can"),
    [
        ("complete", ("person.joined",), True),
        ("held", ("person.left",), True),
        ("complete", (), False),
        ("planned", ("person.joined",), False),
        ("incomplete", (), False),
    ],
)
def test_only_what_was_applied_and_changed_something_can_be_undone(root, outcome, kinds, can):
    done = sweep(outcome, kinds=kinds)

    assert ("Undo this sweep" in text_of(root, f"/mirror/sweeps/{done.pk}")) is can


def test_why_it_stopped_is_told(root):
    done = sweep("incomplete", reason="no users in the answer")

    page = text_of(root, f"/mirror/sweeps/{done.pk}")

    assert "No users in the answer" in page
    assert "An answer that is not whole changes nothing." in page


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/mirror/sweeps/999", 404),
        ("/mirror/sweeps/1?after=x", 400),
        (f"/mirror/sweeps/1?kind={'k' * 99}", 400),
        ("/mirror/sweeps/999/undo", 404),
    ],
)
def test_what_is_not_there_is_said(root, address, status):
    assert root.get(address).status_code == status
