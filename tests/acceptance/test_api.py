"""The API of a served archive beside a simulated Calpendo: every example of docs/api.md, run as it is written."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time

import pytest
from tests.acceptance.served import PATIENCE_S, fornix, inside, serving, write_images
from tests.conftest import ROOT, without

from fornix.simulator.calpendo.server import CalpendoServer

PAGE = ROOT / "docs" / "api.md"
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
TOKEN_OF_WARD = """
from django.utils import timezone
from fornix.access.accounts import create_account, create_token
from fornix.access.actors import Actor, OPERATOR
at = timezone.now()
ward = create_account(OPERATOR, "ward", password="correct horse battery", is_administrator=True, at=at)
made = create_token(Actor(account=ward), name="script", at=at)
answer = f"{made.token.alias}:{made.secret}"
"""


def examples() -> list[str]:
    """The commands of the page; a line that ends with a backslash goes on in the next."""
    text = "".join(SHELL.findall(PAGE.read_text(encoding="utf-8"))).replace("\\\n", "")
    return [line for line in text.splitlines() if line]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The environment of a shell beside a served archive that has swept once."""
    if shutil.which("curl") is None:
        without("curl is not installed")
    folder = tmp_path_factory.mktemp("api")
    with CalpendoServer() as calpendo:
        yield from _served(folder, calpendo.url)


def _served(folder, url):
    environment = os.environ | {
        "FORNIX_DATA": str(folder / "data"),
        "FORNIX_CALPENDO_URL": url,
        "FORNIX_CALPENDO_USERNAME": "archive",
        "FORNIX_CALPENDO_PASSWORD": "archive",
        "FORNIX_SWEEP_INTERVAL_S": "86400",
    }
    environment.pop("FORNIX_DATABASE", None)
    token = inside(environment, TOKEN_OF_WARD)
    fornix(environment, "mirror", "--accept-first")
    write_images(folder / "visit")
    shutil.make_archive(str(folder / "visit"), "zip", folder / "visit")
    with serving(environment, folder) as served:
        yield environment | {"ARCHIVE": served.url, "TOKEN": str(token), "HANDED_IN": str(folder)}


def run(environment, command: str) -> dict:
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=environment["HANDED_IN"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def test_the_page_has_examples():
    assert len(examples()) > 15


def test_every_example_of_the_page_works(archive):
    for command in examples():
        assert "error" not in run(archive, command), command


def test_a_sweep_that_is_asked_for_is_made(archive):
    asked = run(archive, 'curl -fsS -u "$TOKEN" -X POST "$ARCHIVE/api/v1/mirror/sweeps"')
    deadline = time.monotonic() + PATIENCE_S

    while True:
        status = run(archive, 'curl -fsS -u "$TOKEN" "$ARCHIVE/api/v1/mirror/status"')
        if status["request"] is None:
            break
        assert time.monotonic() < deadline, status
        time.sleep(0.2)

    assert status["last"]["started_at"] >= asked["asked_at"]
    assert status["last"]["outcome"] in ("complete", "held")
    assert status["last"]["counts"]["projects"] > 30


def test_who_has_no_token_is_refused_with_an_error_of_the_shell_too(archive):
    done = subprocess.run(
        ["/bin/sh", "-c", 'curl -fsS "$ARCHIVE/api/v1/mirror/status"'],
        env=archive,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode != 0
    assert "401" in done.stderr
