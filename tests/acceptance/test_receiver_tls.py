"""The DICOM network over TLS: who has a certificate of the site gets in, and nobody else."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress

import pytest
from tests.acceptance.dicom_senders import run
from tests.acceptance.served import inside, serving, wait_until, write_images
from tests.conftest import without
from tests.dicom_wire import ACCEPTED, Caller, request


def openssl(folder, *words):
    if shutil.which("openssl") is None:
        without("openssl, which makes the certificates, is not installed: apt-get install openssl")
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def make_certificates(folder):
    """An authority, and two certificates of it: `archive` and `scanner`; and `stranger`, its own."""
    for name in ("authority", "stranger"):
        names = ("-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")
        openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names)
    for name in ("archive", "scanner"):
        asked = ("-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", *asked)
        signer = ("-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial", "-days", "2")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signer, "-out", f"{name}.pem")


@pytest.fixture
def secured(command_environment, tmp_path):
    """An archive that lets in only who has a certificate of the authority, and the folder of them."""
    make_certificates(tmp_path)
    settings = {
        "FORNIX_DICOM_TLS_CERT": str(tmp_path / "archive.pem"),
        "FORNIX_DICOM_TLS_KEY": str(tmp_path / "archive.key"),
        "FORNIX_DICOM_TLS_CA": str(tmp_path / "authority.pem"),
    }
    with serving(command_environment | settings, tmp_path) as served:
        yield served, tmp_path


def test_only_who_has_a_certificate_of_the_site_gets_in(secured, storescu):
    served, folder = secured
    write_images(folder / "series", 2)
    place, trust = ("127.0.0.1", served.dicom_port), ("+cf", folder / "authority.pem")
    echoscu = storescu.with_name("echoscu")

    run(
        storescu,
        "+tls",
        folder / "scanner.key",
        folder / "scanner.pem",
        *trust,
        "+sd",
        *place,
        folder / "series",
    )
    run(echoscu, "+tls", folder / "stranger.key", folder / "stranger.pem", *trust, *place, accepted=1)
    run(echoscu, "-tls", *trust, *place, accepted=1)
    with Caller(served.dicom_port) as plain:
        answer = b""
        with suppress(ConnectionResetError):
            answer = plain.send(request()).pdu()
        assert answer[:1] != bytes([ACCEPTED])

    code = "answer = list(Association.objects.order_by('pk').values_list('outcome', 'images', 'reason'))"
    wait_until(lambda: len(inside(served.environment, code)) >= 3, "the rows")
    rows = inside(served.environment, code)
    assert rows[0] == ["released", 2, ""]
    assert {outcome for outcome, *_ in rows[1:]} == {"refused"}
    assert all("TLS" in reason for *_, reason in rows[1:])
