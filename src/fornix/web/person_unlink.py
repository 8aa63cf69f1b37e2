"""Undoing the link of one person of Calpendo, by administrators: first a page that says what ends by it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.booking.foreseen import foresee
from fornix.booking.people import unlink_account
from fornix.catalog.people import person_name
from fornix.errors import Invalid, NotVisible, Refused
from fornix.http.actors import person_at_pages
from fornix.models import Account, BookingPerson, Membership
from fornix.web.form_targets import form_target

Rights = set[tuple[str, str]]


class LinkGone(Refused):
    """This person is linked to no account any more, so there is nothing to undo."""


@form_target("access")
def unlink(request: HttpRequest) -> HttpResponse:
    """Undoes one person's link, once it is confirmed; the account's other links and rights stay."""
    actor = person_at_pages(request)
    person = _find_person(actor, request.POST.get("person", ""))
    account = person.account
    if account is None:
        raise LinkGone
    if request.POST.get("confirmed") != "yes":
        context = {
            "person": person,
            "name": person_name(person),
            "account": account,
            "ending": sorted(foresee(lambda: _unlink(actor, account, person))),
        }
        return render(request, "person_unlink.html", context)
    _unlink(actor, account, person)
    messages.success(request, f"{person_name(person)} is no longer the account {account.username}.")
    return redirect("access")


def _find_person(actor: Actor, number: str) -> BookingPerson:
    require_administrator(actor)
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Invalid("Choose a person of Calpendo who is linked to an account.")
    person = BookingPerson.objects.select_related("account").filter(pk=int(number)).first()
    if person is None:
        raise NotVisible
    return person


def _unlink(actor: Actor, account: Account, person: BookingPerson) -> Rights:
    """The rights that ended by it: project and role."""
    before = _rights_of(account)
    unlink_account(actor, account, at=timezone.now(), only=person)
    return before - _rights_of(account)


def _rights_of(account: Account) -> Rights:
    return set(Membership.objects.filter(account=account).values_list("project__label", "role"))
