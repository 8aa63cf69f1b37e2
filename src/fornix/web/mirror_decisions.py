"""Decisions of administrators about the mirror: holds, one sweep's undoing, a link by hand. Each is shown before."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from fornix.access.accounts import find_account
from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.booking.foreseen import foresee
from fornix.booking.hold_effects import RightChange
from fornix.booking.holds import PIN, Decided, Held, approve, held, reject
from fornix.booking.people import link_by_hand
from fornix.booking.report import JOINED, LEFT, LINKED, LOGIN_OFF, LOGIN_ON, RESUMED, SUSPENDED
from fornix.booking.undo import Undone, find_undoable, undo_sweep
from fornix.catalog.people import person_name
from fornix.catalog.sweeps import get_sweep
from fornix.errors import Invalid, NotVisible
from fornix.http.actors import actor_of, person_at_pages
from fornix.models import BookingPerson, Membership
from fornix.web.form_targets import form_target
from fornix.web.formats import plural

MOST_IDS = 5000
MOST_FORESEEN = 2000  # changes of rights that are tried, and taken back, before somebody confirms
# What becomes of each kind of change of rights when it is undone (booking/undo.py).
UNDONE_AS = {
    "restored": LEFT,
    "taken_back": JOINED,
    "reactivated": SUSPENDED,
    "suspended": RESUMED,
    "unlinked": LINKED,
    "logins_on": LOGIN_OFF,
    "logins_off": LOGIN_ON,
}
DECISIONS = {"approve": approve, "reject": reject}


@form_target("mirror")
def decide(request: HttpRequest) -> HttpResponse:
    """Approves or rejects holds: first a page that says exactly what will happen, then, confirmed, it happens."""
    actor = person_at_pages(request)
    decision = request.POST.get("decision", "")
    # As ticked in the list; as confirmed, with the digest of what the page before said.
    ids = {each.partition(PIN)[0]: each for each in request.POST.getlist("hold")[:MOST_IDS]}
    if decision not in DECISIONS:
        raise Invalid("A hold is approved or rejected.")
    known = {each.id: each for each in held(actor)}
    if not ids:
        messages.warning(request, "Nothing was chosen, so nothing was decided. Tick what you decide on.")
        return redirect(f"{reverse('mirror')}#held")
    chosen = [known[each] for each in ids if each in known]
    lapsed = len(ids) - len(chosen)
    if request.POST.get("confirmed") != "yes" or not chosen:
        return _preview(request, actor, decision, chosen, lapsed)
    done = DECISIONS[decision](actor, [ids[each.id] for each in chosen], at=timezone.now())
    messages.success(request, decided_in_words(decision, done))
    return redirect("mirror")


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, sweep_id: int) -> HttpResponse:
    """Takes back what one sweep did to rights: first a page that says what that is.

    Only a form makes it try: an address that is opened writes nothing, not even what is taken back at once.
    """
    is_form = request.method == "POST"
    actor = person_at_pages(request) if is_form else actor_of(request)
    if is_form and request.POST.get("confirmed") == "yes":
        undone = undo_sweep(actor, sweep_id, at=timezone.now())
        messages.success(request, undone_in_words(sweep_id, undone))
        return redirect("sweep-detail", sweep_id=sweep_id)
    sweep = get_sweep(actor, sweep_id)
    find_undoable(sweep_id)
    is_small = sum(sweep.line.changes.get(kind, 0) for kind in UNDONE_AS.values()) <= MOST_FORESEEN
    is_exact = is_form and is_small
    if is_exact:
        foreseen = foresee(lambda: undo_sweep(actor, sweep_id, at=timezone.now()))
    else:
        foreseen = Undone(**{name: sweep.line.changes.get(kind, 0) for name, kind in UNDONE_AS.items()})
    context = {"sweep": sweep, "foreseen": foreseen, "is_exact": is_exact}
    return render(request, "sweep_undo.html", context)


@form_target("mirror-people")
def link(request: HttpRequest) -> HttpResponse:
    """Links a person of Calpendo to an account, by hand: first a page that says what they get by it."""
    actor = person_at_pages(request)
    require_administrator(actor)
    number = request.POST.get("person", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Invalid("Choose a person of Calpendo from the list.")
    person = BookingPerson.objects.filter(pk=int(number)).first()
    if person is None:
        raise NotVisible
    username = request.POST.get("username", "").strip()
    account = None if "\0" in username else find_account(username)
    if account is None:
        raise Invalid(f"There is no account of the user name {username}. An administrator makes one first.")
    if request.POST.get("confirmed") != "yes":
        before = _rights_of(account.pk)
        after = foresee(
            lambda: (link_by_hand(actor, account, person, at=timezone.now()), _rights_of(account.pk))[1]
        )
        context = {
            "person": person,
            "name": person_name(person),
            "account": account,
            "granted": sorted(after - before),
        }
        return render(request, "person_link.html", context)
    link_by_hand(actor, account, person, at=timezone.now())
    messages.success(request, f"{person_name(person)} is the account {account.username} now.")
    return redirect("mirror-people")


@dataclass(frozen=True, slots=True)
class ProjectRights:
    """What one decision changes on one project: user names with their role."""

    project: str
    people: tuple[str, ...]


def by_project(changes: tuple[RightChange, ...]) -> tuple[ProjectRights, ...]:
    """The changes of rights, project by project."""
    found: dict[str, list[str]] = {}
    for change in changes:
        found.setdefault(change.project, []).append(f"{change.username} ({change.role})")
    return tuple(ProjectRights(project, tuple(sorted(people))) for project, people in sorted(found.items()))


def decided_in_words(decision: str, done: Decided) -> str:
    """What happened, for the page that follows."""
    count = len(done.ids)
    if not count:
        return "Nothing was left to decide: Calpendo had taken it back itself."
    if decision == "reject":
        return f"{plural(count, 'hold')} rejected. Everything stays as it is here until Calpendo changes its mind."
    parts = [f"{plural(count, 'hold')} approved: Calpendo is followed"]
    if done.revoked:
        parts.append(f"{plural(len(done.revoked), 'right')} ended")
    if done.granted:
        parts.append(f"{plural(len(done.granted), 'right')} given")
    if not (done.revoked or done.granted):
        parts.append("nobody here had or got a right by it")
    return "; ".join(parts) + "."


def undone_in_words(sweep_id: int, undone: Undone) -> str:
    """What was taken back, for the page that follows."""
    told = [
        (undone.restored, "place in a project restored", "places in projects restored"),
        (undone.taken_back, "place in a project taken back", "places in projects taken back"),
        (undone.reactivated, "person active again", "people active again"),
        (undone.suspended, "person suspended", "people suspended"),
        (undone.unlinked, "link undone", "links undone"),
        (undone.logins_on, "log-in given back", "log-ins given back"),
        (undone.logins_off, "log-in switched off", "log-ins switched off"),
        (
            undone.skipped,
            "change skipped, because it has changed since",
            "changes skipped, because they have changed since",
        ),
        (
            undone.in_force,
            "right that it gave stays in force, which the access page explains",
            "rights that it gave stay in force, which the access page explains",
        ),
    ]
    parts = [plural(count, one, many) for count, one, many in told if count]
    return f"Sweep {sweep_id} is undone: {', '.join(parts) or 'it had changed no rights'}."


def _preview(
    request: HttpRequest, actor: Actor, decision: str, chosen: list[Held], lapsed: int
) -> HttpResponse:
    ids = [f"{each.id}{PIN}{each.digest}" for each in chosen]
    done = foresee(lambda: DECISIONS[decision](actor, ids, at=timezone.now()))
    context = {
        "decision": decision,
        "chosen": chosen,
        "lapsed": lapsed,
        "revoked": by_project(done.revoked),
        "granted": by_project(done.granted),
        "revoked_count": len(done.revoked),
        "granted_count": len(done.granted),
    }
    return render(request, "holds_decide.html", context)


def _rights_of(account_id: int) -> set[tuple[str, str]]:
    return set(Membership.objects.filter(account=account_id).values_list("project__label", "role"))
