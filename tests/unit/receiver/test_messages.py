"""PDUs and PDVs: however a sender and the network cut them, the same messages; and no garbage that hangs or grows."""

from __future__ import annotations

import struct
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dicom_wire import ABORT, COMMAND, LAST, RELEASE_RQ, Line, command, cut, p_data, pdv, request, store

from fornix.receiver.ends import (
    AbortReason,
    AssociationEnd,
    ConnectionLost,
    NotDicomProtocol,
    PeerAborted,
    Released,
)
from fornix.receiver.inflow import Inflow
from fornix.receiver.messages import BLOCK_BYTES, COMMAND_BYTES, TOLERATED_PDU_BYTES, Messages

PLACES = st.lists(st.integers(0, 1 << 20), max_size=12)
C_STORE = command(1)


def messages(*segments):
    return Messages(Inflow(Line(*segments)))


def received(read):
    """The next command, and its data set."""
    context_id, encoded = read.command()
    return context_id, encoded, b"".join(bytes(chunk) for chunk in read.data_set(context_id))


def receive_all(read):
    while True:
        received(read)


@given(st.binary(max_size=400), PLACES, PLACES, PLACES, PLACES)
def test_any_cut_into_pdvs_pdus_and_segments_gives_the_same_message(
    data, in_command, in_data, pdus, segments
):
    commands, pieces = cut(C_STORE, in_command), cut(data, in_data) or [b""]
    pdvs = [pdv(5, COMMAND, piece) for piece in commands[:-1]] + [pdv(5, COMMAND | LAST, commands[-1])]
    pdvs += [pdv(5, 0, piece) for piece in pieces[:-1]] + [pdv(5, LAST, pieces[-1])]
    borders = sorted({place % len(pdvs) for place in pdus} | {0, len(pdvs)})
    groups = [pdvs[start:end] for start, end in pairwise(borders)]
    stream = b"".join(p_data(*group) for group in groups)

    read = messages(*cut(stream + RELEASE_RQ, segments))

    assert received(read) == (5, C_STORE, data)
    with pytest.raises(Released):
        read.command()


