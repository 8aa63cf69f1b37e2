"""One connection from its first byte to its end. One thread each, blocking; only the desk is shared."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from django.db import DatabaseError

from fornix.ingest.network import Intake
from fornix.models import Sender
from fornix.models.senders import AssociationOutcome
from fornix.receiver.callers import Refusal, judge
from fornix.receiver.ends import AssociationEnd, ConnectionLost, NotDicomProtocol, Released, Stopped, TimedOut
from fornix.receiver.inflow import BUFFER_BYTES, Inflow
from fornix.receiver.journal import Journal
from fornix.receiver.messages import Messages
from fornix.receiver.negotiation import (
    Proposal,
    Rejection,
    abort,
    accept,
    read_request,
    reject,
    release_reply,
)
from fornix.receiver.outflow import send
from fornix.receiver.places import Place
from fornix.receiver.rules import ReceiverRules
from fornix.receiver.service import Service, log_failure

logger = logging.getLogger(__name__)

LAST_WORD_S = 3.0  # for the sender to take our last PDU, and to close the connection after it


@dataclass(frozen=True, slots=True)
class Desk:
    """What all associations of a receiver share."""

    intake: Intake
    journal: Journal
    rules: ReceiverRules


class Association:
    """A connection, and the association on it. `admit` gives it a place, or says why there is none."""

    def __init__(
        self, desk: Desk, connection: socket.socket, address: str, admit: Callable[[Association, Place], str]
    ) -> None:
        self._desk = desk
        self._connection = connection
        self._address = address
        self._admit = admit
        self._inflow = Inflow(connection)
        self._service: Service | None = None
        self._is_told = False

    @property
    def is_at_work(self) -> bool:
        """Whether an object, or its answer, is under way."""
        return self._service is not None and self._service.is_at_work

    def run(self) -> None:
        """Returns when it has ended, however that came, and the connection is closed."""
        try:
            with suppress(AssociationEnd):
                service = self._service = self._begin()
                if service is not None:
                    self._serve(service)
        finally:
            self._connection.close()

    def tell_to_end(self) -> None:
        """For another thread: whatever this one waits for comes no more."""
        self._is_told = True
        with suppress(OSError):
            # The socket's own: that of a TLS socket would go on in the clear.
            socket.socket.shutdown(self._connection, socket.SHUT_RD)

    def _begin(self) -> Service | None:
        """Up to the acceptance; None when there is no association. Raises an AssociationEnd when nobody asked."""
        rules = self._desk.rules
        try:
            if rules.tls is not None:
                self._connection = _encrypted(rules.tls, self._connection, rules.request_s)
                self._inflow = Inflow(self._connection)
            self._inflow.allow_in_all_s(rules.request_s)
            messages = Messages(self._inflow)
            proposal = read_request(messages.request())
        except (NotDicomProtocol, TimedOut) as end:
            self._desk.journal.refused("", "", self._address, end.reason)
            self._log("association-refused", end.reason)
            self._last_word(abort(end.abort) if end.abort is not None else b"")
            return None
        verdict = self._judge(proposal)
        if isinstance(verdict, Refusal):
            self._refuse(proposal, verdict)
            return None
        return self._accept(proposal, verdict, messages)

    def _judge(self, proposal: Proposal) -> Sender | Refusal | None:
        try:
            verdict = judge(proposal, self._address, self._desk.rules)
        except DatabaseError as error:
            log_failure("senders-unreadable", error)
            return Refusal(Rejection.CONGESTION, "The database of the archive did not answer.")
        if isinstance(verdict, Refusal):
            return verdict
        why_not = self._admit(self, Place(self._address, is_described=verdict is not None))
        return Refusal(Rejection.LOCAL_LIMIT, why_not) if why_not else verdict

    def _refuse(self, proposal: Proposal, refusal: Refusal) -> None:
        self._desk.journal.refused(
            proposal.calling_title, proposal.called_title, self._address, refusal.reason
        )
        self._log("association-refused", refusal.reason, proposal.calling_title)
        self._last_word(reject(refusal.rejection))

    def _accept(self, proposal: Proposal, sender: Sender | None, messages: Messages) -> Service:
        acceptance, contexts = accept(proposal, self._desk.rules.max_pdu_bytes)
        entry = self._desk.journal.open(proposal.calling_title, proposal.called_title, self._address, sender)
        self._inflow.allow_s(self._desk.rules.idle_s)
        service = Service(
            self._desk.intake, messages, self._connection, contexts, entry, proposal.max_pdu_bytes
        )
        try:
            send(self._connection, acceptance)
        except AssociationEnd as end:
            self._desk.journal.close(entry, end.outcome, end.reason)
            raise
        return service

    def _serve(self, service: Service) -> None:
        end: AssociationEnd = ConnectionLost("The receiver failed.")
        try:
            while not self._is_told:
                service.answer_next()
            end = Stopped("The receiver was told to end.")
        except AssociationEnd as reached:
            end = Stopped("The receiver was told to end.") if self._is_told else reached
        finally:
            self._close(service, end)
        self._last_word(_farewell(end))

    def _close(self, service: Service, end: AssociationEnd) -> None:
        entry = service.entry
        self._desk.journal.close(entry, end.outcome, end.reason)
        self._log(
            f"association-{end.outcome.replace(' ', '-')}",
            f"{end.reason} images={entry.images} refused={entry.refused_images} bytes={entry.byte_count}",
            entry.calling_title,
        )
        is_whole = end.outcome == AssociationOutcome.RELEASED and entry.sender and entry.sender.is_console
        if is_whole and service.arrivals:
            try:
                self._desk.intake.close_association(service.arrivals)
            except DatabaseError as error:
                log_failure("not-committed", error)  # they are filed all the same, after the quiet time

    def _last_word(self, pdu: bytes) -> None:
        """Sends it, and waits a little for the sender to close: closing at once could take it from the line again."""
        with suppress(AssociationEnd, OSError):
            self._inflow.allow_in_all_s(LAST_WORD_S)
            send(self._connection, pdu)
            if not isinstance(self._connection, ssl.SSLSocket):
                self._connection.shutdown(socket.SHUT_WR)
            while True:
                self._inflow.at_most(BUFFER_BYTES)

    def _log(self, action: str, told: str, calling: str = "") -> None:
        logger.info("action=%s address=%s calling=%r %s", action, self._address, calling, told)


def _encrypted(context: ssl.SSLContext, connection: socket.socket, patience_s: float) -> ssl.SSLSocket:
    connection.settimeout(patience_s)
    try:
        return context.wrap_socket(connection, server_side=True)
    except TimeoutError:
        raise TimedOut("The sender connected, and did not begin with TLS.") from None
    except OSError as error:
        # ssl.SSLError is one: no TLS, no common version, or no certificate that we trust.
        word = getattr(error, "reason", None) or error.strerror or type(error).__name__
        raise NotDicomProtocol(f"TLS could not be set up with the sender: {word}.") from None


def _farewell(end: AssociationEnd) -> bytes:
    if isinstance(end, Released):
        return release_reply()
    return abort(end.abort) if end.abort is not None else b""
