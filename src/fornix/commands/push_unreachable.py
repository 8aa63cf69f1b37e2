"""Why an archive elsewhere cannot be reached, and what to check. Knows errors of the network only."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator


def why_unreachable(error: BaseException) -> str:
    """What failed beneath an error of the network, and what its reader can do about it; sentences."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"its certificate is not trusted ({cause.verify_message}). Check that the address has the name "
                "that the certificate is for; SSL_CERT_FILE names a file of the authorities to trust."
            )
        if isinstance(cause, ssl.SSLError):
            return f"it does not speak TLS there ({cause.reason}). Check the port, and https or http."
        if isinstance(cause, socket.gaierror):
            return (
                "this machine does not know its name. Check the address for typing errors, and the network."
            )
        if isinstance(cause, ConnectionRefusedError):
            return "nothing listens there. Check the address and its port, and that the archive runs."
    return f"{str(error) or 'no answer'}. Check the address, the network and the firewalls between."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
