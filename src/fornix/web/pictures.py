"""Thumbnails as answers: a PNG that the browser keeps for a while, or a drawing that says why there is none."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.html import escape

from fornix.http.ranges import if_none_match_holds, quote_etag
from fornix.models import File
from fornix.preview.thumbnails import SIZE, Thumbnail, thumbnail
from fornix.storage.store import Store

KEPT_S = 3600
LINE = 24  # characters of a line of the drawing


def picture_answer(request: HttpRequest, store: Store, file: File) -> HttpResponse:
    """The thumbnail of a file that the reader may see; its bytes never change, so its hash is its tag."""
    etag = f"{file.blob.sha256}-{SIZE}"
    if not if_none_match_holds(request.headers.get("If-None-Match"), etag):
        answer = HttpResponse(status=304)
    else:
        answer = _answer(_thumbnail_of(store, file))
    answer["ETag"] = quote_etag(etag)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _thumbnail_of(store: Store, file: File) -> Thumbnail:
    if not file.content_sha256:
        return Thumbnail(why_none="the file is no DICOM image")
    return thumbnail(store, file.blob)


def _answer(made: Thumbnail) -> HttpResponse:
    if made.png:
        answer = HttpResponse(made.png, content_type="image/png")
    else:
        answer = HttpResponse(_drawing(made.why_none), content_type="image/svg+xml; charset=utf-8")
    answer["Cache-Control"] = f"private, max-age={KEPT_S}" if made.is_final else "no-store"
    return answer


def _drawing(why: str) -> str:
    """`No picture:` and the reason, in lines."""
    lines = ["No picture:"]
    for word in why.split():
        if lines[-1] != "No picture:" and len(lines[-1]) + len(word) < LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    top = SIZE / 2 - 9 * len(lines) + 12
    texts = "".join(
        f'<text x="50%" y="{top + 18 * at:.0f}">{escape(line)}</text>' for at, line in enumerate(lines)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" '
        f'role="img"><rect width="100%" height="100%" fill="#808080" fill-opacity=".16"/>'
        f'<g font-family="sans-serif" font-size="14" fill="#8a8a8a" text-anchor="middle">{texts}</g></svg>'
    )
