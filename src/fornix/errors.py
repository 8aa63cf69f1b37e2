"""One small class per refusal. No HTTP status and no DICOM status word in here: the edges translate the families."""

from __future__ import annotations


class ArchiveError(Exception):
    """The archive refused."""

    def __init__(self, message: str | None = None, **details: object) -> None:
        self.details = details
        super().__init__(message or (self.__doc__ or "").strip())


class NotVisible(ArchiveError):
    """Nothing here that you may see."""


class NotAllowed(ArchiveError):
    """You can see this, but you may not change it."""


class Refused(ArchiveError):
    """A rule of the archive forbids this."""


class Invalid(ArchiveError):
    """The input cannot be used as it is."""


class Unavailable(ArchiveError):
    """Something outside the archive does not answer now. Try again later."""
