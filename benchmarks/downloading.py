"""A download as fast as a client in Python can take it: read into one buffer and thrown away."""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.processes import BenchmarkFailed


@dataclass(frozen=True, slots=True)
class Download:
    """One finished download of a zip."""

    seconds: float
    length: int


def download_zip(url: str, headers: Mapping[str, str] | None = None) -> Download:
    """Fetch a zip over a new connection; raises BenchmarkFailed when it is none or was cut."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=300)
    started = time.perf_counter()
    try:
        connection.request("GET", parts.path, headers=dict(headers or {}))
        answer = connection.getresponse()
        start = answer.read(4)
        if answer.status != 200 or start != b"PK\x03\x04":
            raise BenchmarkFailed(f"{parts.path} answered {answer.status} and no zip")
        length = len(start) + _drain(answer)
    finally:
        connection.close()
    return Download(time.perf_counter() - started, length)


def _drain(answer: http.client.HTTPResponse) -> int:
    """Read to the end; a body shorter than announced raises BenchmarkFailed."""
    buffer = bytearray(1 << 20)
    total = 0
    while count := answer.readinto(buffer):
        total += count
    if answer.length:
        raise BenchmarkFailed(f"the download was cut {answer.length} bytes before its end")
    return total
