"""What a site chose for its DICOM network. Made by the command from the settings."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from fornix.receiver.messages import MAX_PDU_BYTES


@dataclass(frozen=True, slots=True)
class ReceiverRules:
    """Times are in seconds."""

    ae_title: str = "FORNIX"
    checks_called_title: bool = False
    refuses_unknown: bool = False  # senders that no administrator has described
    max_associations: int = 64
    request_s: float = 20.0  # the ARTIM timer: from the connection to the whole request (PS3.8 section 9.1.5)
    idle_s: float = 120.0  # without a byte
    max_pdu_bytes: int = MAX_PDU_BYTES
    tls: ssl.SSLContext | None = None
