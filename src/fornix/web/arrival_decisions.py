"""Decisions about arrivals, taken from forms: one address for all of them, for one arrival or many."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from fornix import wiring
from fornix.access.actors import Actor
from fornix.errors import Invalid, Refused
from fornix.http.actors import person_at_pages
from fornix.ingest import decisions
from fornix.ingest.decision_rows import MOST
from fornix.ingest.decisions_merge import OfSeveralPeople, merge
from fornix.ingest.decisions_split import split_by_patient
from fornix.web.addresses import safe_next
from fornix.web.arrival_words import done_in_words
from fornix.web.arrivals import arrival_page
from fornix.web.form_targets import form_target

MOST_UNDONE = 20
TYPED = ("project", "subject", "session")
Decide = Callable[[HttpRequest, Actor, list[str]], HttpResponse]


@form_target("arrivals")
def decide(request: HttpRequest) -> HttpResponse:
    """Does what a button says with the arrivals that are ticked, or with the one that the button is of."""
    actor = person_at_pages(request)
    try:
        return _decided(request, actor)
    except (Invalid, Refused) as wrong:
        page = _page_again(request, wrong)
        if page is None:
            raise
        return page


def _decided(request: HttpRequest, actor: Actor) -> HttpResponse:
    guess = request.POST.get("guess", "")
    if guess:
        # "ID TARGET": what was shown is what happens, whatever is guessed by now.
        arrival_id, _, target = guess.partition(" ")
        return _file(request, actor, [arrival_id], target)
    decision = DECISIONS.get(request.POST.get("decision", ""))
    if decision is None:
        raise Invalid("This is none of the decisions that a form offers.")
    ids = [each for each in request.POST.getlist("arrival")[: MOST + 1] if each]
    if not ids:
        messages.warning(request, "Nothing was chosen, so nothing was done. Tick what you decide on.")
        return _back(request)
    return decision(request, actor, ids)


def _file(request: HttpRequest, actor: Actor, ids: list[str], target: str = "") -> HttpResponse:
    project = target or request.POST.get("project", "").strip()
    if not project:
        raise Invalid("Say the project to file into.")
    outcome = decisions.file_to(
        actor,
        ids,
        project,
        subject=request.POST.get("subject", "") if len(ids) == 1 and not target else "",
        session=request.POST.get("session", "") if len(ids) == 1 and not target else "",
        may_create=request.POST.get("create") == "yes",
        at=timezone.now(),
    )
    messages.success(request, done_in_words("file", outcome, project))
    return _back(request)


def _retry(request: HttpRequest, actor: Actor, ids: list[str]) -> HttpResponse:
    outcome = decisions.retry(actor, ids, at=timezone.now())
    messages.success(request, done_in_words("retry", outcome))
    return _back(request)


def _labels(request: HttpRequest, actor: Actor, ids: list[str]) -> HttpResponse:
    posted = request.POST
    outcome = decisions.edit_labels(
        actor, ids, subject=posted.get("subject"), session=posted.get("session"), at=timezone.now()
    )
    messages.success(request, done_in_words("labels", outcome))
    return _back(request)


def _delete(request: HttpRequest, actor: Actor, ids: list[str]) -> HttpResponse:
    reason = request.POST.get("reason", "")
    outcome = decisions.delete(actor, ids, reason=reason, at=timezone.now())
    messages.success(request, done_in_words("delete", outcome))
    undo = [("undo", each) for each in outcome.ids] if len(outcome.ids) <= MOST_UNDONE else []
    query = urlencode(undo or [("state", "deleted")])
    return redirect(f"{reverse('arrivals')}?{query}")


def _restore(request: HttpRequest, actor: Actor, ids: list[str]) -> HttpResponse:
    outcome = decisions.undelete(actor, ids, at=timezone.now())
    messages.success(request, done_in_words("restore", outcome))
    return _back(request)


def _merge(request: HttpRequest, actor: Actor, ids: list[str]) -> HttpResponse:
    """Asks once more where they may be of several people."""
    is_confirmed = request.POST.get("confirmed") == "yes"
    try:
        kept = merge(actor, ids, confirmed=is_confirmed, at=timezone.now())
    except OfSeveralPeople as doubt:
        return render(request, "arrivals_merge.html", {"ids": ids, "doubt": str(doubt)})
    messages.success(request, f"{len(set(ids))} arrivals are one now.")
    return redirect("arrival-detail", arrival_id=kept)


def _split(request: HttpRequest, actor: Actor, ids: list[str]) -> HttpResponse:
    if len(ids) != 1:
        raise Invalid("One arrival is split at a time.")
    made = split_by_patient(actor, ids[0], wiring.store(), at=timezone.now())
    messages.success(request, f"{len(made)} arrivals now, one for each patient.")
    return redirect("arrivals")


def _page_again(request: HttpRequest, wrong: Invalid | Refused) -> HttpResponse | None:
    """The page of the form with what is wrong, and of one arrival with what was typed; None without a page."""
    wanted = urlsplit(request.POST.get("next", "")).path
    arrival_id = request.POST.get("arrival") or request.POST.get("guess", "").partition(" ")[0]
    if arrival_id and wanted == f"{reverse('arrivals')}/{arrival_id}":
        typed = {name: request.POST[name] for name in TYPED if name in request.POST}
        status = 400 if isinstance(wrong, Invalid) else 409
        return arrival_page(request, arrival_id, typed=typed, problem=str(wrong), status=status)
    if not wanted:
        return None
    messages.error(request, str(wrong))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the page of the form."""
    wanted = request.POST.get("next", "")
    return redirect(safe_next(request, wanted) if wanted else reverse("arrivals"))


DECISIONS: dict[str, Decide] = {
    "file": _file,
    "retry": _retry,
    "labels": _labels,
    "delete": _delete,
    "restore": _restore,
    "merge": _merge,
    "split": _split,
}
