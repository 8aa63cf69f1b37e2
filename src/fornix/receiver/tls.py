"""TLS for the DICOM network (PS3.15 Annex B): from certificate files to a context."""

from __future__ import annotations

import ssl
from pathlib import Path

from fornix.errors import Invalid


def tls_context(certificate: Path, key: Path | None, authorities: Path | None) -> ssl.SSLContext:
    """A server's context, TLS 1.2 at least. With `authorities` only senders whose certificate they signed get in.

    Raises Invalid when a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # Without a password a locked key is refused at once, rather than asked for on a terminal that nobody sees.
        context.load_cert_chain(certificate, key, password=b"")
        if authorities is not None:
            context.load_verify_locations(authorities)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:
        reason = getattr(error, "reason", None) or error.strerror or "they do not fit together"
        raise Invalid(
            "The certificate of the DICOM network cannot be used: "
            f"{reason}. Look at FORNIX_DICOM_TLS_CERT, FORNIX_DICOM_TLS_KEY (PEM, without a password) "
            "and FORNIX_DICOM_TLS_CA."
        ) from None
    return context
