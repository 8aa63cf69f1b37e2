"""The one responder for stored bytes: whole or a range, as RFC 9110 says, with an Access row for each answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from fornix.access.actors import Actor
from fornix.audit.accesses import open_access
from fornix.catalog.downloads import DownloadKind, DownloadPlan, PlannedFile
from fornix.errors import NotVisible, Unavailable
from fornix.http.ranges import (
    Range,
    Unsatisfiable,
    if_match_holds,
    if_none_match_holds,
    if_range_holds,
    parse_range,
    quote_etag,
)
from fornix.http.sending import Sending, release_connection
from fornix.http.slots import Slot
from fornix.http.standing import standing_of
from fornix.http.watch import watch
from fornix.storage.store import Store
from fornix.storage.zips import ZipEntry, ZipPlan

CHUNK_BYTES = 256 << 10


class Body(Protocol):
    """Bytes of a known length; equal tags mean equal bytes."""

    etag: str
    length: int

    def stream(self, start: int = 0, stop: int | None = None, chunk_bytes: int = ...) -> Iterator[bytes]:
        """Yields the bytes [start, stop); raises Unavailable when the store has fewer."""
        ...


class StoredFile:
    """One file as it was received."""

    def __init__(self, file: PlannedFile, store: Store) -> None:
        self._entry = _entry(file, store)
        self.etag = file.sha256
        self.length = file.length
        stat = store.stat(file.key)
        if stat is None or stat.length < file.offset + file.length:
            raise Unavailable(
                "The bytes of this file are not in the store. Tell the administrator to run the check of the archive.",
                key=file.key,
            )

    def stream(
        self, start: int = 0, stop: int | None = None, chunk_bytes: int = CHUNK_BYTES
    ) -> Iterator[bytes]:
        """See Body."""
        rest = (self.length if stop is None else stop) - start
        if rest <= 0:
            return
        with self._entry.open(start, rest) as source:
            while rest:
                data = source.read(min(rest, chunk_bytes))
                if not data:
                    raise Unavailable(sha256=self.etag)
                rest -= len(data)
                yield data


def _entry(file: PlannedFile, store: Store) -> ZipEntry:
    return ZipEntry.of_blob(
        file.path,
        store,
        file.key,
        length=file.length,
        crc32=file.crc32,
        sha256=file.sha256,
        offset=file.offset,
    )


def body_of(plan: DownloadPlan, store: Store) -> Body:
    """The bytes that a plan stands for. Raises Unavailable when those of a single file are missing."""
    if plan.kind is DownloadKind.FILE:
        return StoredFile(plan.files[0], store)
    entries = [ZipEntry.of_bytes(plan.manifest_path, plan.manifest)]
    entries += [_entry(file, store) for file in plan.files]
    return ZipPlan(entries, plan.fixed_time)


def respond(
    request: HttpRequest, actor: Actor, plan: DownloadPlan, body: Body, slot: Slot
) -> HttpResponseBase:
    """Answers a GET or HEAD with the body, a range of it, or what the conditions ask for.

    The slot is given back when the answer has ended; at once, when there is nothing to send.
    """
    answer = _without_body(request, body)
    if answer is None:
        return _begin(request, actor, plan, body, slot)
    slot.release()
    _describe(answer, plan, body)
    return answer


def _without_body(request: HttpRequest, body: Body) -> HttpResponse | None:
    """The answers that send nothing, in the order of RFC 9110 section 13.2.2; None: send it."""
    headers = request.headers
    if not if_match_holds(headers.get("If-Match"), body.etag):
        return HttpResponse(
            "The download has changed since it was begun. Begin it anew.\n",
            status=412,
            content_type="text/plain",
        )
    if not if_none_match_holds(headers.get("If-None-Match"), body.etag):
        return HttpResponse(status=304)
    if request.method == "HEAD":
        answer = HttpResponse()
        answer["Content-Length"] = str(body.length)
        return answer
    part = _asked_part(request, body)
    if isinstance(part, Unsatisfiable):
        answer = HttpResponse(
            "The download has no such bytes. Begin it anew.\n", status=416, content_type="text/plain"
        )
        answer["Content-Range"] = part.content_range
        return answer
    return None


def _asked_part(request: HttpRequest, body: Body) -> Range | Unsatisfiable | None:
    if not if_range_holds(request.headers.get("If-Range"), body.etag):
        return None
    return parse_range(request.headers.get("Range"), body.length)


def _begin(
    request: HttpRequest, actor: Actor, plan: DownloadPlan, body: Body, slot: Slot
) -> StreamingHttpResponse:
    part = _asked_part(request, body)
    start, stop = (part.start, part.stop) if isinstance(part, Range) else (0, body.length)
    standing = standing_of(request, actor, plan.session)
    if standing is None:
        raise NotVisible
    access_id = open_access(
        plan.kind.value,
        at=timezone.now(),
        account=actor.account,
        token=actor.token,
        address=actor.address,
        session=plan.session,
        scan=plan.scan,
        file_id=plan.file_id,
        file_count=len(plan.files),
        byte_count=stop - start,
    )
    sending = Sending(
        body.stream(start, stop, CHUNK_BYTES),
        access_id=access_id,
        asked_again=standing.still_holds,
        release=slot.release,
        client=request.META.get("gunicorn.socket"),
    )
    watch.add(sending)
    release_connection()
    answer = StreamingHttpResponse(sending, status=206 if isinstance(part, Range) else 200)
    if isinstance(part, Range):
        answer["Content-Range"] = part.content_range
    answer["Content-Length"] = str(stop - start)
    _describe(answer, plan, body)
    return answer


def _describe(answer: HttpResponseBase, plan: DownloadPlan, body: Body) -> None:
    if answer.status_code in (200, 206):
        answer["Content-Type"] = plan.content_type
        answer["Content-Disposition"] = str(
            content_disposition_header(as_attachment=True, filename=plan.name)
        )
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = quote_etag(body.etag)
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
