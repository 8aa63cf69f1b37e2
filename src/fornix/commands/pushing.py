"""A push from its first file to the report: parallel, gone on with after any break, verified by hash over there."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from fornix.commands.push_client import (
    BytesDiffered,
    NoSuchThing,
    OffsetDiffered,
    Server,
    metadata,
)
from fornix.commands.push_files import LocalFile, Unsendable, hash_file, read_part
from fornix.errors import ArchiveError, Unavailable

PARALLEL = 4
CHUNK_BYTES = 16 << 20
KEYS_AT_ONCE = 250
TRIES = 5  # of one file
LOOK_EVERY_S = 1.0
DELIVERIES = "/api/v1/deliveries"


@dataclass(slots=True)
class Push:
    """One delivery being sent."""

    server: Server
    delivery: str
    tell: Callable[[int, int], None]  # files and bytes that are there
    failed: list[Unsendable] = field(default_factory=list)
    files_there: int = 0
    bytes_there: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)

    def send(self, files: Sequence[LocalFile]) -> None:
        """Sends what is not there yet. What fails is noted in `failed`. Raises what fails for all alike."""
        with ThreadPoolExecutor(PARALLEL) as hands:
            try:
                for begin in range(0, len(files), KEYS_AT_ONCE):
                    self._send_some(files[begin : begin + KEYS_AT_ONCE], hands)
            except BaseException:
                self._ended.set()
                hands.shutdown(wait=True, cancel_futures=True)
                raise

    def _send_some(self, files: Sequence[LocalFile], hands: ThreadPoolExecutor) -> None:
        hashes = list(hands.map(self._hashed, files))
        hashed = [(file, sha256) for file, sha256 in zip(files, hashes, strict=True) if sha256]
        keys = {_key(file, sha256): file for file, sha256 in hashed}
        told = self.server.json("POST", f"{DELIVERIES}/{self.delivery}/look", {"keys": list(keys)})
        there = {line["key"]: line for line in told["items"]}
        sending = [
            hands.submit(self._send_file, file, sha256, there.get(_key(file, sha256)))
            for file, sha256 in hashed
        ]
        for each in sending:
            each.result()

    def _hashed(self, file: LocalFile) -> str:
        try:
            return "" if self._ended.is_set() else hash_file(file.path)
        except OSError as error:
            self._fail(file, error.strerror or "it cannot be read")
            return ""

    def _send_file(self, file: LocalFile, sha256: str, there: dict[str, Any] | None) -> None:
        if there is None or not there["is_finished"]:
            try:
                self._send_bytes(file, sha256, there["address"] if there else "")
            except OSError as error:
                self._withdraw(file, sha256, error.strerror or "it cannot be read")
                return
            except (BytesDiffered, NoSuchThing, OffsetDiffered):
                self._withdraw(file, sha256, "it changed while it was sent; push again")
                return
        self._count(file.length)

    def _send_bytes(self, file: LocalFile, sha256: str, address: str) -> None:
        """Until all of it is there; begun anew when the other end has other bytes, or has lost it."""
        for attempt in range(TRIES):
            ask = partial(self._begin_or_ask, file, sha256, address)
            try:
                self._go_on(file, *self.server.patiently(ask))
            except (BytesDiffered, NoSuchThing, OffsetDiffered):
                address = ""
                if attempt == TRIES - 1:
                    raise
            else:
                return

    def _withdraw(self, file: LocalFile, sha256: str, reason: str) -> None:
        """Takes out what is there of a file that cannot be sent, so that the others can be filed."""
        self._fail(file, reason)
        asked = {"keys": [_key(file, sha256)]}
        for line in self.server.json("POST", f"{DELIVERIES}/{self.delivery}/look", asked)["items"]:
            self.server.patiently(partial(self.server.tus, "DELETE", line["address"], {}))

    def _begin_or_ask(self, file: LocalFile, sha256: str, address: str) -> tuple[str, int]:
        if address:
            answer = self.server.tus("HEAD", address, {})
            return address, int(answer.headers["Upload-Offset"])
        first = read_part(file.path, 0, min(CHUNK_BYTES, file.length))
        said = {
            "Upload-Length": str(file.length),
            "Upload-Metadata": metadata(filename=file.name, sha256=sha256, key=_key(file, sha256)),
        }
        answer = self.server.tus("POST", f"{DELIVERIES}/{self.delivery}/files", said, first)
        return answer.headers["Location"], int(answer.headers.get("Upload-Offset", 0))

    def _go_on(self, file: LocalFile, address: str, offset: int) -> None:
        """Raises OffsetDiffered when it gets no further."""
        stuck = 0
        while offset < file.length and not self._ended.is_set():
            begin = offset
            try:
                chunk = read_part(file.path, offset, CHUNK_BYTES)
                if not chunk:
                    raise BytesDiffered  # it became shorter
                answer = self.server.tus("PATCH", address, {"Upload-Offset": str(offset)}, chunk)
                offset = int(answer.headers["Upload-Offset"])
            except (httpx.TransportError, Unavailable, OffsetDiffered):
                _, offset = self.server.patiently(partial(self._begin_or_ask, file, "", address))
            stuck = 0 if offset > begin else stuck + 1
            if stuck == TRIES:
                raise OffsetDiffered

    def _fail(self, file: LocalFile, reason: str) -> None:
        with self._lock:
            self.failed.append(Unsendable(file.name, reason))

    def _count(self, size: int) -> None:
        with self._lock:
            self.files_there += 1
            self.bytes_there += size
            self.tell(self.files_there, self.bytes_there)


def _key(file: LocalFile, sha256: str) -> str:
    """The same for the same file, whatever run sends it."""
    return hashlib.sha256(f"{file.name}\0{sha256}".encode()).hexdigest()


def open_or_resume(server: Server, known: str, wanted: dict[str, str]) -> tuple[str, bool]:
    """The delivery to send to, and whether it is one that was begun before."""
    if known:
        try:
            if server.json("GET", f"{DELIVERIES}/{known}")["delivery"]["state"] == "open":
                return known, True
        except NoSuchThing:
            pass
    return str(server.json("POST", DELIVERIES, {**wanted, "source": "push"})["id"]), False


def commit_and_wait(
    server: Server, delivery: str, *, look: Callable[[], None], sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Says that this is all, and returns the report once it is filed. Raises Unavailable where filing broke."""
    record = server.json("POST", f"{DELIVERIES}/{delivery}/commit")
    while record["delivery"]["state"] != "ended":
        if record["delivery"]["state"] == "failed":
            raise ArchiveError(
                "All files are there, and safe, but filing them broke several times. Tell an administrator of it."
            )
        look()
        sleep(LOOK_EVERY_S)
        record = server.json("GET", f"{DELIVERIES}/{delivery}")
    report: dict[str, Any] = record["report"]
    return report
