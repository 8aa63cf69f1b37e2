"""People and projects by what an administrator typed, whatever accents and case: accounts and Calpendo's alike.

Reads names only; there are thousands of them, not millions. Which of those found is meant, the administrator says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.catalog.people import person_name
from fornix.catalog.typed_text import fold_text, is_found, typed_words
from fornix.models import Account, BookingCode, BookingPerson, BookingProject, Project

MOST = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """Someone or something found. `key` is what it is asked for by; `detail` tells it from others of its name."""

    key: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What was found: `chosen` when there is no doubt, else the candidates, of whom `more` are not among them."""

    chosen: Choice | None
    candidates: tuple[Choice, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class LinkedPerson:
    """A person of Calpendo who is an account, with how that came."""

    id: int
    name: str
    detail: str


def find_people(actor: Actor, typed: str) -> Choices:
    """Accounts, and people of Calpendo who have none, by user name, name or e-mail. For administrators."""
    require_administrator(actor)
    return _choices(typed, list(_people(typed_words(typed))))


def find_projects(actor: Actor, typed: str) -> Choices:
    """Projects here and in Calpendo, by code, former codes or title. For administrators."""
    require_administrator(actor)
    return _choices(typed, list(_projects(typed_words(typed))))


def linked_people(actor: Actor, username: str) -> tuple[LinkedPerson, ...]:
    """The people of Calpendo whom the account of this user name is linked to. For administrators."""
    require_administrator(actor)
    rows = BookingPerson.objects.filter(account__username=username).order_by("pk")
    return tuple(
        LinkedPerson(row.pk, person_name(row), f"id {row.external_id}, by {row.linked_how}") for row in rows
    )


def _choices(typed: str, found: list[Choice]) -> Choices:
    if not typed.strip():
        return Choices(None)
    exact = [each for each in found if fold_text(each.key) == fold_text(typed.strip())]
    written = [each for each in exact if each.key == typed.strip()]
    for certain in (written, exact, found):
        # Of several with one key, such as a shared e-mail, the answer tells all.
        if len({each.key for each in certain}) == 1:
            return Choices(certain[0])
    ordered = sorted(found, key=lambda each: (each not in exact, fold_text(each.name), each.key))
    return Choices(None, tuple(ordered[:MOST]), max(0, len(ordered) - MOST))


def _people(words: tuple[str, ...]) -> Iterator[Choice]:
    linked: defaultdict[int, list[str]] = defaultdict(list)
    people = list(BookingPerson.objects.order_by("pk"))
    for person in people:
        if person.account_id is not None:
            linked[person.account_id] += _names_of(person)
    accounts = Account.objects.order_by("pk").values_list("pk", "username", "name", "email")
    for pk, username, name, email in accounts:
        if is_found(words, username, name, email, *linked[pk]):
            yield Choice(username, name or username, f"account {username}")
    for person in people:
        if person.account_id is None and is_found(words, *_names_of(person)):
            detail = ", ".join(filter(None, ("in Calpendo only", person.email, person.status)))
            name = person_name(person)
            yield Choice(person.login_name or person.email or name, name, detail)


def _names_of(person: BookingPerson) -> tuple[str, ...]:
    """What a person of Calpendo is called by."""
    return (person_name(person), person.login_name, person.login_identifier, person.email)


def _projects(words: tuple[str, ...]) -> Iterator[Choice]:
    codes: defaultdict[int | None, list[str]] = defaultdict(list)
    for booked_id, code in BookingCode.objects.values_list("booking_project_id", "code"):
        codes[booked_id].append(code)
    for project in Project.objects.select_related("booking_project").order_by("pk"):
        booked = project.booking_project
        title = (booked.name if booked else "") or project.name
        if is_found(words, project.label, title, *codes[project.booking_project_id]):
            held = "has data here" if project.session_count else "no data yet"
            yield Choice(project.label, title, f"{project.label}, {held}")
    there = BookingProject.objects.filter(project=None).exclude(code="").order_by("pk")
    for pk, code, title, status in there.values_list("pk", "code", "name", "status"):
        if is_found(words, code, title, *codes[pk]):
            yield Choice(code, title, f"{code}, in Calpendo only, {status or 'status not told'}")