@pytest.mark.parametrize("extra", [-1, 0, 1, BLOCK_BYTES])
def test_a_large_data_set_comes_in_blocks(extra):
    data = bytes(range(251)) * ((BLOCK_BYTES + extra) // 251 + 1)
    data = data[: BLOCK_BYTES + extra]
    read = messages(store(data, piece=100_000))

    context_id, _ = read.command()
    lengths, together = [], b""
    for chunk in read.data_set(context_id):
        lengths.append(len(chunk))
        together += chunk

    assert together == data
    assert set(lengths[:-1]) <= {BLOCK_BYTES}


def test_pieces_of_one_byte_take_no_memory():
    read = messages(store(bytes(60_000), piece=1))
    context_id, _ = read.command()

    tracemalloc.start()
    lengths = [len(chunk) for chunk in read.data_set(context_id)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert lengths == [60_000]
    assert peak < 2 * BLOCK_BYTES


@pytest.mark.parametrize("length", [TOLERATED_PDU_BYTES + 1, 0x7FFF_FFFF, 0xFFFF_FFFF, 0, 5])
def test_an_impossible_length_of_a_pdu_ends_it_without_memory(length):
    read = messages(struct.pack(">BxL", 4, length))

    with pytest.raises(NotDicomProtocol, match="length") as refused:
        read.command()

    assert refused.value.abort == AbortReason.INVALID_PARAMETER


@pytest.mark.parametrize(
    ("stream", "abort"),
    [
        pytest.param(request(), AbortReason.UNEXPECTED_PDU, id="a second request"),
        pytest.param(bytes([6, 0, 0, 0, 0, 4, 0, 0, 0, 0]), AbortReason.UNEXPECTED_PDU, id="a release reply"),
        pytest.param(
            bytes([8, 0, 0, 0, 0, 4, 0, 0, 0, 0]), AbortReason.UNRECOGNISED_PDU, id="an unknown type"
        ),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", AbortReason.UNRECOGNISED_PDU, id="a browser"),
        pytest.param(p_data(pdv(1, LAST, b"data")), AbortReason.UNEXPECTED_PARAMETER, id="data alone"),
        pytest.param(
            p_data(pdv(1, COMMAND, C_STORE), pdv(3, COMMAND | LAST, b"")),
            AbortReason.INVALID_PARAMETER,
            id="another context within a command",
        ),
        pytest.param(
            p_data(pdv(1, COMMAND, bytes(COMMAND_BYTES + 1))),
            AbortReason.INVALID_PARAMETER,
            id="a long command",
        ),
        pytest.param(
            p_data(struct.pack(">LBB", 1, 1, 3)),
            AbortReason.INVALID_PARAMETER,
            id="a pdv shorter than its header",
        ),
        pytest.param(
            p_data(struct.pack(">LBB", 99, 1, 3)),
            AbortReason.INVALID_PARAMETER,
            id="a pdv longer than its pdu",
        ),
        pytest.param(
            p_data(pdv(1, COMMAND, b""), b"\0\0\0"),
            AbortReason.INVALID_PARAMETER,
            id="bytes behind the last pdv",
        ),
    ],
)
def test_what_is_no_message_ends_it_with_the_reason(stream, abort):
    with pytest.raises(NotDicomProtocol) as refused:
        messages(stream).command()

    assert refused.value.abort == abort


@pytest.mark.parametrize(
    ("stream", "end"),
    [
        pytest.param(ABORT, PeerAborted, id="abort"),
        pytest.param(RELEASE_RQ, NotDicomProtocol, id="release"),
        pytest.param(b"", ConnectionLost, id="closed"),
        pytest.param(p_data(pdv(1, COMMAND | LAST, C_STORE)), NotDicomProtocol, id="another command"),
        pytest.param(p_data(pdv(3, LAST, b"")), NotDicomProtocol, id="another context"),
    ],
)
def test_a_data_set_that_does_not_end_is_told(stream, end):
    read = messages(p_data(pdv(1, COMMAND | LAST, C_STORE), pdv(1, 0, b"half")), stream)
    context_id, _ = read.command()

    with pytest.raises(end):
        list(read.data_set(context_id))


def test_whoever_gives_up_a_data_set_can_read_past_the_rest():
    def passing(chunks):
        yield from chunks

    read = messages(store(bytes(3 * BLOCK_BYTES)), store(b"the next"))
    context_id, _ = read.command()
    data_set = read.data_set(context_id)
    taker = passing(data_set)
    next(taker)
    taker.close()

    rest = sum(len(chunk) for chunk in data_set)

    assert rest == 2 * BLOCK_BYTES
    assert received(read)[2] == b"the next"


@given(st.binary(max_size=300), PLACES)
def test_garbage_always_comes_to_an_end(garbage, places):
    read = messages(*cut(garbage, places))

    with pytest.raises(AssociationEnd):
        receive_all(read)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_damaged_stream_always_comes_to_an_end(place, damage):
    stream = store(bytes(200), piece=50) + RELEASE_RQ
    read = messages(stream[:place] + damage + stream[place + len(damage) :])

    with pytest.raises(AssociationEnd):
        receive_all(read)


@pytest.mark.parametrize(
    ("stream", "end"),
    [
        pytest.param(b"", ConnectionLost, id="nothing"),
        pytest.param(request()[:50], ConnectionLost, id="a part"),
        pytest.param(ABORT, PeerAborted, id="an abort"),
        pytest.param(RELEASE_RQ, NotDicomProtocol, id="a release"),
        pytest.param(store(b"data"), NotDicomProtocol, id="data"),
        pytest.param(struct.pack(">BxL", 1, 67), NotDicomProtocol, id="too short"),
        pytest.param(struct.pack(">BxL", 1, 0xFFFF_FFFF), NotDicomProtocol, id="too long"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01", NotDicomProtocol, id="TLS"),
    ],
)
def test_first_comes_a_request(stream, end):
    with pytest.raises(end):
        messages(stream).request()


def test_a_request_is_read_whole_and_no_byte_more():
    read = messages(*cut(request() + store(b"data"), [3, 70, 200]))

    assert read.request() == request()
    assert received(read)[2] == b"data"
