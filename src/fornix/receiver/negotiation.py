"""What a sender proposes for an association, and our answer (PS3.8 section 9.3, PS3.7 Annex D), by pynetdicom's PDUs.

Pure: bytes in, bytes out. Who may send at all is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.pdu import A_ABORT_RQ, A_ASSOCIATE_AC, A_ASSOCIATE_RJ, A_ASSOCIATE_RQ, A_RELEASE_RP
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    AsynchronousOperationsWindowNegotiation,
    ImplementationClassUIDNotification,
    ImplementationVersionNameNotification,
    MaximumLengthNotification,
    SCP_SCU_RoleSelectionNegotiation,
)
from pynetdicom.presentation import PresentationContext, negotiate_as_acceptor

from fornix.dicom.file_meta import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from fornix.receiver.abstract_syntaxes import VERIFICATION, is_storage
from fornix.receiver.ends import AbortReason, NotDicomProtocol

APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
_CALLED, _CALLING = slice(10, 26), slice(26, 42)
_ECHOED = slice(10, 74)  # sent back as it came: PS3.8 Table 9-17
_SOME_TITLE = b"TITLE".ljust(16)
_NATIVE = (ImplicitVRLittleEndian, ExplicitVRBigEndian)

_UserItem = (
    MaximumLengthNotification
    | ImplementationClassUIDNotification
    | ImplementationVersionNameNotification
    | AsynchronousOperationsWindowNegotiation
    | SCP_SCU_RoleSelectionNegotiation
)
_ItemT = TypeVar("_ItemT")


class Rejection(Enum):
    """Why a request is refused: result, source and reason of PS3.8 Table 9-21."""

    NO_REASON = (1, 1, 1)
    APPLICATION_CONTEXT = (1, 1, 2)
    CALLING_TITLE = (1, 1, 3)
    CALLED_TITLE = (1, 1, 7)
    PROTOCOL_VERSION = (1, 2, 2)
    CONGESTION = (2, 3, 1)
    LOCAL_LIMIT = (2, 3, 2)


@dataclass(frozen=True, slots=True)
class Context:
    """An accepted presentation context: what is sent in it, and in which transfer syntax."""

    abstract_syntax: str
    transfer_syntax: str

    @property
    def is_storage(self) -> bool:
        """Whether C-STORE belongs here."""
        return self.abstract_syntax != VERIFICATION


@dataclass(frozen=True, slots=True)
class Proposal:
    """A request for an association. Titles have no padding, and only printable characters."""

    calling_title: str
    called_title: str
    max_pdu_bytes: int  # that the sender takes; 0: any
    request: bytes
    primitive: A_ASSOCIATE

    @property
    def rejection(self) -> Rejection | None:
        """Why no answer but a refusal is possible, whoever asks."""
        if not self.request[7] & 1:
            return Rejection.PROTOCOL_VERSION
        if self.primitive.application_context_name != APPLICATION_CONTEXT:
            return Rejection.APPLICATION_CONTEXT
        return None


def read_request(request: bytes) -> Proposal:
    """Reads an A-ASSOCIATE-RQ PDU. Raises NotDicomProtocol."""
    # pynetdicom takes no empty title and no letters beyond ASCII; who calls so gets an answer that says it.
    tame = request[:10] + _SOME_TITLE * 2 + request[42:]
    pdu = A_ASSOCIATE_RQ()
    try:
        pdu.decode(tame)
        primitive = pdu.to_primitive()
        contexts = primitive.presentation_context_definition_list
        sound = all(context.abstract_syntax and context.transfer_syntax for context in contexts)
    except Exception:  # noqa: BLE001 - whatever a decoder of bytes from anybody trips over
        sound = False
    if not sound:
        raise NotDicomProtocol("The request for an association cannot be read.")
    if len({context.context_id for context in contexts}) != len(contexts):
        raise NotDicomProtocol(
            "The request for an association uses an id of a presentation context twice.",
            AbortReason.INVALID_PARAMETER,
        )
    length = _first(primitive, MaximumLengthNotification)
    return Proposal(
        calling_title=clean_title(request[_CALLING]),
        called_title=clean_title(request[_CALLED]),
        max_pdu_bytes=length.maximum_length_received if length else 0,
        request=request,
        primitive=primitive,
    )


def clean_title(field: bytes) -> str:
    """An AE title as it may be compared, kept and logged: without padding, what cannot be printed as `?`."""
    text = field.decode("ascii", "replace").strip(" \0")
    return "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text)


def accept(proposal: Proposal, max_pdu_bytes: int) -> tuple[bytes, Mapping[int, Context]]:
    """The A-ASSOCIATE-AC PDU, and the accepted contexts by id. There may be none: the sender decides what then."""
    roles: dict[UID, tuple[bool | None, bool | None]] = {
        UID(str(item.sop_class_uid)): (bool(item.scu_role), bool(item.scp_role))
        for item in proposal.primitive.user_information
        if isinstance(item, SCP_SCU_RoleSelectionNegotiation)
    }
    results: list[PresentationContext] = []
    replies: dict[str, SCP_SCU_RoleSelectionNegotiation] = {}
    accepted: dict[int, Context] = {}
    for proposed in proposal.primitive.presentation_context_definition_list:
        # One at a time: which transfer syntax is the best one depends on what stands beside it.
        (answer,), reply = negotiate_as_acceptor([proposed], _offered(proposed), roles)
        results.append(answer)
        replies |= {str(item.sop_class_uid): item for item in reply}
        if answer.result == 0:
            accepted[int(answer.context_id or 0)] = Context(
                str(proposed.abstract_syntax), str(answer.transfer_syntax[0])
            )
    return _acceptance(proposal, results, list(replies.values()), max_pdu_bytes), accepted


def preferred_transfer_syntax(proposed: list[str]) -> str:
    """The first one, as the sender put it first; but explicit VR little endian rather than another plain encoding.

    In implicit VR the types of private elements are lost. Compressed pixels stay as they are: nobody has to compress
    or unpack anything for us.
    """
    if proposed[0] in _NATIVE and ExplicitVRLittleEndian in proposed:
        return str(ExplicitVRLittleEndian)
    return proposed[0]


def reject(why: Rejection) -> bytes:
    """The A-ASSOCIATE-RJ PDU."""
    pdu = A_ASSOCIATE_RJ()
    pdu.result, pdu.source, pdu.reason_diagnostic = why.value
    return bytes(pdu.encode())


def abort(reason: AbortReason) -> bytes:
    """The A-ABORT PDU of a service provider."""
    pdu = A_ABORT_RQ()
    pdu.source, pdu.reason_diagnostic = 2, int(reason)
    return bytes(pdu.encode())


def release_reply() -> bytes:
    """The A-RELEASE-RP PDU."""
    return bytes(A_RELEASE_RP().encode())


def _offered(proposed: PresentationContext) -> list[PresentationContext]:
    """Our side of a proposed context; nothing where it is for a service that we do not offer."""
    uid = str(proposed.abstract_syntax)
    if uid != VERIFICATION and not is_storage(uid):
        return []
    ours = PresentationContext()
    ours.abstract_syntax = proposed.abstract_syntax
    ours.transfer_syntax = [preferred_transfer_syntax([str(each) for each in proposed.transfer_syntax])]
    ours.scu_role, ours.scp_role = True, False  # they send, we receive
    return [ours]


def _acceptance(
    proposal: Proposal,
    results: list[PresentationContext],
    roles: list[SCP_SCU_RoleSelectionNegotiation],
    max_pdu_bytes: int,
) -> bytes:
    length = MaximumLengthNotification()
    length.maximum_length_received = max_pdu_bytes
    class_uid = ImplementationClassUIDNotification()
    class_uid.implementation_class_uid = IMPLEMENTATION_CLASS_UID
    version = ImplementationVersionNameNotification()
    version.implementation_version_name = IMPLEMENTATION_VERSION_NAME
    items: list[_UserItem] = [length, class_uid, version, *roles]
    if _first(proposal.primitive, AsynchronousOperationsWindowNegotiation) is not None:
        items.append(_one_operation_at_a_time())
    primitive = A_ASSOCIATE()
    primitive.application_context_name = APPLICATION_CONTEXT
    primitive.presentation_context_definition_results_list = results
    primitive.user_information = list(items)
    encoded = bytes(A_ASSOCIATE_AC(primitive).encode())
    return encoded[: _ECHOED.start] + proposal.request[_ECHOED] + encoded[_ECHOED.stop :]


def _one_operation_at_a_time() -> AsynchronousOperationsWindowNegotiation:
    window = AsynchronousOperationsWindowNegotiation()
    window.maximum_number_operations_invoked = 1
    window.maximum_number_operations_performed = 1
    return window


def _first(primitive: A_ASSOCIATE, kind: type[_ItemT]) -> _ItemT | None:
    return next((item for item in primitive.user_information if isinstance(item, kind)), None)
