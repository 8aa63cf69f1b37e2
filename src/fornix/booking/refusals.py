"""What can go wrong between us and Calpendo, in words for the person who runs the archive. Never holds a password."""

from __future__ import annotations

from fornix.errors import Invalid, Refused, Unavailable


class CalpendoNotConfigured(Invalid):
    """Calpendo is not configured: its address, a user name and a password are needed.

    They are in fornix.toml or in FORNIX_CALPENDO_URL, FORNIX_CALPENDO_USERNAME and FORNIX_CALPENDO_PASSWORD.
    """


class CalpendoSettingInvalid(Invalid):
    """A setting of the mirror cannot be used."""


class SweepRunning(Refused):
    """Another sweep is running. Wait until it has ended."""


class CalpendoUnusable(Unavailable):
    """Calpendo's answer cannot be used. The mirror stays as it was."""


class TryAgain(CalpendoUnusable):
    """Calpendo does not answer now."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)


class CannotConnect(TryAgain):
    """No connection to Calpendo."""


class ConnectionCut(TryAgain):
    """The connection ended in the middle of an answer."""


class ServerFault(TryAgain):
    """Calpendo reports a fault of its own."""


class TooSlow(CalpendoUnusable):
    """Calpendo takes too long."""


class CertificateRefused(CalpendoUnusable):
    """The certificate of Calpendo's server cannot be trusted."""


class PasswordRefused(CalpendoUnusable):
    """Calpendo refuses the user name or the password."""


class ReadingForbidden(CalpendoUnusable):
    """The service account may not read this in Calpendo."""


class QueryRefused(CalpendoUnusable):
    """Calpendo does not understand the query."""


class NotJson(CalpendoUnusable):
    """What came is not JSON."""


class SentElsewhere(CalpendoUnusable):
    """Calpendo sends us to another address."""


class AnswerTooBig(CalpendoUnusable):
    """The answer is too big."""


class AnswerMisshapen(CalpendoUnusable):
    """The answer is not what Calpendo's interface promises."""
