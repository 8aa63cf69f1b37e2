"""One large file handed in over loopback, as the page sends it: pieces of 16 MiB by tus. Beside it nginx, fed by
`curl -T`, whose file is synced afterwards, as everything that Fornix acknowledges is."""

import base64
import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import httpx

from benchmarks import fornix_site, processes
from benchmarks.fornix_command import PROJECT, Fornix
from benchmarks.processes import BenchmarkFailed

GOAL_MB_S = 100.0
GOAL_BYTES = 300e6
PIECE = 16 << 20
_FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')
NGINX = """\
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; client_max_body_size 0; client_body_temp_path {folder}/body;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; location / {{ dav_methods PUT; }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Upload:
    """One finished upload. `peak_bytes`: of the web process, so far."""

    seconds: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Uploads:
    """The uploads of both, in the order in which they were interleaved."""

    length: int
    fornix: tuple[Upload, ...]
    nginx: tuple[Upload, ...]

    @property
    def ratio(self) -> float:
        """How many times as fast as nginx, by medians."""
        return median(one.seconds for one in self.nginx) / median(one.seconds for one in self.fornix)


def measure(source: Path, files: int, work: Path, rounds: int, length: int = 10**9) -> Uploads:
    """The uploads take turns; each is discarded before the next one."""
    archive = Fornix(work / "fornix-upload")
    archive.prepare()
    archive.import_folder(source, files)
    large = work / "large.bin"
    large.write_bytes(os.urandom(length))
    ours: list[Upload] = []
    theirs: list[Upload] = []
    with _nginx(work / "nginx") as peer, fornix_site.running(archive) as site:
        for _ in range(rounds):
            ours.append(_to_fornix(site, archive, large))
            theirs.append(_to_nginx(peer, work / "nginx", large))
    large.unlink()
    shutil.rmtree(archive.data)
    return Uploads(length, tuple(ours), tuple(theirs))


def section(result: Uploads) -> str:
    """The numbers as Markdown."""
    rows = [
        _row(
            "Fornix: tus in pieces of 16 MiB, each hashed, synced and recorded", result.fornix, result.length
        ),
        _row("nginx: `curl -T` in one piece, then synced; nothing hashed", result.nginx, result.length),
    ]
    rate = result.length / median(one.seconds for one in result.fornix) / 1e6
    peak = max(one.peak_bytes for one in result.fornix)
    is_reached = rate >= GOAL_MB_S and peak < GOAL_BYTES
    return (
        "## Upload of a large file\n\n"
        f"One file of {result.length / 1e9:g} GB over loopback, up to the last answer. Memory is that of the web "
        "process.\n\n"
        "| server | median s | all runs, s | MB/s | peak memory |\n|---|--:|---|--:|--:|\n"
        + "".join(rows)
        + f"\nFornix is {result.ratio:.2f} times as fast; goal: {GOAL_MB_S:g} MB/s with less than "
        f"{GOAL_BYTES / 1e6:g} MB ({'reached' if is_reached else 'not reached'}).\n"
    )


def _row(name: str, runs: tuple[Upload, ...], length: int) -> str:
    seconds = median(run.seconds for run in runs)
    peak = max(run.peak_bytes for run in runs)
    told = f"{peak / 1e6:.0f} MB" if peak else ""
    every = ", ".join(f"{run.seconds:.2f}" for run in runs)
    return f"| {name} | {seconds:.2f} | {every} | {length / seconds / 1e6:,.0f} | {told} |\n"


def _to_fornix(site: fornix_site.Site, archive: Fornix, large: Path) -> Upload:
    address = urlsplit(site.zip_url)
    connection = http.client.HTTPConnection(address.netloc, timeout=300)
    headers = {"Cookie": site.cookie, "X-CSRFToken": _form_token(site), "Tus-Resumable": "1.0.0"}
    made = _asked(connection, "POST", "/api/v1/deliveries", {"project": PROJECT}, headers)
    delivery = str(made["id"])
    try:
        seconds = _send(connection, delivery, headers, large)
    finally:
        connection.close()
    peak = processes.peak_bytes(_web_process(archive))
    with contextlib.closing(http.client.HTTPConnection(address.netloc, timeout=300)) as last:
        last.request("DELETE", f"/api/v1/deliveries/{delivery}", headers=headers)
        last.getresponse().read()
    return Upload(seconds, peak)


def _form_token(site: fornix_site.Site) -> str:
    address = urlsplit(site.zip_url)
    page = httpx.get(f"http://{address.netloc}/upload", headers={"Cookie": site.cookie}).text
    found = _FORM_TOKEN.search(page)
    if not found:
        raise BenchmarkFailed("the upload page has no form token")
    return found[1]


def _send(
    connection: http.client.HTTPConnection, delivery: str, headers: dict[str, str], large: Path
) -> float:
    """Seconds from the first byte to the last 204."""
    bytes_ = {**headers, "Content-Type": "application/offset+octet-stream"}
    name = base64.b64encode(large.name.encode()).decode()
    length = large.stat().st_size
    started = time.perf_counter()
    begin = {**headers, "Upload-Length": str(length), "Upload-Metadata": f"filename {name}"}
    connection.request("POST", f"/api/v1/deliveries/{delivery}/files", headers=begin)
    answer = connection.getresponse()
    answer.read()
    where, offset = answer.headers["Location"], 0
    with large.open("rb") as stream:
        while piece := stream.read(PIECE):
            connection.request("PATCH", where, piece, {**bytes_, "Upload-Offset": str(offset)})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 204:
                raise BenchmarkFailed(f"a piece was answered with {answer.status}")
            offset = int(answer.headers["Upload-Offset"])
    if offset != length:
        raise BenchmarkFailed(f"{offset} of {length} bytes were taken")
    return time.perf_counter() - started


def _asked(
    connection: http.client.HTTPConnection, method: str, path: str, body: object, headers: dict[str, str]
) -> dict[str, object]:
    connection.request(
        method, path, json.dumps(body), {**headers, "Content-Type": "application/json", "Accept": "*/*"}
    )
    answer = connection.getresponse()
    content = answer.read()
    if answer.status >= 400:
        raise BenchmarkFailed(f"{path} answered {answer.status}: {content[:300]!r}")
    told: dict[str, object] = json.loads(content)
    return told


def _web_process(archive: Fornix) -> int:
    """The largest of the processes that serve this archive's pages."""
    found = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _is_web(entry, str(archive.data))
    ]
    return max(found, key=processes.peak_bytes)


def _is_web(entry: Path, data: str) -> bool:
    try:
        words = (entry / "cmdline").read_bytes()
        return b"web_process" in words and f"FORNIX_DATA={data}".encode() in (entry / "environ").read_bytes()
    except OSError:
        return False


def _to_nginx(port: int, folder: Path, large: Path) -> Upload:
    target = folder / "files" / "large.bin"
    started = time.perf_counter()
    processes.run(["curl", "-sS", "-f", "-T", str(large), f"http://127.0.0.1:{port}/large.bin"])
    for path in (target, target.parent):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    seconds = time.perf_counter() - started
    target.unlink()
    return Upload(seconds, 0)


@contextmanager
def _nginx(folder: Path) -> Iterator[int]:
    for inner in ("files", "body"):
        (folder / inner).mkdir(parents=True)
    folder.chmod(0o755)
    port = processes.free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-g", f"user {_user()};"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        probe = ["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{port}/"]
        processes.wait_until(lambda: subprocess.run(probe, check=False).returncode == 0, "nginx")
        yield port
    finally:
        processes.stop(process)


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name
