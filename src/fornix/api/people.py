"""People whom Calpendo lists and who have no account here; linking one to an account, and undoing that."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import Field

from fornix.access.accounts import find_account
from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.api.refusals import answers
from fornix.api.shapes import Body, Cut, Limit, Shape, Start, Text, key_path
from fornix.booking.people import link_by_hand, unlink_account
from fornix.booking.unresolved import Lack, Unresolved, unresolved
from fornix.catalog.people import person_name
from fornix.errors import Invalid, NotVisible, Refused
from fornix.http.actors import actor_of
from fornix.models import BookingPerson
from fornix.wiring import linking

router = Router(tags=["people"])

PersonId = Annotated[int, key_path("Our number of the person.")]


class NotLinked(Refused):
    """This person is linked to no account, so there is nothing to undo."""


class SuggestionOut(Shape):
    """An account that may be the person's."""

    username: str = Field(examples=["zangstrom"])
    name: str = Field(examples=["Zoë Ångström"])
    why: str = Field(examples=["same name"])


class UnresolvedOut(Shape):
    """One whom Calpendo lists in a project, and who gets nothing by it."""

    person_id: int | None = Field(description="Our number of the person; null for a PI who is a text only.")
    name: str
    email: str = Field(description="The e-mail in Calpendo; empty when it tells none.")
    lack: Lack = Field(description="What is missing for a link.")
    shared_by: int = Field(description="How many active people of Calpendo have this e-mail.")
    projects: list[str] = Field(description="The codes of their projects.", examples=[["NEURO_01"]])
    suggestions: list[SuggestionOut] = Field(description="The likeliest first. A name never links by itself.")


class PeopleOut(Shape):
    """People without an account, by name."""

    items: list[UnresolvedOut]
    total: int
    next: int | None = Field(description="`start` of the next page; null on the last.")


class LinkAsked(Body):
    """The account that a person is."""

    username: Text = Field(description="The account's user name.", examples=["zangstrom"])


class LinkOut(Shape):
    """A person of Calpendo, and the account that they are."""

    person_id: int = Field(examples=[12])
    name: str = Field(description="Their name in Calpendo.")
    username: str = Field(description="The account; empty when there is none.")


@router.get(
    "people",
    response=answers(PeopleOut),
    operation_id="listUnresolvedPeople",
    summary="People without an account",
    url_name="api-people",
)
def list_people(request: HttpRequest, start: Start = 0, limit: Limit = 100) -> Cut[Unresolved]:
    """Everybody whom a mirrored project lists and whom no account is known to be, with why and who it might be."""
    page = unresolved(actor_of(request), start=start, limit=limit, linking=linking())
    return Cut(page.lines, page.total, page.next)


@router.post(
    "people/{person_id}/link",
    response=answers(LinkOut, 404, 409),
    operation_id="linkPerson",
    summary="Link a person to an account",
    url_name="api-person-link",
)
def link(request: HttpRequest, person_id: PersonId, asked: LinkAsked) -> LinkOut:
    """What Calpendo gives the person applies at once. 409: the person is another account's."""
    actor = actor_of(request)
    person = _find_person(actor, person_id)
    account = find_account(asked.username)
    if account is None:
        raise Invalid("There is no account of this user name. An administrator makes one first.")
    link_by_hand(actor, account, person, at=timezone.now())
    return LinkOut(person_id=person.pk, name=person_name(person), username=account.username)


@router.delete(
    "people/{person_id}/link",
    response=answers(LinkOut, 404, 409),
    operation_id="unlinkPerson",
    summary="Undo a person's link",
    url_name="api-person-link",
)
def unlink(request: HttpRequest, person_id: PersonId) -> LinkOut:
    """Undoes it, and what came by it; no new one is made by itself."""
    actor = actor_of(request)
    person = _find_person(actor, person_id)
    if person.account is None:
        raise NotLinked
    unlink_account(actor, person.account, at=timezone.now(), only=person)
    return LinkOut(person_id=person.pk, name=person_name(person), username="")


def _find_person(actor: Actor, person_id: int) -> BookingPerson:
    require_administrator(actor)
    person = BookingPerson.objects.select_related("account").filter(pk=person_id).first()
    if person is None:
        raise NotVisible
    return person
