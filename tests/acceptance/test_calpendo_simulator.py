"""The simulated Calpendo over real sockets: log-in, methods, what faults do on the wire, control, and the command."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from urllib.parse import urlsplit

import pytest

from fornix.simulator.calpendo import CalpendoServer
from fornix.simulator.calpendo.refusals import ListenRefused, SimulatorRefusal

PROJECTS = "/webdav/q/Calpendo.Project?paths=id,name,projectCode"


def basic(credentials):
    return "Basic " + b64encode(credentials.encode()).decode()


LOGIN = {"Authorization": basic("archive:archive"), "Accept": "application/json"}


@pytest.fixture
def server():
    with CalpendoServer() as running:
        yield running


def connect(url):
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)


def ask(server, target, method="GET", headers=LOGIN):
    """Status, headers and body of one request on its own connection."""
    connection = connect(server.url)
    try:
        connection.request(method, target, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def control(server, path, content=None, token=None):
    """Status and JSON of one request to the control interface; GET without content."""
    connection = connect(server.control_url)
    try:
        headers = {"Authorization": f"Bearer {token or server.token}"}
        body = None if content is None else json.dumps(content)
        connection.request("GET" if content is None else "POST", f"/_sim/{path}", body, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def ask_again(connection):
    """Another request on a connection that was kept."""
    connection.request("GET", PROJECTS, headers=LOGIN)
    return connection.getresponse()


def raw(server, target=PROJECTS, timeout=10):
    """Everything that one connection carries, from the status line to its end."""
    address = urlsplit(server.url)
    head = "".join(f"{name}: {value}\r\n" for name, value in LOGIN.items())
    with socket.create_connection((address.hostname, address.port), timeout) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n{head}Connection: close\r\n\r\n".encode())
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Basic",
        "Basic !!!",
        "Bearer x",
        basic("archive:wrong"),
        basic("mdang:archive"),
        basic("archive"),
    ],
)
def test_without_the_right_password_there_is_a_challenge(authorization, server):
    headers = {"Accept": "application/json"} | ({"Authorization": authorization} if authorization else {})
    status, answered, _body = ask(server, PROJECTS, headers=headers)
    assert status == 401
    assert answered["WWW-Authenticate"] == 'Basic realm="Calpendo"'


@pytest.mark.parametrize(
    "fields", [{"status": "Expired"}, {"authenticationMethod": "2"}], ids=["expired", "single sign-on"]
)
def test_account_that_may_not_work_is_turned_away(fields, server):
    edit = {"op": "set", "type": "Calpendo.CalpendoUser", "id": "9001", "fields": fields}
    assert ask(server, PROJECTS)[0] == 200
    assert control(server, "edit", [edit])[0] == 200
    assert ask(server, PROJECTS)[0] == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "BREW"])
def test_interface_only_reads(method, server):
    status, headers, _body = ask(server, PROJECTS, method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


def test_head_tells_the_length_and_sends_nothing(server):
    _status, headers, body = ask(server, PROJECTS, "HEAD")
    assert body == b""
    assert int(headers["Content-Length"]) == len(ask(server, PROJECTS)[2])


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("//webdav//q//Calpendo.Project//", 200),
        ("/webdav/q/Calpendo.Project/projectCode/eq/VIS%2F2024-3", 200),
        ("/webdav/b/Calpendo.Project/300004157000412/", 200),
        ("/webdav/b/Calpendo.Project/300004157000412/more", 404),
        ("/webdav/b/Calpendo.Project/0", 404),
        ("/webdav/q/NoSuchType", 404),
        ("/", 404),
        ("/webdav/q/Calpendo.Project?paths=id,colour", 400),
        ("/webdav/q/Calpendo.Project/id/like/1", 400),
    ],
)
def test_address_gets_its_status(target, status, server):
    assert ask(server, target)[0] == status


def test_code_with_a_slash_is_found_when_encoded(server):
    found = json.loads(ask(server, "/webdav/q/Calpendo.Project/projectCode/eq/VIS%2F2024-3?paths=name")[2])
    assert found == {"biskits": [{"name": "Visual crowding"}]}


def test_without_the_right_header_a_page_comes_instead_of_json(server):
    bare = {"Authorization": LOGIN["Authorization"]}
    _status, headers, body = ask(server, PROJECTS, headers=bare)
    assert headers["Content-Type"].startswith("text/html")
    assert b"<table>" in body
    assert ask(server, PROJECTS, headers=bare | {"Accept": "application/xml"})[0] == 406


def test_one_connection_serves_several_requests(server):
    connection = connect(server.url)
    lengths = []
    for _ in range(3):
        connection.request("GET", PROJECTS, headers=LOGIN)
        lengths.append(len(connection.getresponse().read()))
    connection.close()
    assert len(set(lengths)) == 1


@pytest.mark.parametrize("length", ["cut", "full", "missing"])
def test_truncated_body_has_the_length_it_was_told_to_have(length, server):
    whole = len(ask(server, PROJECTS)[2])
    control(server, "faults", [{"effect": "truncate", "at": 200, "length": length}])
    head, _, body = raw(server).partition(b"\r\n\r\n")
    announced = {"cut": b"Content-Length: 200", "full": b"Content-Length: %d" % whole, "missing": b""}[length]
    assert len(body) == 200
    assert announced in head
    assert (b"Content-Length" in head) is (length != "missing")


@pytest.mark.parametrize(("where", "mended"), [("between-items", b"null]}"), ("repairable", b"]}")])
def test_body_cut_at_an_item_is_valid_json_once_mended(where, mended, server):
    control(server, "faults", [{"effect": "truncate", "at": 300, "where": where}])
    body = ask(server, PROJECTS)[2]
    with pytest.raises(ValueError, match=r"delimiter|value|property"):
        json.loads(body)
    assert json.loads(body + mended)["biskits"]


@pytest.mark.parametrize("at", [-1, 0, 500])
def test_reset_tears_the_connection_down(at, server):
    control(server, "faults", [{"effect": "reset", "at": at}])
    with pytest.raises(ConnectionResetError):
        raw(server)


@pytest.mark.parametrize(
    "rule",
    [
        {"effect": "slow-first-byte", "seconds": 600},
        {"effect": "stall", "at": 100},
        {"effect": "slow-body", "bytes": 1, "every_s": 600},
    ],
    ids=lambda rule: rule["effect"],
)
def test_slow_answer_outlasts_the_client(rule, server):
    control(server, "faults", [rule])
    with pytest.raises(TimeoutError):
        raw(server, timeout=0.3)


def test_redirect_to_log_in_goes_to_another_host(server):
    control(server, "faults", [{"effect": "redirect-login"}])
    status, headers, _body = ask(server, PROJECTS)
    assert (status, headers["Location"]) == (302, "http://login.example.test/sso")


def test_unavailable_says_when_to_come_back(server):
    control(server, "faults", [{"effect": "503", "retry_after": 7}])
    assert ask(server, PROJECTS)[1]["Retry-After"] == "7"


def test_skewed_clock_shows_in_the_date(server):
    before = ask(server, PROJECTS)[1]["Date"]
    control(server, "faults", [{"effect": "clock-skew", "hours": 48}])
    assert ask(server, PROJECTS)[1]["Date"][:16] != before[:16]


def test_control_needs_its_token(server):
    status, content = control(server, "truth", token="wrong")
    assert (status, list(content)) == (401, ["error"])


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("reset", {"set": "nowhere"}),
        ("reset", {"seed": "one"}),
        ("reset", {"clock": "noon"}),
        ("reset", {"switches": {"id_type": "roman"}}),
        ("clock", {"advance": "soon"}),
        ("clock", {"advance": "999999999d"}),
        ("clock", {"advance": "90000d"}),
        ("reset", {"clock": "0001-01-01T00:00"}),
        ("edit", [{"op": "explode"}]),
        ("faults", [{"effect": "explode"}]),
        ("reset", []),
    ],
    ids=str,
)
def test_control_refuses_with_a_reason_and_changes_nothing(path, content, server):
    before = control(server, "truth")
    status, answered = control(server, path, content)
    assert (status, list(answered)) == (400, ["error"])
    assert control(server, "truth") == before


def test_reset_brings_back_the_beginning_with_other_switches(server):
    control(server, "edit", {"op": "case", "case": 12})
    control(server, "faults", [{"effect": "500"}])
    status, content = control(server, "reset", {"switches": {"id_type": "number"}})
    assert (status, content["switches"]["id_type"]) == (200, "number")
    found = json.loads(ask(server, PROJECTS)[2])["biskits"]
    assert len(found) == 46
    assert isinstance(found[0]["id"], int)


def test_password_changed_in_the_middle_locks_the_account_out(server):
    assert ask(server, PROJECTS)[0] == 200
    control(server, "password", {"account": "archive", "password": "other"})
    assert ask(server, PROJECTS)[0] == 401


def test_clock_stands_until_advanced(server):
    assert control(server, "truth")[1]["clock"] == "2026-03-04T08:00:00+00:00"
    assert control(server, "clock", {"advance": "90m"})[1]["clock"] == "2026-03-04T09:30:00+00:00"


def test_log_has_every_request_with_account_status_and_bytes(server):
    body = ask(server, PROJECTS)[2]
    control(server, "faults", [{"effect": "503"}])
    ask(server, PROJECTS)
    first, second = control(server, "log")[1]["requests"]
    assert (first["target"], first["account"], first["status"]) == (PROJECTS, "archive", 200)
    assert first["sent_bytes"] == len(body)
    assert (second["status"], second["faults"]) == (503, ["503"])


def test_stopping_cuts_connections_that_are_kept_open():
    server = CalpendoServer()
    server.start()
    connection = connect(server.url)
    connection.request("GET", PROJECTS, headers=LOGIN)
    connection.getresponse().read()
    server.stop()
    with pytest.raises((ConnectionError, http.client.BadStatusLine)):
        ask_again(connection)
    connection.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "example.org"])
def test_address_beyond_this_machine_is_refused_unless_told(host):
    with pytest.raises(ListenRefused):
        CalpendoServer(listen=(host, 0))
    CalpendoServer(listen=(host, 0), insecure_listen=True)


def test_unknown_set_is_refused():
    with pytest.raises(SimulatorRefusal, match="demo"):
        CalpendoServer("nowhere")


def command(*options):
    return [sys.executable, "-m", "fornix.simulator.calpendo", *options]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT], ids=str)
def test_command_says_where_it_listens_and_ends_when_told(ending):
    options = ["--listen", "127.0.0.1:0", "--clock", "2026-03-04T08:00", "--token", "abc"]
    with subprocess.Popen(command(*options), stdout=subprocess.PIPE, text=True) as process:
        ready, told = process.stdout.readline().split(), process.stdout.readline().split()
        connection = connect(ready[1])
        connection.request("GET", PROJECTS, headers=LOGIN)
        status = connection.getresponse().status
        process.send_signal(ending)
        assert process.wait(timeout=10) == 0
        connection.close()
    assert (ready[0], status) == ("ready", 200)
    assert (told[0], told[2:]) == ("control", ["token", "abc"])


@pytest.mark.parametrize(
    "options",
    [
        ["--listen", "0.0.0.0:0"],
        ["--listen", "nowhere"],
        ["--clock", "noon"],
        ["--switch", "id_type=roman"],
        ["--switch", "id_type"],
        ["--set", "nowhere"],
    ],
    ids=" ".join,
)
def test_command_refuses_wrong_options_in_one_line(options):
    done = subprocess.run(command(*options), capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_command_says_when_its_address_is_taken(server):
    taken = urlsplit(server.url).netloc
    done = subprocess.run(command("--listen", taken), capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot listen" in done.stderr
