"""The pages of the site's routing rules, for administrators: the list, one rule, moving, switching and deleting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from fornix.access.actors import Actor
from fornix.errors import Invalid
from fornix.http.actors import actor_of, person_at_pages
from fornix.ingest.patterns import LONGEST_PATTERN
from fornix.ingest.rule_checks import MOST_CONDITIONS, NAME_LENGTH, RuleDraft
from fornix.ingest.rule_doubts import doubt_about
from fornix.ingest.rule_editing import (
    change_rule,
    create_rule,
    delete_rule,
    draft_of,
    get_rule,
    list_rules,
    move_rule,
    switch_rule,
)
from fornix.ingest.rule_values import KEYWORDS
from fornix.ingest.rules import Condition
from fornix.ingest.templates import LONGEST_TEMPLATE
from fornix.models import RoutingRule, Sender

LEAST_LINES = 3  # of conditions in the form, so that one can be added without scripts
EMPTY = RuleDraft("", ())
FORMS = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Places:
    """Where a rule can move to by one step; None at an end."""

    rule: RoutingRule
    place: int
    up: int | None
    down: int | None


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules in their order, and the steps around them."""
    found = list_rules(actor_of(request))
    lines = [
        Places(rule, place, place - 1 if place > 1 else None, place + 1 if place < len(found) else None)
        for place, rule in enumerate(found, 1)
    ]
    return render(request, "routing.html", {"lines": lines})


@FORMS
def new_rule(request: HttpRequest) -> HttpResponse:
    """The form of a new rule."""
    if request.method != "POST":
        list_rules(actor_of(request))
        return _form(request, EMPTY)
    actor = person_at_pages(request)
    draft = _typed(request)
    try:
        rule = create_rule(actor, draft, at=timezone.now())
    except Invalid as wrong:
        return _form(request, draft, problem=str(wrong))
    messages.success(
        request, f"The rule {rule.name} holds from now on. A replay shows what it would have changed."
    )
    _warn(request, draft)
    return redirect("routing")


@FORMS
def edit_rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """The form of one rule."""
    if request.method != "POST":
        rule = get_rule(actor_of(request), rule_id)
        return _form(request, draft_of(rule), rule=rule)
    actor = person_at_pages(request)
    rule = get_rule(actor, rule_id)
    draft = _typed(request)
    try:
        change_rule(actor, rule_id, draft, at=timezone.now(), seen=_seen(request))
    except Invalid as wrong:
        return _form(request, draft, rule=rule, problem=str(wrong))
    messages.success(request, f"The rule {draft.name} is saved.")
    _warn(request, draft)
    return redirect("routing")


@FORMS
def move(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Puts a rule at another place."""
    actor = _of_form(request)
    if actor is not None:
        place = request.POST.get("place", "")
        if not (place.isascii() and place.isdigit() and len(place) < 9):
            raise Invalid("A place is a number.")
        move_rule(actor, rule_id, int(place), at=timezone.now())
    return redirect("routing")


@FORMS
def switch(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Switches a rule on or off."""
    actor = _of_form(request)
    if actor is not None:
        rule = switch_rule(actor, rule_id, is_enabled=request.POST.get("on") == "yes", at=timezone.now())
        messages.success(request, f"The rule {rule.name} is {'on' if rule.is_enabled else 'off'}.")
    return redirect("routing")


@FORMS
def remove(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Deletes a rule: first a page that says what goes, then, confirmed, it is gone."""
    is_form = request.method == "POST"
    actor = person_at_pages(request) if is_form else actor_of(request)
    if is_form and request.POST.get("confirmed") == "yes":
        gone = delete_rule(actor, rule_id, at=timezone.now())
        messages.success(request, f"The rule {gone.name} is deleted. What it filed stays where it is.")
        return redirect("routing")
    return render(request, "routing_delete.html", {"rule": get_rule(actor, rule_id)})


def _of_form(request: HttpRequest) -> Actor | None:
    """Who sent the form; None when the address was only opened."""
    return person_at_pages(request) if request.method == "POST" else None


def _warn(request: HttpRequest, draft: RuleDraft) -> None:
    doubt = doubt_about(draft)
    if doubt:
        messages.warning(request, doubt)


def _form(
    request: HttpRequest, draft: RuleDraft, *, rule: RoutingRule | None = None, problem: str = ""
) -> HttpResponse:
    spare = max(LEAST_LINES - len(draft.conditions), 1)
    lines = [*draft.conditions, *[Condition("", "")] * spare][:MOST_CONDITIONS]
    context = {
        "draft": draft,
        "rule": rule,
        "lines": lines,
        "problem": problem,
        "keywords": KEYWORDS,
        "senders": Sender.objects.order_by("name"),
        "seen": rule.changed_at.isoformat() if rule is not None else "",
        "longest": {"name": NAME_LENGTH, "pattern": LONGEST_PATTERN, "template": LONGEST_TEMPLATE},
    }
    return render(request, "routing_rule.html", context, status=400 if problem else 200)


def _typed(request: HttpRequest) -> RuleDraft:
    """The rule as it stands in the form; lines without keyword and pattern are no conditions."""

    def text(name: str) -> str:
        return request.POST.get(name, "").replace("\0", "").strip()

    pairs = [(text(f"tag-{number}"), text(f"pattern-{number}")) for number in range(MOST_CONDITIONS)]
    sender = text("sender")
    return RuleDraft(
        name=text("name"),
        conditions=tuple(Condition(tag, pattern) for tag, pattern in pairs if pattern),
        project=text("project"),
        subject=text("subject"),
        session=text("session"),
        sender_id=int(sender) if sender.isascii() and sender.isdigit() and len(sender) < 19 else None,
        is_enabled=request.POST.get("on") == "yes",
    )


def _seen(request: HttpRequest) -> datetime | None:
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return None
