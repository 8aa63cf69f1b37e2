"""What is proposed and what is accepted: every storage class, in the encoding that keeps most; and hostile requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EnhancedMRImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    MRImageStorage,
)
from pynetdicom.pdu import A_ABORT_RQ, A_ASSOCIATE_AC, A_ASSOCIATE_RJ
from pynetdicom.pdu_primitives import (
    AsynchronousOperationsWindowNegotiation,
    SCP_SCU_RoleSelectionNegotiation,
    UserIdentityNegotiation,
)
from tests.dicom_wire import VERIFICATION, context, request

from fornix.receiver.abstract_syntaxes import is_storage
from fornix.receiver.ends import AbortReason, NotDicomProtocol
from fornix.receiver.negotiation import Rejection, abort, accept, read_request, reject

PRIVATE = "1.3.12.2.1107.5.9.1"  # Siemens, CSA Non-Image Storage


def answered(asked):
    """Our A-ASSOCIATE-AC as pynetdicom reads it, and the accepted contexts."""
    encoded, contexts = accept(read_request(asked), 131_072)
    pdu = A_ASSOCIATE_AC()
    pdu.decode(encoded)
    return pdu.to_primitive(), contexts


def items_of(primitive, kind):
    return [item for item in primitive.user_information if isinstance(item, kind)]


@pytest.mark.parametrize(
    ("uid", "expected"),
    [
        (MRImageStorage, True),
        (EnhancedMRImageStorage, True),
        (PRIVATE, True),
        ("1.3.46.670589.11.0.0.12.1", True),  # Philips, Private MR Spectrum Storage
        ("1.2.840.113619.4.26", True),  # GE
        ("1.2.840.10008.5.1.4.1.1.5", True),  # retired
        ("1.2.840.10008.5.1.1.29", True),  # retired, Hardcopy Grayscale Image Storage
        ("1.2.840.10008.5.1.4.34.7", True),  # RT Beams Delivery Instruction Storage
        ("1.2.840.10008.5.1.4.38.1", True),  # Hanging Protocol Storage
        ("1.2.840.10008.5.1.4.1.1.4.99", True),  # of a later edition
        ("1.2.840.10008.5.1.4.77.1", True),  # of a later edition
        (VERIFICATION, False),
        ("1.2.840.10008.5.1.4.1.2.2.1", False),  # query
        ("1.2.840.10008.5.1.4.1.2.1.2", False),  # retrieve
        ("1.2.840.10008.5.1.4.31", False),  # worklist
        ("1.2.840.10008.3.1.2.3.3", False),  # performed procedure step
        ("1.2.840.10008.1.20.1", False),  # storage commitment
        ("1.2.840.10008.1.20.2", False),  # the retired one
        ("1.2.840.10008.5.1.1.9", False),  # print
        ("1.2.840.10008.1.3.10", False),  # DICOMDIR
        ("1.2.840.10008.5.1.4.34.6.1", False),  # unified procedure step
        ("1.2.840.10008.5.1.4.1.1.200.4", False),  # query of protocols, among the storage classes by number
    ],
)
def test_what_is_no_other_service_is_storage(uid, expected):
    assert is_storage(uid) is expected


@pytest.mark.parametrize(
    ("proposed", "chosen"),
    [
        pytest.param([ExplicitVRLittleEndian], ExplicitVRLittleEndian, id="only one"),
        pytest.param([ImplicitVRLittleEndian], ImplicitVRLittleEndian, id="only implicit"),
        pytest.param(
            [ImplicitVRLittleEndian, ExplicitVRLittleEndian], ExplicitVRLittleEndian, id="keeps types"
        ),
        pytest.param(
            [ExplicitVRBigEndian, ExplicitVRLittleEndian], ExplicitVRLittleEndian, id="little endian"
        ),
        pytest.param(
            [ExplicitVRBigEndian, ImplicitVRLittleEndian], ExplicitVRBigEndian, id="keeps types too"
        ),
        pytest.param([JPEGLosslessSV1, ExplicitVRLittleEndian], JPEGLosslessSV1, id="as it is compressed"),
        pytest.param([ExplicitVRLittleEndian, JPEG2000Lossless], ExplicitVRLittleEndian, id="as it is plain"),
        pytest.param([DeflatedExplicitVRLittleEndian], DeflatedExplicitVRLittleEndian, id="deflated"),
        pytest.param(["1.2.840.113619.5.2"], "1.2.840.113619.5.2", id="a private one"),
    ],
)
def test_the_transfer_syntax_that_keeps_most_is_chosen(proposed, chosen):
    primitive, contexts = answered(request(context(1, MRImageStorage, *proposed)))

    assert contexts[1].transfer_syntax == chosen
    (result,) = primitive.presentation_context_definition_results_list
    assert (result.result, result.transfer_syntax) == (0, [chosen])


def test_each_context_of_one_class_gets_its_own_transfer_syntax():
    _, contexts = answered(
        request(
            context(1, MRImageStorage, JPEG2000Lossless, ExplicitVRLittleEndian),
            context(3, MRImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless),
            context(5, MRImageStorage, ImplicitVRLittleEndian),
        )
    )

    chosen = [contexts[number].transfer_syntax for number in (1, 3, 5)]
    assert chosen == [JPEG2000Lossless, ExplicitVRLittleEndian, ImplicitVRLittleEndian]


def test_other_services_are_refused_beside_accepted_ones():
    primitive, contexts = answered(
        request(context(1, VERIFICATION), context(3, "1.2.840.10008.5.1.4.31"), context(5, PRIVATE))
    )

    results = {
        each.context_id: each.result for each in primitive.presentation_context_definition_results_list
    }
    assert results == {1: 0, 3: 3, 5: 0}
    assert [(number, each.is_storage) for number, each in contexts.items()] == [(1, False), (5, True)]


def test_128_contexts_are_accepted():
    _, contexts = answered(request(*(context(number, f"1.2.3.{number}") for number in range(1, 257, 2))))

    assert len(contexts) == 128


@pytest.mark.parametrize(
    ("scu", "scp", "result", "reply"),
    [(True, False, 0, (True, False)), (True, True, 0, (True, False)), (False, True, 1, None)],
    ids=["sends", "sends and receives", "receives"],
)
def test_a_role_is_agreed_or_the_context_refused(scu, scp, result, reply):
    role = SCP_SCU_RoleSelectionNegotiation()
    role.sop_class_uid, role.scu_role, role.scp_role = MRImageStorage, scu, scp

    primitive, _ = answered(request(context(1, MRImageStorage), items=(role,)))

    assert primitive.presentation_context_definition_results_list[0].result == result
    replies = items_of(primitive, SCP_SCU_RoleSelectionNegotiation)
    if reply:
        assert (replies[0].scu_role, replies[0].scp_role) == reply


@pytest.mark.parametrize("invoked", [0, 1, 5])
def test_one_operation_at_a_time_is_agreed(invoked):
    window = AsynchronousOperationsWindowNegotiation()
    window.maximum_number_operations_invoked = invoked

    primitive, _ = answered(request(items=(window,)))

    (agreed,) = items_of(primitive, AsynchronousOperationsWindowNegotiation)
    assert agreed.maximum_number_operations_invoked == agreed.maximum_number_operations_performed == 1


def test_a_users_identity_is_taken_no_notice_of():
    identity = UserIdentityNegotiation()
    identity.user_identity_type, identity.primary_field = 2, b"ann"
    identity.secondary_field, identity.positive_response_requested = b"secret", True

    primitive, contexts = answered(request(items=(identity,)))

    assert contexts
    assert items_of(primitive, UserIdentityNegotiation) == []


def test_titles_are_echoed_as_they_came():
    asked = request(calling="ÄRZTE", called="")

    encoded, _ = accept(read_request(asked), 131_072)

    assert encoded[10:74] == asked[10:74]


@pytest.mark.parametrize(
    ("calling", "shown"),
    [
        ("SCANNER", "SCANNER"),
        ("  MR 1 ", "MR 1"),
        ("", ""),
        ("A\nB", "A?B"),
        ("MÜNCHEN", "M?NCHEN"),
        ("X" * 300, "X" * 16),
    ],
)
def test_a_title_is_shown_without_what_cannot_be_printed(calling, shown):
    assert read_request(request(calling=calling)).calling_title == shown


@pytest.mark.parametrize("length", [0, 16_384, 0xFFFF_FFFF])
def test_the_senders_largest_pdu_is_known(length):
    assert read_request(request(max_pdu_bytes=length)).max_pdu_bytes == length


def test_another_protocol_is_refused_in_its_own_words():
    asked = request()

    assert read_request(asked).rejection is None
    assert read_request(asked[:6] + b"\0\2" + asked[8:]).rejection == Rejection.PROTOCOL_VERSION
    wrong = asked.replace(b"1.2.840.10008.3.1.1.1", b"1.2.840.10008.3.1.1.9")
    assert read_request(wrong).rejection == Rejection.APPLICATION_CONTEXT


def test_titles_of_256_bytes_are_no_request():
    with pytest.raises(NotDicomProtocol):
        read_request(request()[:10] + b"X" * 512 + request()[42:])


def test_a_context_id_used_twice_is_refused():
    with pytest.raises(NotDicomProtocol, match="twice"):
        read_request(request(context(1, MRImageStorage), context(1, VERIFICATION)))


@given(st.integers(0, 400), st.binary(min_size=1, max_size=40))
def test_a_damaged_request_is_answered_or_refused(place, damage):
    asked = request()
    try:
        encoded, _ = accept(read_request(asked[:place] + damage + asked[place + len(damage) :]), 131_072)
    except NotDicomProtocol:
        return
    A_ASSOCIATE_AC().decode(encoded)


@given(st.binary(max_size=600))
def test_a_request_of_garbage_is_answered_or_refused(garbage):
    try:
        encoded, _ = accept(read_request(request()[:74] + garbage), 131_072)
    except NotDicomProtocol:
        return
    A_ASSOCIATE_AC().decode(encoded)


@pytest.mark.parametrize("why", Rejection, ids=lambda why: why.name)
def test_a_rejection_says_why(why):
    pdu = A_ASSOCIATE_RJ()
    pdu.decode(reject(why))

    assert (pdu.result, pdu.source, pdu.reason_diagnostic) == why.value
    assert pdu.reason_str


def test_an_abort_says_why():
    pdu = A_ABORT_RQ()
    pdu.decode(abort(AbortReason.UNEXPECTED_PDU))

    assert (pdu.source, pdu.reason_diagnostic) == (2, 2)
