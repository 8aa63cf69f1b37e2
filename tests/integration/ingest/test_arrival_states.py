"""What state an arrival is in, as a table of facts, and what of it is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories import AT

from fornix.catalog.site_rules import SiteRules
from fornix.ingest.states import ArrivalState, due_arrivals, with_state
from fornix.models import Arrival, Upload

pytestmark = pytest.mark.django_db

QUIET = SiteRules().quiet_time
LONG_AGO, JUST_NOW = AT - QUIET, AT - QUIET + timedelta(seconds=1)
LATER = AT + timedelta(seconds=1)
LEASED = {"lease_owner": "elsewhere:1:1", "lease_until": LATER}
NETWORK, IMPORT = {"acknowledges_each": True}, {"acknowledges_each": False, "sealed_at": LONG_AGO}

R, D, F, W, X = (
    ArrivalState.RECEIVING,
    ArrivalState.DUE,
    ArrivalState.FILING,
    ArrivalState.WAITING,
    ArrivalState.DELETED,
)
TABLE = {
    "something came lately": (NETWORK, {"last_byte_at": JUST_NOW}, R),
    "nothing came for the quiet time": (NETWORK, {}, D),
    "its receiver is gone, and it is not quiet": (NETWORK | {"sealed_at": AT}, {"last_byte_at": JUST_NOW}, R),
    "its receiver is gone, and it is quiet": (NETWORK | {"sealed_at": AT}, {}, D),
    "the sender said that it was all": (NETWORK, {"last_byte_at": AT, "committed_at": AT}, D),
    "an import is not sealed": (IMPORT | {"sealed_at": None}, {}, R),
    "an import is sealed": (IMPORT, {"last_byte_at": AT, "committed_at": AT}, D),
    "an import of former days is sealed": (IMPORT, {"last_byte_at": AT}, D),
    "it waits": (NETWORK, {"refusal": "no project"}, W),
    "it waits, and something came lately": (NETWORK, {"refusal": "no", "last_byte_at": AT}, W),
    "somebody is at it": (NETWORK, LEASED, F),
    "somebody was at it": (NETWORK, LEASED | {"lease_until": AT}, D),
    "it rests after a failure": (NETWORK, LEASED | {"lease_owner": ""}, D),
    "it was deleted": (NETWORK, LEASED | {"refusal": "no", "deleted_at": AT}, X),
}


def make_arrival(upload: dict, facts: dict) -> Arrival:
    row = Upload.objects.create(id="u", source="dicom", owner="x", started_at=LONG_AGO, **upload)
    fields = {"received_at": LONG_AGO, "last_byte_at": LONG_AGO} | facts
    return Arrival.objects.create(id="a", upload=row, group="study:1.2:P", **fields)


@pytest.mark.parametrize(("upload", "facts", "state"), TABLE.values(), ids=TABLE)
def test_the_state_follows_from_the_facts(upload, facts, state):
    make_arrival(upload, facts)

    assert with_state(Arrival.objects.all(), at=AT, quiet=QUIET).get().state == state


def test_only_what_rests_is_due_and_not_filed_yet():
    make_arrival(NETWORK, {"lease_until": LATER})

    assert not due_arrivals(AT, SiteRules()).exists()
    assert due_arrivals(LATER, SiteRules()).exists()


def test_the_site_says_how_long_quiet_is():
    make_arrival(NETWORK, {})

    assert due_arrivals(AT, SiteRules()).exists()
    assert not due_arrivals(AT, SiteRules(quiet_time=QUIET * 2)).exists()
