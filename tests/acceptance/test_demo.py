"""`fornix demo` as a program: three people log in by the passwords it prints, and see different projects."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading

import httpx
import pytest
from tests.acceptance.served import FORNIX, children, fornix, left_of, wait_until

SHOWN = {
    "admin": {"2023_112", "2024_027", "2022_088", "2021_133", "2024_051", "2023_070", "2023_019"},
    "zoe": {"2023_112", "2022_088", "2023_070"},
    "minh": {"2023_112", "2024_027"},
}
PATIENCE_S = 240  # all data are generated, on a machine that is busy with other tests


def read_until(process, pattern):
    """What it prints up to there; killed, so that reading ends, when it takes too long."""
    patience = threading.Timer(PATIENCE_S, process.kill)
    patience.start()
    text = ""
    while not re.search(pattern, text):
        line = process.stdout.readline()
        assert line, text
        text += line
    patience.cancel()
    return text


def start(folder, environment):
    return subprocess.Popen(
        [FORNIX, "--data", str(folder), "demo", "--listen", "127.0.0.1:0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def end(process):
    """Ctrl-C; what it says then."""
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=20)
    return process.returncode, told


def stop(process):
    process.kill()
    process.wait()
    process.stdout.close()


def projects_seen(address, name, password):
    with httpx.Client(base_url=address, follow_redirects=True) as browser:
        page = browser.get("/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        form = {"csrfmiddlewaretoken": token, "username": name, "password": password}
        home = browser.post("/login", data=form, headers={"Origin": address})
        assert home.status_code == 200
        return {code for code in SHOWN["admin"] if f"/projects/{code}" in home.text}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo made once and ended: its folder, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "archive"
    process = start(folder, dict(os.environ))
    try:
        told = read_until(process, r"Ctrl-C")
        assert re.search(r"storescu -nh \+sd \+r 127\.0\.0\.1 \d+ FOLDER", told)
        address = re.search(r"^ready (\S+)$", told, re.MULTILINE)[1]
        logins = dict(re.findall(r"^ +(?:administrator|PI|student) +(\w+) +(\S+)$", told, re.MULTILINE))
        seen = {name: projects_seen(address, name, password) for name, password in logins.items()}
        family = children(process.pid)
        code, farewell = end(process)
    finally:
        stop(process)
    return folder, logins, seen, family, code, farewell


def test_each_person_sees_their_own_projects(demo):
    _, logins, seen, *_ = demo

    assert seen == SHOWN
    assert len(set(logins.values())) == 3


def test_ctrl_c_ends_all_of_it_and_tells_where_the_data_lie(demo):
    folder, _, _, family, code, farewell = demo

    assert code == 0
    assert str(folder) in farewell
    assert family
    # Python's own tracker of shared resources is one of them, and ends a moment after its parent.
    wait_until(lambda: not left_of(family), "the end of the demo's processes")


def test_the_archive_is_sound_and_three_arrivals_wait(demo):
    folder, *_ = demo
    environment = dict(os.environ)

    held = json.loads(fornix(environment, "--data", str(folder), "show", "--json"))

    assert len(held["arrivals"]) == 3
    assert "0 findings" in fornix(environment, "--data", str(folder), "check", "--bytes")


def test_a_demo_goes_on_with_the_same_logins(demo):
    folder, logins, *_ = demo
    process = start(folder, dict(os.environ))
    try:
        told = read_until(process, r"Ctrl-C")
        code, _ = end(process)
    finally:
        stop(process)

    assert code == 0
    assert all(password in told for password in logins.values())


def test_a_real_archive_is_left_alone(command_environment, data_folder):
    fornix(command_environment, "show")

    process = start(data_folder, command_environment)

    assert process.wait(60) == 1
    assert process.stdout.read() == ""
    process.stdout.close()
