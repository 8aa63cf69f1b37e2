"""The messages of one accepted association: C-ECHO and C-STORE, each answered before the next is read."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from fornix.errors import ArchiveError
from fornix.ingest.network import Instance, Intake
from fornix.receiver.dimse import (
    C_CANCEL_RQ,
    C_ECHO_RQ,
    C_STORE_RQ,
    IS_RESPONSE,
    Command,
    CommandInvalid,
    Status,
    parse_command,
    response_to,
)
from fornix.receiver.ends import AbortReason, AssociationEnd, NotDicomProtocol
from fornix.receiver.journal import Entry
from fornix.receiver.messages import DataSet, Messages
from fornix.receiver.negotiation import Context
from fornix.receiver.outflow import command_pdus, send
from fornix.receiver.statuses import Answer, status_of

logger = logging.getLogger(__name__)

_NOTHING: Answer = (Status.SUCCESS, "")


@dataclass(slots=True, eq=False)
class Service:
    """Answers the messages of an association, one after the other."""

    intake: Intake
    messages: Messages
    connection: socket.socket
    contexts: Mapping[int, Context]
    entry: Entry
    max_pdu_bytes: int  # that the sender takes; 0: any
    arrivals: set[str] = field(default_factory=set)  # that were added to
    is_at_work: bool = False  # from a command to its answer

    def answer_next(self) -> None:
        """Reads one message and answers it. Raises an AssociationEnd."""
        context_id, encoded = self.messages.command()
        context = self.contexts.get(context_id)
        if context is None:
            raise NotDicomProtocol(
                f"A message came in presentation context {context_id}, which was not accepted.",
                AbortReason.UNEXPECTED_PARAMETER,
            )
        try:
            command = parse_command(encoded)
        except CommandInvalid as error:
            raise NotDicomProtocol(f"A command cannot be read: {error}.") from None
        self.is_at_work = True
        if command.field != C_CANCEL_RQ:  # there is nothing to cancel, and it has no answer
            response = response_to(command, *self._outcome(command, context_id, context))
            send(self.connection, command_pdus(context_id, response, self.max_pdu_bytes))
        self.is_at_work = False

    def _outcome(self, command: Command, context_id: int, context: Context) -> Answer:
        data_set = self.messages.data_set(context_id) if command.has_data_set else None
        if command.field == C_STORE_RQ and context.is_storage:
            answer = self._store(command, context, data_set)
        elif command.field == C_STORE_RQ:
            answer = Status.CLASS_NOT_SUPPORTED, "Nothing can be stored as Verification."
        elif command.field == C_ECHO_RQ:
            answer = _NOTHING
        elif command.field & IS_RESPONSE:
            raise NotDicomProtocol(
                "A response came, and nothing was asked.", AbortReason.UNEXPECTED_PARAMETER
            )
        else:
            answer = Status.UNRECOGNISED_OPERATION, "Only C-STORE and C-ECHO are offered here."
        for _ in data_set or ():
            pass  # what nobody wanted is read past, so that the next message is found
        return answer

    def _store(self, command: Command, context: Context, data_set: DataSet | None) -> Answer:
        answer = self._keep(command, context, data_set) if command.names_instance else _not_an_instance()
        self.entry.last_image_at = timezone.now()
        if answer is _NOTHING:
            self.entry.images += 1
        else:
            self.entry.refused_images += 1
        return answer

    def _keep(self, command: Command, context: Context, data_set: DataSet | None) -> Answer:
        instance = Instance(
            sop_class_uid=command.sop_class_uid or context.abstract_syntax,
            sop_instance_uid=command.sop_instance_uid,
            transfer_syntax_uid=context.transfer_syntax,
            sender=self.entry.sender,
            came_from=f"{self.entry.calling_title} at {self.entry.address}",
        )
        try:
            self.entry.byte_count += self.intake.take(instance, data_set or (), self.arrivals)
        except AssociationEnd:
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong here, the sender must not be told of success
            log_failure("store-failed", error)
            return status_of(error)
        return _NOTHING


def log_failure(action: str, error: Exception) -> None:
    """Logs what failed here: where, but not the text of strangers' errors, which can hold a patient's name."""
    if isinstance(error, ArchiveError):
        logger.error("action=%s error=%s: %s", action, type(error).__name__, error)
        return
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("action=%s error=%s\n%s", action, type(error).__name__, where)


def _not_an_instance() -> Answer:
    return Status.INVALID_INSTANCE, "The command has no valid Affected SOP Instance UID."
