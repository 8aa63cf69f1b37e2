"""What a sender is told of a failure of ours: errors of the archive as DICOM statuses."""

from __future__ import annotations

from fornix.receiver.dimse import Status
from fornix.storage.store import NoRoom

Answer = tuple[Status, str]  # with an error comment for the sender's log


def status_of(error: Exception) -> Answer:
    """The status for an instance that could not be kept. There are two only: what the data set holds is no reason."""
    if isinstance(error, NoRoom):
        return Status.NO_ROOM, "The disk of the archive is full. Send again later."
    return Status.FAILED, "The archive could not keep this. Send again later."
