"""Whom and what somebody means who asks about a person and a project in words: logins, names, codes, titles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.db.models import Q

from fornix.access.accounts import find_account
from fornix.booking.identity import NO_ALIASES, fold_email
from fornix.catalog.people import person_name
from fornix.catalog.projects import find_project
from fornix.catalog.typed_text import fold_text, name_words
from fornix.dicom.labels import fold_code
from fornix.errors import NotVisible
from fornix.models import Account, BookingName, BookingPerson, BookingProject, Project

MOST_NAMED = 8
_NAMES = ("given_name", "family_name", "login_name", "external_id")
_NOT_PLAIN = "[^ -~]"


class NobodyOfThatName(NotVisible):
    """Neither an account nor a person of Calpendo has this name."""


class SeveralOfThatName(NotVisible):
    """Several people have this name."""


class NoProjectOfThatCode(NotVisible):
    """Neither Fornix nor Calpendo has a project of this code."""


class SeveralProjectsOfThatTitle(NotVisible):
    """Several projects have this title."""


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """An account with the people of Calpendo that it is linked to, or people of Calpendo without an account."""

    account: Account | None
    people: tuple[BookingPerson, ...]

    @property
    def shown(self) -> str:
        """How the answer names them."""
        return self.account.username if self.account else person_name(self.people[0])


@dataclass(frozen=True, slots=True)
class AskedProject:
    """A project here, in Calpendo, or both. `others` are more projects of Calpendo that have or had the code."""

    asked: str
    project: Project | None
    booked: BookingProject | None
    others: tuple[BookingProject, ...] = ()

    @property
    def label(self) -> str:
        """How the answer names it."""
        if self.project is not None:
            return self.project.label
        return (self.booked.code if self.booked else "") or self.asked


def find_asked_person(name: str, aliases: Mapping[str, str] = NO_ALIASES) -> AskedPerson:
    """The person of a login here; else of a login, id or e-mail in Calpendo; else of a name, or of a part of one.

    :param aliases: e-mail domains that are another one by other names, as the site's configuration has them.
    :raises NobodyOfThatName, SeveralOfThatName: it is nobody's, or several people's.
    """
    account = find_account(name)
    if account is not None:
        return _with_account(account)
    for found in (_by_key(name, aliases), _by_name(name, lambda asked, known: asked == known)):
        if found.accounts or found.people:
            return _one_of(name, found, aliases, may_be_several=True)
    found = _by_name(name, lambda asked, known: asked < known)
    if found.accounts or found.people:
        return _one_of(name, found, aliases, may_be_several=False)
    raise NobodyOfThatName(
        f"There is no account {name}, and nobody in Calpendo has this login, e-mail or name."
    )


def find_asked_project(text: str) -> AskedProject:
    """The project of a label or code, present or former; else of Calpendo's id; else of a title, present or former.

    :raises NoProjectOfThatCode, SeveralProjectsOfThatTitle: it is none's, or several ones'.
    """
    project = find_project(text)
    coded = list(BookingProject.objects.filter(codes__folded_code=fold_code(text)).distinct().order_by("pk"))
    if project is not None and project.booking_project is not None:
        others = tuple(each for each in coded if each.pk != project.booking_project_id)
        return AskedProject(text, project, project.booking_project, others)
    booked = coded or list(BookingProject.objects.filter(external_id=text.removeprefix("calpendo:")))
    if project is None and not booked:
        return _by_title(text)
    if not booked:
        return AskedProject(text, project, None)
    best = min(booked, key=lambda row: (row.code != text, fold_code(row.code) != fold_code(text), row.pk))
    project = project or Project.objects.filter(booking_project=best).first()
    return AskedProject(text, project, best, tuple(each for each in booked if each.pk != best.pk))


@dataclass(frozen=True, slots=True)
class _Found:
    """Accounts and people of Calpendo that a word may mean; accounts of people are among the accounts."""

    accounts: Sequence[Account]
    people: Sequence[BookingPerson]


def _found(accounts: Iterable[Account], people: Iterable[BookingPerson]) -> _Found:
    rows = list(people)
    by_key = {
        each.pk: each for each in (*accounts, *(row.account for row in rows if row.account is not None))
    }
    return _Found(list(by_key.values()), rows)


def _by_key(name: str, aliases: Mapping[str, str]) -> _Found:
    asked = Q(external_id=name) | Q(login_name__iexact=name) | Q(login_identifier__iexact=name)
    accounts = Account.objects.none()
    if email := fold_email(name, aliases):
        asked |= Q(folded_email=email) | Q(email__iexact=name.strip())
        accounts = Account.objects.filter(email__iexact=name.strip())
    return _found(accounts, BookingPerson.objects.filter(asked).select_related("account").order_by("pk"))


def _by_name(name: str, fits: Callable[[frozenset[str], frozenset[str]], bool]) -> _Found:
    """Names compare by their words, whatever the accents and the order; those of Calpendo have one more spelling."""
    words = name_words(name)
    if not words:
        return _Found((), ())
    accounts = [
        pk
        for pk, known in Account.objects.filter(_may_have(words, "name")).values_list("pk", "name")
        if fits(words, name_words(known))
    ]
    people = [
        row.pk
        for row in BookingPerson.objects.filter(_may_have(words, *_NAMES)).only(*_NAMES)
        if fits(words, name_words(f"{row.given_name} {row.family_name}"))
        or fits(words, name_words(person_name(row)))
    ]
    return _found(
        Account.objects.filter(pk__in=accounts),
        BookingPerson.objects.filter(pk__in=people).select_related("account").order_by("pk"),
    )


def _may_have(words: Collection[str], *columns: str) -> Q:
    """Rows whose name can have the words, for the database to choose: those with the longest as it is typed.

    It does not fold accents: what is not plain ASCII is compared here, whatever it holds.
    """
    longest = max(words, key=lambda word: (word.isascii(), len(word), word))
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__icontains": longest}) | Q(**{f"{column}__regex": _NOT_PLAIN})
    return found


def _one_of(name: str, found: _Found, aliases: Mapping[str, str], *, may_be_several: bool) -> AskedPerson:
    """The one who is meant. Rows of one e-mail are one person; without an account several can be told together."""
    if len(found.accounts) == 1:
        asked = _with_account(found.accounts[0])
        emails = {fold_email(found.accounts[0].email, aliases), *(row.folded_email for row in asked.people)}
        if all(row.account_id is not None or row.folded_email in emails for row in found.people):
            return asked
    elif not found.accounts:
        emails = {row.folded_email for row in found.people}
        if len(found.people) == 1 or may_be_several or (len(emails) == 1 and emails != {""}):
            active_first = sorted(found.people, key=lambda row: (not row.is_active, row.pk))
            return AskedPerson(None, tuple(active_first[:MOST_NAMED]))
    names = [
        *(f"{account.username} ({account.name or 'an account'})" for account in found.accounts),
        *(
            f"{row.external_id} ({person_name(row)} in Calpendo)"
            for row in found.people
            if row.account_id is None
        ),
    ]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    raise SeveralOfThatName(
        f"{name} can be several people. Name one of them: {', '.join(names[:MOST_NAMED])}{more}."
    )


def _with_account(account: Account) -> AskedPerson:
    return AskedPerson(account, tuple(account.booking_people.order_by("pk")))


def _by_title(text: str) -> AskedProject:
    title = fold_text(text).split()
    found = (_titled(title) or _formerly_titled(title)) if title else []
    if not found:
        raise NoProjectOfThatCode(f"There is no project {text}, neither here nor in Calpendo.")
    if len(found) > 1:
        codes = ", ".join(_code_of(*each) for each in found[:MOST_NAMED])
        raise SeveralProjectsOfThatTitle(
            f"Several projects have or had the title {text}. Name one by its code: {codes}."
        )
    return AskedProject(text, *found[0])


_Titled: TypeAlias = tuple[Project | None, BookingProject | None]


def _titled(title: Sequence[str]) -> list[_Titled]:
    """The projects of this title here, and in Calpendo those that are not among them."""
    here = Project.objects.exclude(name="").select_related("booking_project").order_by("pk")
    projects = [row for row in here if fold_text(row.name).split() == title]
    known = {row.booking_project_id for row in projects}
    there = BookingProject.objects.exclude(name="").values_list("pk", "name")
    booked = {pk for pk, name in there if pk not in known and fold_text(name).split() == title}
    return [*((row, row.booking_project) for row in projects), *_booked(booked)]


def _formerly_titled(title: Sequence[str]) -> list[_Titled]:
    """The projects of Calpendo that had this title once."""
    names = BookingName.objects.values_list("booking_project_id", "name")
    return _booked({pk for pk, name in names if fold_text(name).split() == title})


def _booked(keys: Collection[int]) -> list[_Titled]:
    rows = BookingProject.objects.filter(pk__in=keys).select_related("project").order_by("pk")
    # The reverse of a one-to-one: none is an error there.
    return [(getattr(row, "project", None), row) for row in rows]


def _code_of(project: Project | None, booked: BookingProject | None) -> str:
    if project is not None:
        return project.label
    return booked.code or f"calpendo:{booked.external_id}" if booked is not None else ""
