"""What every answer carries and what it never does: headers, cookies, inline code, strangers' addresses."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from tests import factories

from fornix import web
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db
STATIC = Path(web.__file__).parent / "static"
ADDRESSES = ("/", "/account", "/projects/P001", "/projects/P001/people", "/activity", "/projects/none")


@pytest.fixture
def pages(browser) -> dict[str, object]:
    alice = factories.make_account("alice")
    session = factories.make_session(
        factories.make_subject(factories.make_project("P001", people={alice: Role.OWNER}))
    )
    factories.make_file(factories.make_resource(factories.make_scan(session, "7")))
    client = browser(alice)
    inside = [
        f"/sessions/{session.accession}{rest}" for rest in ("", "/scans/7", "/scans/7/files", "/files")
    ] + [f"/subjects/{session.subject.accession}"]
    return {address: client.get(address) for address in (*ADDRESSES, *inside)} | {"login": browser().get("/")}


def test_every_page_forbids_what_is_not_ours(pages):
    for response in pages.values():
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-store"


def test_no_page_has_code_or_style_in_it(pages):
    for address, response in pages.items():
        page = response.content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), address
        assert not re.search(r"<script(?![^>]*\ssrc=)", page), address


def test_no_page_asks_another_host(pages):
    for address, response in pages.items():
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', response.content.decode()), address


def test_only_the_cookies_of_logging_in_are_set(browser):
    factories.make_account("alice")
    client = browser()
    client.get("/")
    client.post("/login", {"username": "alice", "password": factories.PASSWORD})
    client.get("/account")

    assert set(client.cookies) == {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    assert all(cookie["httponly"] and cookie["samesite"] == "Lax" for cookie in client.cookies.values())


def test_names_of_people_do_not_stand_in_links(browser):
    alice = factories.make_account("alice")
    subject = factories.make_subject(factories.make_project("P001", people={alice: Role.OWNER}), "Doe_Jane")
    for _ in range(60):
        factories.make_session(subject, "Doe_Jane_MR")
    client = browser(alice)

    for address in ("/projects/P001?sort=subject", f"/subjects/{subject.accession}?sort=session"):
        links = re.findall(r'(?:href|hx-get|action)="([^"]*)"', client.get(address).content.decode())
        assert links
        assert not [link for link in links if "Doe" in link]


VISIT = """
import django
django.setup()
from django.test import Client
client = Client(headers={"Referer": "https://archive.example/Doe_Jane"})
client.get("/nothing/Doe_Jane")
client.get("/projects/P001/subjects/Doe_Jane?q=Doe_Jane", headers={"Host": "localhost"})
client.post("/login", {"username": "Doe_Jane\\0", "password": "x"}, headers={"Host": "localhost"})
client.get("/", headers={"Host": "doe-jane.example"})
"""


def test_raw_addresses_are_in_no_log(data_folder):
    environment = os.environ | {"FORNIX_DATA": str(data_folder), "DJANGO_SETTINGS_MODULE": "fornix.settings"}

    done = subprocess.run(
        [sys.executable, "-c", VISIT], env=environment, capture_output=True, text=True, check=True
    )

    assert "route=subject-of-label" in done.stderr
    assert "doe" not in (done.stdout + done.stderr).lower()


def test_what_ships_from_others_is_what_the_lock_says():
    locked = json.loads((STATIC / "vendor" / "vendor.lock").read_text())

    for name, entry in locked.items():
        content = (STATIC / "vendor" / name).read_bytes()
        assert base64.b64encode(hashlib.sha512(content).digest()).decode() == entry["sha512"], name
        assert entry["licence"]
    for name in ("htmx.min.js", "tus.min.js"):
        packed = (STATIC / "vendor" / f"{name}.gz").read_bytes()
        assert gzip.decompress(packed) == (STATIC / "vendor" / name).read_bytes()
    shipped = {path.name for folder in ("vendor", "fonts") for path in (STATIC / folder).iterdir()}
    assert shipped == {Path(name).name for name in locked} | {
        "htmx.min.js.gz",
        "htmx.LICENSE",
        "tus.min.js.gz",
        "tus.LICENSE",
        "OFL.txt",
        "vendor.lock",
    }


def test_the_first_page_weighs_less_than_100_kb(pages):
    page = pages["/"].content.decode()
    assets = re.findall(r'(?:src|href)="/static/([^"?]+)', page)
    sizes = [
        min(path.stat().st_size for path in (STATIC / name, STATIC / f"{name}.gz") if path.exists())
        for name in assets
    ]

    assert len(assets) >= 5
    assert len(page.encode()) + sum(sizes) < 100_000
