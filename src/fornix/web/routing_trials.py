"""Trying the routing on a page: on what waits, on a session, on a file, on typed lines; and the replay."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from fornix import wiring
from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.errors import ArchiveError, Invalid, NotAllowed
from fornix.http.actors import actor_of, person_at_pages
from fornix.http.paging import key_of
from fornix.ingest.replay import DAYS, Fate, replay, try_session
from fornix.ingest.trials import MOST_BYTES, Trial, try_arrival, try_header, try_values
from fornix.models import Arrival, Sender

MOST_ARRIVALS = 50  # to choose from
LONGEST_TYPED = 20_000


@require_http_methods(["GET", "HEAD", "POST"])
def test(request: HttpRequest) -> HttpResponse:
    """The form, and what each step of the routing says to what was given."""
    is_form = request.method == "POST"
    actor = person_at_pages(request) if is_form else actor_of(request)
    require_administrator(actor)
    given = {
        name: request.POST.get(name, "").replace("\0", "").strip()
        for name in ("arrival", "session", "sender")
    }
    given["typed"] = request.POST.get("typed", "")[:LONGEST_TYPED]
    if not is_form:
        given["arrival"] = request.GET.get("arrival", "").replace("\0", "")[:36]
    trial, problem = None, ""
    if is_form:
        try:
            trial = _tried(request, actor, given)
        except NotAllowed:
            raise
        except ArchiveError as refusal:
            problem = str(refusal)
    context = {
        "given": given,
        "trial": trial,
        "problem": problem,
        "arrivals": Arrival.objects.exclude(refusal="")
        .filter(deleted_at=None)
        .order_by("-id")[:MOST_ARRIVALS],
        "senders": Sender.objects.order_by("name"),
        "zone": wiring.site_rules().time_zone,
    }
    response = render(request, "routing_test.html", context, status=400 if problem else 200)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def replayed(request: HttpRequest) -> HttpResponse:
    """The filed sessions of the last weeks against the rules of now, a page at a time."""
    page = replay(
        actor_of(request),
        wiring.store(),
        wiring.site_rules(),
        at=timezone.now(),
        before=key_of(request, "before"),
    )
    counts = {str(fate): sum(row.fate is fate for row in page.rows) for fate in Fate}
    context = {"page": page, "counts": counts, "days": DAYS, "is_first": "before" not in request.GET}
    return render(request, "routing_replay.html", context)


def _tried(request: HttpRequest, actor: Actor, given: dict[str, str]) -> Trial:
    """What was given first in the order of the form."""
    store, rules, at = wiring.store(), wiring.site_rules(), timezone.now()
    sender = given["sender"]
    sender_id = int(sender) if sender.isascii() and sender.isdigit() and len(sender) < 19 else None
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile) and file.size:
        return try_header(actor, file.read(MOST_BYTES), rules, at=at, sender_id=sender_id)
    if given["typed"].strip():
        return try_values(actor, given["typed"], rules, at=at, sender_id=sender_id)
    if given["arrival"]:
        return try_arrival(actor, given["arrival"], store, rules, at=at)
    if given["session"]:
        return try_session(actor, given["session"], store, rules, at=at)
    raise Invalid("Give a file, type a header, or choose an arrival or a session.")
