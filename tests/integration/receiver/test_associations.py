"""Associations from their first byte to their end, over real sockets: limits, hostile callers, and what rows tell."""

from __future__ import annotations

import threading

import pytest
from tests.dicom_wire import (
    ABORT,
    ABORTED,
    ACCEPTED,
    REJECTED,
    UID,
    Caller,
    command,
    echo,
    p_data,
    pdv,
    request,
    status_in,
    store,
)
from tests.integration.receiver.conftest import wait_until

from fornix.models import Association, File, Sender
from fornix.models.senders import AssociationOutcome

DATA = bytes(range(256)) * 20


def ended(outcome):
    """The row of the association that ended so, once it is written."""
    return wait_until(lambda: Association.objects.filter(outcome=outcome).first(), f"a row: {outcome}")


def test_a_released_association_is_told_by_its_row(receiving):
    with receiving() as (port, _), Caller(port) as caller:
        assert caller.associate(calling="MR1")[0] == ACCEPTED
        assert [
            caller.store(DATA),
            caller.store(DATA, sop_instance=""),
            status_in(caller.send(echo(3)).pdu()),
        ] == [
            0,
            0x0117,
            0,
        ]
        caller.release()
        row = ended(AssociationOutcome.RELEASED)

    assert (row.calling_ae_title, row.called_ae_title, row.address) == ("MR1", "FORNIX", "127.0.0.1")
    kept = File.objects.get()
    assert (row.images, row.refused_images, row.reason) == (1, 1, "")
    assert row.byte_count == kept.blob.length
    assert row.started_at <= row.last_image_at <= row.ended_at
    assert kept.sop_instance_uid == UID


def test_an_open_association_has_its_row(receiving):
    with receiving() as (port, _), Caller(port) as caller:
        caller.associate()
        caller.store(DATA)

        row = wait_until(lambda: Association.objects.filter(images=1).first(), "the row of an open one")

        assert (row.outcome, row.ended_at) == (AssociationOutcome.OPEN, None)


@pytest.mark.parametrize(
    ("said", "outcome", "words"),
    [
        pytest.param(ABORT, AssociationOutcome.ABORTED, "The sender aborted", id="aborted"),
        pytest.param(b"", AssociationOutcome.LOST, "closed the connection", id="closed"),
        pytest.param(request(), AssociationOutcome.BROKEN, "PDU of type 1", id="asked again"),
        pytest.param(b"GARBAGE AND MORE", AssociationOutcome.BROKEN, "no DICOM PDU", id="garbage"),
        pytest.param(
            p_data(pdv(9, 3, command(1))), AssociationOutcome.BROKEN, "context 9", id="a wrong context"
        ),
        pytest.param(
            store(DATA)[:900], AssociationOutcome.LOST, "closed the connection", id="half an object"
        ),
    ],
)
def test_how_an_association_ended_is_told(receiving, said, outcome, words):
    with receiving() as (port, _):
        with Caller(port) as caller:
            caller.associate()
            caller.send(said)
        row = ended(outcome)

    assert words in row.reason
    assert not File.objects.exists()


def test_who_breaks_the_protocol_is_told_why(receiving):
    with receiving() as (port, _), Caller(port) as caller:
        caller.associate()

        assert caller.send(request()).pdu() == bytes([7, 0, 0, 0, 0, 4, 0, 0, 2, 2])
        assert caller.pdu() == b""


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", id="a browser"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS"),
        pytest.param(b"\x01\x00\xff\xff\xff\xff", id="a request of 4 GB"),
        pytest.param(request()[:74] + b"\xff" * (len(request()) - 74), id="a request of garbage"),
        pytest.param(store(DATA), id="data without asking"),
    ],
)
def test_who_does_not_ask_properly_gets_an_abort_and_a_row(receiving, said):
    with receiving() as (port, _):
        with Caller(port) as caller:
            assert caller.send(said).pdu()[0] == ABORTED
        row = ended(AssociationOutcome.REFUSED)

    assert row.reason
    assert row.calling_ae_title == ""


def test_who_asks_for_nothing_leaves_no_row(receiving):
    with receiving() as (port, _):
        Caller(port).socket.close()
        with Caller(port) as caller:
            caller.associate()
            caller.release()
        ended(AssociationOutcome.RELEASED)

    assert Association.objects.count() == 1


def test_a_request_a_byte_at_a_time_is_cut_off(receiving):
    with receiving(request_s=0.3) as (port, _), Caller(port) as caller:
        stop = threading.Event()

        def drip():
            for byte in request():
                if stop.wait(0.05):
                    return
                caller.socket.send(bytes([byte]))

        dripping = threading.Thread(target=drip)
        dripping.start()
        answer = caller.pdu()
        stop.set()
        dripping.join()

        assert answer[0] == ABORTED
        assert "silent" in ended(AssociationOutcome.REFUSED).reason


