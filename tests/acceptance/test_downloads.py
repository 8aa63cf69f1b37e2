"""Downloads over real sockets: resumed, verified, cut when the right is taken back, and never the death of the site."""

from __future__ import annotations

import select
import subprocess
import time
from contextlib import ExitStack

import pytest
from tests.acceptance.served import (
    PATIENCE_S,
    ask,
    inside,
    make_archive,
    make_people,
    outcomes,
    serving,
    slow_reader,
    wait_until,
    writing,
)

MIB = 1 << 20
LARGE = 24 * MIB  # more than all buffers between two sockets hold
READERS = tuple(f"reader{number}" for number in range(7))


@pytest.fixture
def archive(command_environment, tmp_path):
    """Address, accession and Authorization headers of alice and bob."""
    accession = make_archive(command_environment, tmp_path / "study", passenger_bytes=LARGE)
    headers = make_people(command_environment, "alice", "bob")
    with serving(command_environment, tmp_path) as served:
        yield served, f"/sessions/{accession}/download", headers


def take_rights(environment, person):
    code = f"""
from django.utils import timezone
from fornix.access.accounts import find_account
from fornix.access.actors import OPERATOR
from fornix.access.memberships import revoke
answer = revoke(OPERATOR, Project.objects.get(), find_account({person!r}), at=timezone.now())
"""
    assert inside(environment, code) is True


def wait_for_hangup(connection):
    """Takes nothing, so that the download cannot come to its end instead."""
    poll = select.poll()
    poll.register(connection, 0)
    assert poll.poll(PATIENCE_S * 1000)


def read_to_the_end(connection):
    while connection.recv(MIB):
        pass


def test_a_download_taken_up_again_by_curl_unpacks_and_verifies(archive, tmp_path):
    served, path, headers = archive
    target = tmp_path / "got.zip"
    command = ["curl", "--silent", "--show-error", "--fail", "-H", f"Authorization: {headers['alice']}"]
    subprocess.run([*command, "-r", "0-999999", "-o", target, served.url + path], check=True)

    subprocess.run([*command, "-C", "-", "-o", target, served.url + path], check=True)

    subprocess.run(["unzip", "-q", target, "-d", tmp_path], check=True)
    manifest = next(tmp_path.glob("*/manifest-sha256.txt"))
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", manifest.name],
        cwd=manifest.parent,
        check=True,
        capture_output=True,
        text=True,
    )
    assert checked.stdout.count(": OK") == 4
    assert outcomes(served.environment) == ["complete", "complete"]


def test_two_people_get_the_same_bytes(archive):
    served, path, headers = archive

    answers = [ask(served, path, Authorization=headers[person]) for person in ("alice", "bob")]

    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]
    assert answers[0].body == answers[1].body


def test_who_loses_the_right_in_mid_download_is_cut(archive):
    served, path, headers = archive
    with slow_reader(served, path, headers["alice"]) as connection, slow_reader(served, path, headers["bob"]):
        take_rights(served.environment, "alice")
        wait_until(lambda: "revoked" in outcomes(served.environment), "the end of alice's download")

        with pytest.raises(ConnectionResetError):
            read_to_the_end(connection)
        assert outcomes(served.environment) == ["revoked", "running"]


def test_a_reader_who_leaves_is_written_down(archive):
    served, path, headers = archive

    with slow_reader(served, path, headers["alice"]):
        assert outcomes(served.environment) == ["running"]

    wait_until(lambda: outcomes(served.environment) == ["cut"], "the end of the download")


def test_bytes_that_vanish_in_mid_download_cut_it(archive, data_folder):
    served, path, headers = archive
    largest = max(
        (data_folder / "blobs").rglob("*"), key=lambda found: found.is_file() and found.stat().st_size
    )
    largest.write_bytes(largest.read_bytes()[: 2 * MIB])
    command = ["curl", "--silent", "--output", "/dev/null", "-H", f"Authorization: {headers['alice']}"]

    done = subprocess.run([*command, served.url + path], check=False)

    assert done.returncode in (18, 56), "curl says whether the transfer was whole"
    wait_until(lambda: outcomes(served.environment) == ["failed"], "the end of the download")


def test_pages_answer_beside_forty_slow_readers_and_the_end_comes_in_time(command_environment, tmp_path):
    accession = make_archive(command_environment, tmp_path / "study", passenger_bytes=LARGE)
    path = f"/sessions/{accession}/download"
    headers = list(make_people(command_environment, *READERS).values())
    with ExitStack() as stack, serving(command_environment, tmp_path) as served:
        for number in range(40):
            stack.enter_context(slow_reader(served, path, headers[number % len(headers)]))

        home = ask(served, "/")
        refused = ask(served, path, Authorization=headers[0])
        assert (home.status, refused.status, refused.headers["Retry-After"]) == (200, 503, "15")

        served.process.terminate()
        assert served.process.wait(10) == 0
    assert outcomes(command_environment) == ["cut"] * 40


def test_the_end_waits_for_the_row_of_a_download_that_it_cut(archive):
    served, path, headers = archive
    with slow_reader(served, path, headers["alice"]) as connection:
        with writing(served.environment):
            served.process.terminate()
            wait_for_hangup(connection)
            time.sleep(0.5)  # the thread that sent is gone by now, the row is not yet written
        assert served.process.wait(10) == 0

    assert outcomes(served.environment) == ["cut"]
