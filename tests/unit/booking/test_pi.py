"""The PI: found by the places that a site configured, in their order, and never by a name."""

from __future__ import annotations

import pytest

from fornix.booking.answer import PiReading
from fornix.booking.config import DEFAULT_PI, PiSource
from fornix.booking.mirror import Person
from fornix.booking.pi import resolve_pi
from fornix.booking.wire import UNKNOWN

PEOPLE = {
    "1": Person("1", "Seán", "Ó Briain", email="s@x.test", folded_email="s@x.test", is_active=True),
    "2": Person("2", "John", "Smith", folded_email="j@x.test", is_active=True),
    "3": Person("3", "Jane", "Smith", folded_email="lab@x.test", is_active=True),
    "4": Person("4", "Jim", "Smith", folded_email="lab@x.test", is_active=True),
}


def resolve(reference="", email="", name="", leader=""):
    readings = (
        PiReading("reference", "principalInvestigator", reference),
        PiReading("email", "piEmail", email),
        PiReading("name", "piName", name),
    )
    return resolve_pi(DEFAULT_PI, readings, {"groupLeader": leader}, PEOPLE)


@pytest.mark.parametrize(
    ("told", "person", "certain"),
    [
        pytest.param({"reference": "1"}, "1", True, id="by reference"),
        pytest.param({"reference": "1", "email": "j@x.test"}, "1", True, id="reference before e-mail"),
        pytest.param({"reference": "1", "email": UNKNOWN, "name": UNKNOWN}, "1", True, id="the rest hidden"),
        pytest.param({"email": " J@X.test"}, "2", True, id="by e-mail"),
        pytest.param({"email": "lab@x.test"}, None, True, id="an e-mail of two"),
        pytest.param({"email": "gone@x.test", "name": "Prof. G"}, None, True, id="nobody here"),
        pytest.param({"name": "John Smith"}, None, True, id="a name leads to nobody"),
        pytest.param({"leader": "Seán Ó Briain"}, None, True, id="a leader's name leads to nobody"),
        pytest.param({"leader": "s@x.test"}, "1", True, id="a leader's e-mail"),
        pytest.param({"reference": UNKNOWN}, None, False, id="hidden"),
        pytest.param({"reference": UNKNOWN, "email": "j@x.test"}, "2", False, id="hidden, then an e-mail"),
        pytest.param({"reference": "404"}, None, False, id="a reference to nobody"),
        pytest.param({}, None, True, id="none"),
    ],
)
def test_the_first_place_that_leads_to_a_person_counts(told, person, certain):
    found = resolve(**told)

    assert (found.person_id, found.is_certain) == (person, certain)


def test_a_property_of_projects_is_not_one_of_users_by_the_same_name():
    sources = (PiSource("reference", "pi"), PiSource("person", "pi"))

    found = resolve_pi(sources, (PiReading("reference", "pi", "1"),), {"pi": "j@x.test"}, PEOPLE)

    assert found.person_id == "1"


def test_what_is_written_is_shown_even_where_it_leads_to_nobody():
    found = resolve(email="gone@x.test", name="Prof. G")

    assert (found.text, found.email) == ("Prof. G", "gone@x.test")


def test_a_person_is_shown_by_his_own_name():
    found = resolve(reference="1", name="O'Brien, S.")

    assert (found.text, found.email) == ("Seán Ó Briain", "s@x.test")
