"""The simulated Calpendo over TLS: whom a client trusts, and what it says of certificates that it must not trust."""

import json
import signal
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from base64 import b64encode

import pytest

from fornix.booking.client import CalpendoClient, Patience
from fornix.booking.config import CalpendoConfig
from fornix.booking.refusals import CertificateRefused
from fornix.simulator.calpendo import CalpendoServer
from fornix.simulator.calpendo.certificates import AUTHORITY, BAD

LOGIN = {"Authorization": "Basic " + b64encode(b"archive:archive").decode(), "Accept": "application/json"}
AT_ONCE = Patience(connect_s=20, read_s=20, answer_s=60, retries=0, pause_s=0)


@pytest.fixture
def server():
    with CalpendoServer(tls=True) as running:
        yield running


@pytest.fixture
def trusting(monkeypatch):
    """This process trusts the simulator's authority, as a machine does after its administrator said so."""
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))


def mirror_client(server):
    config = CalpendoConfig(url=server.url, username="archive", password="archive")
    return CalpendoClient(config, AT_ONCE)


def test_a_client_that_trusts_the_authority_is_answered(server, trusting):
    with mirror_client(server) as client:
        rows = client.fetch_list("Calpendo.Project", ("id",))
    assert server.url.startswith("https://127.0.0.1:")
    assert len(rows) == 46


def test_without_that_trust_the_client_refuses(server):
    with mirror_client(server) as client, pytest.raises(CertificateRefused, match="cannot be trusted"):
        client.fetch_list("Calpendo.Project", ("id",))
    assert server.site.log() == []


WORDS = {
    "expired": "has expired",
    "wrong-host": "IP address mismatch",
    "untrusted": "unable to get local issuer",
}


@pytest.mark.parametrize("certificate", BAD)
def test_a_bad_certificate_is_refused_with_its_reason_and_no_password_leaves(certificate, server, trusting):
    server.site.set_faults([{"effect": "bad-tls", "certificate": certificate}])
    with mirror_client(server) as client, pytest.raises(CertificateRefused, match=WORDS[certificate]):
        client.fetch_list("Calpendo.Project", ("id",))
    assert server.site.log() == []


def test_after_the_fault_the_next_connection_is_good(server, trusting):
    server.site.set_faults([{"effect": "bad-tls", "first": 1}])
    with mirror_client(server) as client, pytest.raises(CertificateRefused):
        client.fetch_list("Calpendo.Project", ("id",))
    with mirror_client(server) as client:
        assert client.fetch_list("Calpendo.Project", ("id",))


def test_a_client_that_hangs_up_or_speaks_plainly_does_no_harm(server, trusting):
    plain = server.url.replace("https", "http")
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        urllib.request.urlopen(plain, timeout=10)
    with mirror_client(server) as client:
        assert client.fetch_list("Calpendo.Resource", ("id",))


def test_the_command_tells_which_authority_to_trust():
    command = [sys.executable, "-m", "fornix.simulator.calpendo", "--listen", "127.0.0.1:0", "--tls"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = dict(process.stdout.readline().strip().split(" ", 1) for _ in range(3))
        request = urllib.request.Request(lines["ready"] + "/webdav/q/Calpendo.Project", headers=LOGIN)
        context = ssl.create_default_context(cafile=lines["trust"])
        with urllib.request.urlopen(request, timeout=10, context=context) as response:
            assert len(json.load(response)["biskits"]) == 46
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
