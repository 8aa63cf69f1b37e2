"""Mistakes on the pages of arrivals: whoever makes one is led back to where it was made, and loses nothing."""

from __future__ import annotations

import pytest
from tests import factories

from fornix.models import Arrival

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


def text_of(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    ("typed", "status", "told"),
    [
        ({"decision": "file", "project": "NOWHERE", "subject": "S1"}, 400, "There is no project"),
        ({"decision": "file", "project": "", "subject": "S1"}, 400, "Say the project"),
        ({"decision": "labels", "subject": "Müller Hans"}, 400, "this would be M_ller_Hans"),
        ({"decision": "split"}, 409, "All files of this arrival are of one patient"),
    ],
    ids=["no project", "empty", "name", "split"],
)
def test_a_mistake_on_the_page_of_an_arrival_is_told_there(root, typed, status, told):
    address = f"/arrivals/{factories.make_arrival().pk}"
    form = {"arrival": address.rpartition("/")[2], "next": address} | typed

    answer = root.post("/arrivals/decide", form)

    assert answer.status_code == status
    assert told in text_of(answer)
    assert all(
        f'value="{typed[name]}"' in text_of(answer) for name in ("project", "subject") if name in typed
    )
    assert f'href="{address}?sort=size"' in text_of(answer)


def test_a_mistake_in_the_list_is_told_in_the_list(root):
    arrival = factories.make_arrival()
    form = {
        "decision": "file",
        "arrival": arrival.pk,
        "project": "NOWHERE",
        "next": "/arrivals?state=waiting",
    }

    answer = root.post("/arrivals/decide", form, follow=True)

    assert answer.redirect_chain == [("/arrivals?state=waiting", 302)]
    assert '<div class="notice wrong" role="status">' in text_of(answer)
    assert "There is no project" in text_of(answer)


def test_the_page_says_what_the_session_will_be_called(root):
    arrival = factories.make_arrival()
    Arrival.objects.filter(pk=arrival.pk).update(facts={"session": "PID-7"})
    address = f"/arrivals/{arrival.pk}"

    assert "the session is called <b><bdi>PID-7</bdi></b>: that comes from the files" in text_of(
        root.get(address)
    )
    Arrival.objects.update(session_label="first")
    assert "the session is called" not in text_of(root.get(address))


def test_what_is_on_its_way_shows_no_form_to_file_it(root):
    arrival = factories.make_arrival()
    address = f"/arrivals/{arrival.pk}"

    assert ">File it</button>" in text_of(root.get(address))
    Arrival.objects.update(refusal="", committed_at=factories.AT)

    assert ">File it</button>" not in text_of(root.get(address))
    assert "It is on its way" in text_of(root.get(address))
