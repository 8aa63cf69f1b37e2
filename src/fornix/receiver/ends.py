"""How an association ends, as exceptions: they leave whatever is under way at that moment, with a reason for people.

Knows no socket and no row.
"""

from __future__ import annotations

from enum import IntEnum

from fornix.models.senders import AssociationOutcome


class AbortReason(IntEnum):
    """Why the service provider aborts: PS3.8 Table 9-26."""

    NOT_SPECIFIED = 0
    UNRECOGNISED_PDU = 1
    UNEXPECTED_PDU = 2
    UNRECOGNISED_PARAMETER = 4
    UNEXPECTED_PARAMETER = 5
    INVALID_PARAMETER = 6


class AssociationEnd(Exception):
    """An association is over. `abort` is what the sender is told, if anything can be."""

    outcome = AssociationOutcome.BROKEN
    abort: AbortReason | None = None

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Released(AssociationEnd):
    """The sender said that it was all."""

    outcome = AssociationOutcome.RELEASED


class PeerAborted(AssociationEnd):
    """The sender aborted."""

    outcome = AssociationOutcome.ABORTED


class ConnectionLost(AssociationEnd):
    """The connection is gone."""

    outcome = AssociationOutcome.LOST


class TimedOut(AssociationEnd):
    """The sender was silent, or did not take our answers, for too long."""

    outcome = AssociationOutcome.TIMED_OUT
    abort = AbortReason.NOT_SPECIFIED


class Stopped(AssociationEnd):
    """This receiver ends."""

    outcome = AssociationOutcome.LOST
    abort = AbortReason.NOT_SPECIFIED


class NotDicomProtocol(AssociationEnd):
    """The sender did not keep to the protocol (PS3.8, PS3.7)."""

    def __init__(self, reason: str, abort: AbortReason = AbortReason.INVALID_PARAMETER) -> None:
        super().__init__(reason)
        self.abort = abort
