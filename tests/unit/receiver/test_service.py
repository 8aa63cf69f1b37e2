"""The messages of an association against an intake in memory: what is kept, and what the sender is told."""

from __future__ import annotations

import logging
import struct
from datetime import UTC, datetime

import pytest
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage
from tests.dicom_wire import (
    COMMAND,
    LAST,
    RELEASE_RQ,
    UID,
    VERIFICATION,
    Line,
    command,
    echo,
    p_data,
    pdv,
    status_in,
    store,
    value_in,
)

from fornix.receiver.ends import AssociationEnd, ConnectionLost, NotDicomProtocol, Released
from fornix.receiver.inflow import Inflow
from fornix.receiver.journal import Entry
from fornix.receiver.messages import BLOCK_BYTES, Messages
from fornix.receiver.negotiation import Context
from fornix.receiver.service import Service
from fornix.storage.store import NoRoom

CONTEXTS = {
    1: Context(MRImageStorage, ExplicitVRLittleEndian),
    3: Context(VERIFICATION, ExplicitVRLittleEndian),
}


class MemoryIntake:
    """Keeps what it takes in a list; fails where it is told to, after so many bytes."""

    def __init__(self, error=None, after=0):
        self.kept = []
        self._error, self._after = error, after

    def take(self, instance, chunks, touched=None):
        data = b""
        for chunk in chunks:
            data += chunk
            if self._error and len(data) >= self._after:
                raise self._error
        if self._error:
            raise self._error
        self.kept.append((instance, data))
        return len(data)


def answer_all(service):
    while True:
        service.answer_next()


def served(intake, *segments, max_pdu_bytes=0):
    """All messages answered: the answers' PDUs, what was counted, and how it ended."""
    line = Line(*segments)
    entry = Entry("SCANNER", "FORNIX", "192.0.2.7", None, datetime.now(UTC))
    service = Service(intake, Messages(Inflow(line)), line, CONTEXTS, entry, max_pdu_bytes)
    with pytest.raises(AssociationEnd) as end:
        answer_all(service)
    answers, sent = [], line.sent
    while sent:
        length = struct.unpack_from(">BxL", sent)[1] + 6
        answers.append(sent[:length])
        sent = sent[length:]
    return answers, entry, end.value


def test_an_image_is_kept_as_sent_and_acknowledged():
    intake = MemoryIntake()

    answers, entry, end = served(intake, store(b"the data set"), RELEASE_RQ)

    ((instance, data),) = intake.kept
    assert data == b"the data set"
    assert (instance.sop_instance_uid, instance.transfer_syntax_uid) == (UID, ExplicitVRLittleEndian)
    assert instance.came_from == "SCANNER at 192.0.2.7"
    assert [status_in(answer) for answer in answers] == [0x0000]
    assert value_in(answers[0], 0x1000).rstrip(b"\0") == UID.encode()
    assert (entry.images, entry.refused_images, entry.byte_count) == (1, 0, 12)
    assert isinstance(end, Released)


def test_an_echo_is_answered_in_any_context():
    answers, entry, _ = served(MemoryIntake(), echo(3), echo(1), RELEASE_RQ)

    assert [status_in(answer) for answer in answers] == [0, 0]
    assert entry.images == 0


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(store(b""), id="empty"),
        pytest.param(p_data(pdv(1, COMMAND | LAST, command(1, has_data_set=False))), id="none announced"),
        pytest.param(store(b"\xff" * 99), id="garbage"),
        pytest.param(store(b"x", sop_class="1.2.3"), id="another class than agreed"),
        pytest.param(store(b"x", sop_class=""), id="no class"),
    ],
)
def test_whatever_the_data_set_holds_it_is_kept(asked):
    intake = MemoryIntake()

    answers, _, _ = served(intake, asked, RELEASE_RQ)

    assert [status_in(answer) for answer in answers] == [0x0000]
    assert len(intake.kept) == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [(NoRoom(), 0xA700), (RuntimeError("Ann Smith"), 0x0110), (OSError(5, "Ann Smith"), 0x0110)],
    ids=["no room", "a bug", "a disk"],
)
@pytest.mark.parametrize(
    "after", [0, BLOCK_BYTES, 10 * BLOCK_BYTES], ids=["at once", "half way", "at the end"]
)
def test_a_failure_of_ours_is_told_and_the_next_image_is_received(error, status, after, caplog):
    with caplog.at_level(logging.INFO):
        answers, entry, end = served(
            MemoryIntake(error, after), store(bytes(3 * BLOCK_BYTES), piece=100_000), echo(3), RELEASE_RQ
        )

    assert [status_in(answer) for answer in answers] == [status, 0]
    assert (entry.images, entry.refused_images, entry.byte_count) == (0, 1, 0)
    assert isinstance(end, Released)
    assert "action=store-failed" in caplog.text
    assert "Ann" not in caplog.text


@pytest.mark.parametrize("uid", ["", "1.2.x", "1" * 65])
def test_an_image_without_a_valid_uid_in_its_command_is_refused(uid):
    intake = MemoryIntake()

    answers, entry, _ = served(intake, store(bytes(50_000), sop_instance=uid), echo(3), RELEASE_RQ)

    assert [status_in(answer) for answer in answers] == [0x0117, 0]
    assert (intake.kept, entry.refused_images) == ([], 1)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param(store(b"data", context_id=3), 0x0122, id="C-STORE as verification"),
        pytest.param(p_data(pdv(1, 3, command(0x0020)), pdv(1, 2, b"query")), 0x0211, id="C-FIND"),
        pytest.param(p_data(pdv(1, 3, command(0x0021)), pdv(1, 2, b"query")), 0x0211, id="C-MOVE"),
        pytest.param(p_data(pdv(1, 3, command(0x0140)), pdv(1, 2, b"create")), 0x0211, id="N-CREATE"),
        pytest.param(p_data(pdv(1, 3, command(0x0130, has_data_set=False))), 0x0211, id="N-ACTION"),
    ],
)
def test_what_is_not_offered_is_refused_and_read_past(asked, status):
    answers, _, end = served(MemoryIntake(), asked, echo(3), RELEASE_RQ)

    assert [status_in(answer) for answer in answers] == [status, 0]
    assert isinstance(end, Released)


def test_a_cancel_has_no_answer():
    cancel = command(0x0FFF, has_data_set=False).replace(
        struct.pack("<HH", 0, 0x0110), struct.pack("<HH", 0, 0x0120)
    )

    answers, _, _ = served(MemoryIntake(), p_data(pdv(1, 3, cancel)), echo(3), RELEASE_RQ)

    assert [status_in(answer) for answer in answers] == [0]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(store(b"data", context_id=99), id="a context that was not accepted"),
        pytest.param(p_data(pdv(1, 3, b"no command")), id="no command"),
        pytest.param(p_data(pdv(1, 3, command(0x8001, has_data_set=False))), id="a response"),
    ],
)
def test_what_no_sender_may_send_ends_the_association(asked):
    answers, _, end = served(MemoryIntake(), asked)

    assert answers == []
    assert isinstance(end, NotDicomProtocol)


def test_an_image_that_does_not_come_whole_is_not_kept():
    intake, whole = MemoryIntake(), store(bytes(30_000))

    for place in range(1, len(whole), 997):
        answers, entry, end = served(intake, whole[:place])

        assert (intake.kept, answers, entry.images) == ([], [], 0)
        assert isinstance(end, ConnectionLost)