def test_a_flood_of_silent_connections_keeps_nobody_out(receiving):
    with receiving() as (port, _):
        flood = [Caller(port) for _ in range(300)]
        with Caller(port) as caller:
            assert caller.associate()[0] == ACCEPTED
            assert threading.active_count() < 100
            caller.release()
        for each in flood:
            each.socket.close()


def test_asking_again_and_again_makes_one_row(receiving):
    with receiving(refuses_unknown=True) as (port, _):
        for _ in range(20):
            with Caller(port) as caller:
                assert caller.associate(calling="NOBODY")[0] == REJECTED
        wait_until(Association.objects.exists, "a row")

    row = Association.objects.get()
    assert (row.outcome, row.calling_ae_title) == (AssociationOutcome.REFUSED, "NOBODY")
    assert row.ended_at > row.started_at


def test_an_object_under_way_is_finished_before_the_end(receiving):
    whole = store(DATA)
    with receiving() as (port, receiver), Caller(port) as idle, Caller(port) as busy:
        idle.associate()
        busy.associate()
        busy.send(whole[:2000])
        wait_until(lambda: Association.objects.count() == 2, "both rows")
        receiver.end()

        assert idle.pdu()[0] == ABORTED
        assert status_in(busy.send(whole[2000:]).pdu()) == 0
        assert busy.pdu()[0] == ABORTED

    assert File.objects.count() == 1
    assert set(Association.objects.values_list("reason", flat=True)) == {"The receiver was told to end."}


@pytest.mark.parametrize(
    ("described", "calling", "called", "answer"),
    [
        pytest.param({}, "MR1", "ANY", ACCEPTED, id="as described"),
        pytest.param({"address": "127.0.0.0/8"}, "MR1", "ANY", ACCEPTED, id="from its network"),
        pytest.param({"address": "192.0.2.7"}, "MR1", "ANY", bytes([1, 1, 3]), id="from elsewhere"),
        pytest.param({"address": "not an address"}, "MR1", "ANY", bytes([1, 1, 3]), id="from nowhere"),
        pytest.param({"called_ae_title": "VAULT"}, "MR1", "VAULT", ACCEPTED, id="calls the right title"),
        pytest.param({"called_ae_title": "VAULT"}, "MR1", "ANY", bytes([1, 1, 7]), id="calls another title"),
        pytest.param({"is_allowed": False}, "MR1", "ANY", bytes([1, 1, 3]), id="switched off"),
        pytest.param({"is_allowed": False}, "MR2", "ANY", ACCEPTED, id="a stranger"),
        pytest.param({}, "", "ANY", bytes([1, 1, 3]), id="without a title"),
    ],
)
def test_who_may_send(receiving, make_sender, described, calling, called, answer):
    make_sender(ae_title="MR1", **described)
    with receiving() as (port, _), Caller(port) as caller:
        pdu = caller.associate(calling=calling, called=called)

    assert pdu[0] == answer if isinstance(answer, int) else pdu[7:] == answer


def test_of_several_descriptions_the_closest_counts(receiving, make_sender):
    make_sender(name="anywhere", ae_title="MR1")
    close = make_sender(name="here", ae_title="MR1", address="127.0.0.1")
    make_sender(name="elsewhere", ae_title="MR1", address="192.0.2.7", is_allowed=False)

    with receiving() as (port, _), Caller(port) as caller:
        caller.associate(calling="MR1")
        caller.release()
        row = ended(AssociationOutcome.RELEASED)

    assert row.sender == close


@pytest.mark.parametrize(("called", "kind"), [("VAULT", ACCEPTED), ("vault", REJECTED), ("", REJECTED)])
def test_the_called_title_counts_where_the_site_says_so(receiving, called, kind):
    with receiving(ae_title="VAULT", checks_called_title=True) as (port, _), Caller(port) as caller:
        assert caller.associate(called=called)[0] == kind


@pytest.mark.parametrize(("is_console", "expected"), [(True, 1), (False, 0)])
def test_a_console_that_releases_says_that_it_was_all(receiving, make_sender, is_console, expected):
    make_sender(ae_title="MR1", is_console=is_console)
    with receiving() as (port, _), Caller(port) as caller:
        caller.associate(calling="MR1")
        caller.store(DATA)
        caller.release()

    arrivals = File.objects.get().arrival
    assert (arrivals.committed_at is not None) is bool(expected)
    assert arrivals.sender == Sender.objects.get()
