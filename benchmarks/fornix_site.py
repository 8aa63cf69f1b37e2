"""A running `fornix serve`, and an administrator's browser on it: logs in by the form, finds a session's zip."""

import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from benchmarks import processes
from benchmarks.fornix_command import PROJECT, Fornix
from benchmarks.processes import BenchmarkFailed

_NAME = "bench"
_FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')
_ZIP_LINK = re.compile(r'href="(/[^"]*(?:\.zip|/zip|/download)[^"]*)"')


@dataclass(frozen=True, slots=True)
class Site:
    """Where the zip of the imported session is, and the cookie of the person who may have it."""

    zip_url: str
    cookie: str


@contextmanager
def running(archive: Fornix) -> Iterator[Site]:
    """Serve an archive that holds the benchmark's session; it ends with the block."""
    password = secrets.token_urlsafe(16)
    _make_administrator(archive, password)
    shown = json.loads(processes.run(archive.command("show", PROJECT, "--json")).output)
    accession = shown["projects"][0]["sessions"][0]["accession"]
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    with (archive.data / "serve.log").open("wb") as log:
        command = archive.command("serve", "--listen", f"127.0.0.1:{port}", "--dicom", "off")
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            processes.wait_until(lambda: _answers(url), "fornix serve", 60)
            with httpx.Client(base_url=url, timeout=120, follow_redirects=True) as browser:
                _log_in(browser, password)
                cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
                yield Site(url + _zip_path(browser, accession), cookie)
        finally:
            processes.stop(process)


def _make_administrator(archive: Fornix, password: str) -> None:
    command = archive.command("user", "add", _NAME, "--admin", "--password-stdin")
    done = subprocess.run(command, check=False, input=password + "\n", text=True, capture_output=True)
    if done.returncode:
        raise BenchmarkFailed(f"fornix user add ended with {done.returncode}:\n{done.stderr[-1500:]}")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False


def _log_in(browser: httpx.Client, password: str) -> None:
    form = _FORM_TOKEN.search(browser.get("/").text)
    if not form:
        raise BenchmarkFailed("the log-in page has no form token")
    fields = {"username": _NAME, "password": password, "csrfmiddlewaretoken": form.group(1)}
    browser.post("/login", data=fields, headers={"Referer": str(browser.base_url)}).raise_for_status()


def _zip_path(browser: httpx.Client, accession: str) -> str:
    """The first link of the session's page that leads to a zip: what a person would press."""
    link = _ZIP_LINK.search(browser.get(f"/sessions/{accession}").raise_for_status().text)
    if not link:
        raise BenchmarkFailed("the session's page has no link to a zip")
    return link.group(1)
