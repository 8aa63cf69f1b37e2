"""The certificates that the simulator presents over TLS, for trials only: one good, three bad in one way each."""

import ssl
from functools import cache
from pathlib import Path

VALID = "valid"
BAD = ("expired", "wrong-host", "untrusted")
_HERE = Path(__file__).parent
# What a client is told to trust so that `valid` is valid.
AUTHORITY = _HERE / "authority.pem"


@cache
def tls_context(name: str) -> ssl.SSLContext:
    """A server's side of TLS with the certificate of this name: `valid`, or one of BAD."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_HERE / f"{name}.pem")
    return context
