"""Commands: read strictly, answered as PS3.7 says, and the same as pynetdicom's."""

from __future__ import annotations

import struct
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom.dimse_messages import C_STORE_RSP
from pynetdicom.dsutils import decode
from tests.dicom_wire import UID, command, element

from fornix.receiver.dimse import Command, CommandInvalid, Status, parse_command, response_to
from fornix.receiver.outflow import command_pdus

MR = "1.2.840.10008.5.1.4.1.1.4"


def test_a_store_request_is_read():
    assert parse_command(command(1)) == Command(1, 7, MR, UID, has_data_set=True)


def test_a_request_without_a_data_set_is_read():
    read = parse_command(command(0x30, sop_instance="", has_data_set=False))

    assert (read.field, read.sop_instance_uid, read.has_data_set) == (0x30, "", False)


@pytest.mark.parametrize(
    ("uid", "is_one"),
    [
        ("1.2.3", True),
        ("1.02.3", True),  # zeros in front are wrong, and common
        ("1" * 64, True),
        ("1" * 65, False),
        ("", False),
        ("1.2.x", False),
        ("../../etc", False),
        ("1.2 3", False),
        (".1.2", False),
        ("1.2.", False),
        ("1..2", False),
        (" 1.2", False),
        ("\0" + "1.2", False),
        ("1.2\0\0", True),  # padding
        ("1.2 ", True),
    ],
)
def test_an_instance_needs_a_uid(uid, is_one):
    assert parse_command(command(1, sop_instance=uid)).names_instance is is_one


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(b"", id="empty"),
        pytest.param(command(1)[:-1], id="cut"),
        pytest.param(command(1) + b"\0", id="a byte more"),
        pytest.param(command(1) + element(0x0100, b"\1\0"), id="an element twice"),
        pytest.param(command(1) + struct.pack("<HHL", 8, 0x18, 0), id="another group"),
        pytest.param(element(0x0100, b"\1\0"), id="no message id"),
        pytest.param(element(0x0100, b"\1\0\0\0") + element(0x0110, b"\1\0"), id="a number of four bytes"),
        pytest.param(struct.pack("<HHL", 0, 0, 0xFFFF_FFFF), id="an element of 4 GB"),
    ],
)
def test_what_is_no_command_is_refused(encoded):
    with pytest.raises(CommandInvalid):
        parse_command(encoded)


@given(st.binary(max_size=200))
def test_garbage_is_a_command_or_refused(garbage):
    with suppress(CommandInvalid):
        parse_command(garbage)


def test_pynetdicom_reads_our_response():
    encoded = response_to(parse_command(command(1)), Status.NO_ROOM, "x" * 80)
    ds = decode(BytesIO(encoded), is_implicit_vr=True, is_little_endian=True)

    assert (ds.CommandField, ds.MessageIDBeingRespondedTo, ds.Status) == (0x8001, 7, 0xA700)
    assert (ds.AffectedSOPClassUID, ds.AffectedSOPInstanceUID) == (MR, UID)
    assert ds.ErrorComment == "x" * 64
    assert ds.CommandGroupLength == len(encoded) - 12
    assert {each.tag for each in ds} <= {each.tag for each in C_STORE_RSP().command_set} | {0x00000902}


@pytest.mark.parametrize("max_pdu_bytes", [0, 1, 8, 9, 50, 16_384])
def test_a_response_fits_into_the_pdus_that_the_sender_takes(max_pdu_bytes):
    encoded = response_to(parse_command(command(1)), Status.SUCCESS)

    pdus, together, flags = command_pdus(3, encoded, max_pdu_bytes), b"", []
    while pdus:
        kind, length, item, context_id, control = struct.unpack_from(">BxLLBB", pdus)
        assert (kind, item, context_id) == (4, length - 4, 3)
        assert length <= max(max_pdu_bytes, 8) or not max_pdu_bytes
        together, pdus = together + pdus[12 : 6 + length], pdus[6 + length :]
        flags.append(control)

    assert together == encoded
    assert flags == [1] * (len(flags) - 1) + [3]
