"""`fornix serve` as a program: one line when it answers, dead children replaced, and nothing left behind."""

from __future__ import annotations

import argparse
import signal
import socket
import subprocess

import pytest
from tests.acceptance.served import (
    FORNIX,
    ask,
    children,
    kill,
    left_of,
    serving,
    wait_until,
)

from fornix.commands.listening import Address, is_loopback, parse_address


def run(environment, *words):
    return subprocess.run(
        [FORNIX, *words], check=False, env=environment, capture_output=True, text=True, timeout=60
    )


def process_of(served, name):
    found = [pid for pid, words in children(served.process.pid).items() if f"{name}_process" in words]
    return found[0] if found else None


def everybody(served):
    """The supervisor's children and theirs."""
    own = children(served.process.pid)
    for parent in list(own):
        own |= children(parent)
    return own


def test_a_stranger_gets_the_log_in_page_and_stdout_one_line(command_environment, tmp_path):
    with serving(command_environment, tmp_path) as served:
        answer = ask(served, "/")
        served.process.send_signal(signal.SIGINT)

        assert served.process.wait(10) == 0
        assert served.process.stdout.read() == ""
    assert (answer.status, b"assword" in answer.body) == (200, True)
    assert "Traceback" not in served.log.read_text()


@pytest.mark.parametrize("name", ["web", "worker", "receiver"])
def test_a_killed_child_is_replaced(command_environment, tmp_path, name):
    with serving(command_environment, tmp_path) as served:
        first = process_of(served, name)
        kill(first)
        wait_until(lambda: process_of(served, name) not in (None, first), f"another {name}")

        assert ask(served, "/").status == 200


def test_a_killed_server_of_requests_is_replaced(command_environment, tmp_path):
    with serving(command_environment, tmp_path) as served:
        (first,) = children(process_of(served, "web"))
        kill(first)
        wait_until(lambda: set(children(process_of(served, "web"))) - {first}, "another one")

        assert ask(served, "/").status == 200


def test_nobody_outlives_a_killed_supervisor(command_environment, tmp_path):
    with serving(command_environment, tmp_path) as served:
        left = everybody(served)
        kill(served.process.pid)

        wait_until(lambda: not left_of(left), "the end of the children")
    assert len(left) == 4  # web and its server of requests, worker, receiver


def test_all_are_gone_after_the_end(command_environment, tmp_path):
    with serving(command_environment, tmp_path) as served:
        left = everybody(served)
    assert left_of(left) == {}


def test_a_taken_port_is_told_in_words(command_environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"

        done = run(command_environment, "serve", "--listen", place)

    assert (done.returncode, done.stdout) == (1, "")
    assert f"Another program listens on {place}" in done.stderr


def test_a_taken_dicom_port_is_told_in_words(command_environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"

        done = run(command_environment, "serve", "--listen", "127.0.0.1:0", "--dicom", place)

    assert (done.returncode, done.stdout) == (1, "")
    assert f"Another program listens on {place}" in done.stderr
    assert "--dicom" in done.stderr


def test_without_dicom_there_is_no_receiver(command_environment, tmp_path):
    with serving(command_environment, tmp_path, "--dicom", "off") as served:
        assert process_of(served, "web")
        assert process_of(served, "receiver") is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORNIX_AE_TITLE", "SEVENTEEN_LETTERS"),
        ("FORNIX_DICOM_UNKNOWN_SENDERS", "maybe"),
        ("FORNIX_DICOM_MAX_ASSOCIATIONS", "0"),
        ("FORNIX_DICOM_IDLE_S", "soon"),
        ("FORNIX_DICOM_TLS_CERT", "/nowhere/cert.pem"),
        ("FORNIX_DICOM_TLS_KEY", "key-alone.pem"),
    ],
)
def test_a_setting_of_the_receiver_that_cannot_be_used_is_named(command_environment, name, value):
    done = run(
        command_environment | {name: value}, "serve", "--listen", "127.0.0.1:0", "--dicom", "127.0.0.1:0"
    )

    assert done.returncode == 1
    assert name in done.stderr


def test_others_cannot_reach_it_without_https(command_environment):
    done = run(command_environment, "serve", "--listen", "0.0.0.0:0")

    assert done.returncode == 1
    assert "--insecure" in done.stderr
    assert "FORNIX_URL" in done.stderr


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        pytest.param({"FORNIX_URL": "https://archive.example.org"}, (), id="https in front"),
        pytest.param({}, ("--insecure",), id="the operator insists"),
    ],
)
def test_others_can_reach_it_when_that_is_meant(command_environment, tmp_path, setting, words):
    words = (*words, "--listen", "0.0.0.0:0")
    with serving(command_environment | setting, tmp_path, *words) as served:
        assert served.host == "0.0.0.0"


def test_an_archive_that_cannot_start_is_told_and_ends(command_environment):
    done = run(command_environment | {"FORNIX_SCAN_TYPES": "(="}, "serve", "--listen", "127.0.0.1:0")

    assert done.returncode == 1
    assert "FORNIX_SCAN_TYPES" in done.stderr


@pytest.mark.parametrize(
    ("text", "address", "loopback"),
    [
        ("127.0.0.1:8080", Address("127.0.0.1", 8080), True),
        ("[::1]:0", Address("::1", 0), True),
        (":80", Address("127.0.0.1", 80), True),
        ("localhost:8080", Address("localhost", 8080), True),
        ("0.0.0.0:8080", Address("0.0.0.0", 8080), False),
        ("[::]:8080", Address("::", 8080), False),
        ("192.0.2.7:443", Address("192.0.2.7", 443), False),
    ],
)
def test_an_address_is_read_as_written(text, address, loopback):
    parsed = parse_address(text)

    assert (parsed, is_loopback(parsed)) == (address, loopback)


@pytest.mark.parametrize(
    "text", ["", "8080", "127.0.0.1", "127.0.0.1:", "host:-1", "host:65536", "::1:80", "a:١"]
)
def test_what_is_no_address_is_wrong_usage(text):
    with pytest.raises(argparse.ArgumentTypeError):
        parse_address(text)
