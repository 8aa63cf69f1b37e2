"""Limits of associations, over real sockets: silence, senders who drip, and places when all are taken."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest
from tests.dicom_wire import ABORTED, ACCEPTED, Caller, store
from tests.integration.receiver.conftest import wait_until

from fornix.models import Association, File
from fornix.models.senders import AssociationOutcome

DATA = bytes(range(256)) * 20
NO_PLACE = bytes([3, 0, 0, 0, 0, 4, 0, 2, 3, 2])


def timed_out():
    """The row of the association that was given up, once it is written."""
    return wait_until(
        lambda: Association.objects.filter(outcome=AssociationOutcome.TIMED_OUT).first(), "a row: timed out"
    )


def test_silence_ends_an_association(receiving):
    with receiving(idle_s=0.2) as (port, _), Caller(port) as caller:
        caller.associate()

        assert caller.pdu()[0] == ABORTED
        assert "silent" in timed_out().reason


@pytest.mark.parametrize("whole", [0, 3, 400], ids=["nothing", "half a header", "a command and some data"])
def test_who_drips_within_an_object_is_given_up(receiving, whole):
    said = store(DATA)
    with receiving(idle_s=0.3) as (port, _), Caller(port) as caller:
        caller.associate()
        caller.send(said[:whole])
        stop = threading.Event()

        def drip():
            for byte in said[whole:]:
                if stop.wait(0.02):
                    return
                caller.socket.send(bytes([byte]))

        dripping = threading.Thread(target=drip)
        dripping.start()
        answer = caller.pdu()
        stop.set()
        dripping.join()

        assert answer[0] == ABORTED
        assert "too slow" in timed_out().reason
    assert not File.objects.exists()


def test_one_association_too_many_is_refused_for_the_moment(receiving, make_sender):
    make_sender(ae_title="SCANNER")
    with receiving(max_associations=2) as (port, _):
        with Caller(port) as first, Caller(port) as second, Caller(port) as third:
            assert [first.associate()[0], second.associate()[0]] == [ACCEPTED, ACCEPTED]
            assert third.associate() == NO_PLACE
            first.release()
        wait_until(lambda: _is_accepted(port), "room again")

    assert "2 associations" in Association.objects.get(outcome=AssociationOutcome.REFUSED).reason


def test_strangers_leave_places_to_a_described_scanner(receiving, make_sender):
    make_sender(ae_title="MR1")
    with receiving(max_associations=4) as (port, _), ExitStack() as stack:
        callers = [stack.enter_context(Caller(port)) for _ in range(4)]
        assert [caller.associate()[0] for caller in callers[:2]] == [ACCEPTED, ACCEPTED]
        assert callers[2].associate() == NO_PLACE
        assert callers[3].associate(calling="MR1")[0] == ACCEPTED

    assert "Describe it" in Association.objects.get(outcome=AssociationOutcome.REFUSED).reason


def _is_accepted(port):
    with Caller(port) as caller:
        return caller.associate()[0] == ACCEPTED
