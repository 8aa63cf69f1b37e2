"""People whom Calpendo lists in a project and who get nothing by it, because nobody here is known to be them.

Says why, and who it might be. A name never links anybody (contract calpendo 4.1): it only suggests.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.booking.identity import fold_email
from fornix.catalog.people import person_name
from fornix.catalog.typed_text import fold_text, name_words
from fornix.models import Account, BookingPerson, BookingProject, BookingRole

MOST_SUGGESTIONS = 3
_TITLES = frozenset({"prof", "professor", "dr", "phd", "md", "mr", "mrs", "ms", "pi"})
_SHORTEST = 3  # letters of a word by which two names can be alike


class Lack(StrEnum):
    """What is missing for a link."""

    ACCOUNT = "account"  # nobody here has the e-mail
    EMAIL = "email"  # Calpendo knows no e-mail of the person
    SHARED = "shared"  # several people or several accounts have the e-mail
    ADMINISTRATOR = "administrator"  # the account with the e-mail is an administrator's: linked by hand only
    SWEEP = "sweep"  # the next sweep links them
    UNDONE = "undone"  # somebody undid the link
    TEXT = "text"  # a PI of whom Calpendo has a text, and no person


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An account that may be the person's, and why."""

    username: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """One who gets nothing. `person_id` is our number of the person; None for a PI who is a text only."""

    person_id: int | None
    name: str
    email: str
    lack: Lack
    shared_by: int  # active people of this e-mail
    projects: tuple[str, ...]  # codes, those with data here first
    suggestions: tuple[Suggestion, ...]


def unresolved(actor: Actor) -> tuple[Unresolved, ...]:
    """Everybody whom a project that counts lists and who has no account. For administrators.

    First those for whom somebody can do something; each by name.
    """
    require_administrator(actor)
    accounts = Accounts(Account.objects.filter(is_active=True).order_by("pk"))
    people = list(_people_without_account())
    sharing = Counter(
        BookingPerson.objects.filter(is_active=True, vanished_at__isnull=True)
        .exclude(folded_email="")
        .values_list("folded_email", flat=True)
    )
    projects = _projects_of([person.pk for person in people])
    lines = [_of_person(person, accounts, sharing, projects[person.pk]) for person in people]
    lines += [_of_text(project, accounts) for project in _projects_with_written_pi()]
    return tuple(sorted(lines, key=_rank))


def _rank(line: Unresolved) -> tuple[bool, str, int, tuple[str, ...]]:
    waits = line.lack in (Lack.ACCOUNT, Lack.SWEEP) and not line.suggestions
    return (waits, fold_text(line.name), line.person_id or 0, line.projects)


class Accounts:
    """The active accounts, to be found by e-mail, login and words of the name."""

    def __init__(self, rows: Iterable[Account]) -> None:
        self.by_email: defaultdict[str, list[Account]] = defaultdict(list)
        self._by_login: dict[str, Account] = {}
        self._by_word: defaultdict[str, list[tuple[frozenset[str], Account]]] = defaultdict(list)
        for row in rows:
            self._by_login[row.username.casefold()] = row
            if row.email:
                self.by_email[fold_email(row.email)].append(row)
            words = name_words(row.name) - _TITLES
            for word in words:
                if len(word) >= _SHORTEST:
                    self._by_word[word].append((words, row))

    def of_login(self, login: str) -> Account | None:
        """The account of this user name."""
        return self._by_login.get(login.casefold()) if login else None

    def named(self, name: str) -> Iterable[tuple[Account, bool]]:
        """Accounts whose name has all words of this one, or the other way round; and whether it is the same."""
        words = name_words(name) - _TITLES
        seen: set[int] = set()
        for word in sorted(words):
            for others, account in self._by_word.get(word, ()):
                if account.pk not in seen and (words <= others or others <= words):
                    seen.add(account.pk)
                    yield account, words == others

    def suggestions(self, name: str, *, email: str = "", login: str = "") -> tuple[Suggestion, ...]:
        """Accounts that may be meant, the likeliest first."""
        found: dict[str, Suggestion] = {}

        def add(account: Account, why: str) -> None:
            found.setdefault(account.username, Suggestion(account.username, account.name, why))

        for account in self.by_email.get(fold_email(email), ()) if email else ():
            add(account, "same e-mail")
        if same := self.of_login(login):
            add(same, "same user name")
        for account, is_same in sorted(self.named(name), key=lambda pair: (not pair[1], pair[0].pk)):
            add(account, "same name" if is_same else "similar name")
        return tuple(found.values())[:MOST_SUGGESTIONS]


def _people_without_account() -> Iterable[BookingPerson]:
    counting = BookingRole.objects.filter(person=OuterRef("pk"), booking_project__is_eligible=True)
    people = BookingPerson.objects.filter(account=None, is_active=True, vanished_at__isnull=True)
    return people.filter(Exists(counting)).order_by("pk")


def _projects_of(people: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """The codes of each person's projects; those that have data here are known by their label."""
    roles = BookingRole.objects.filter(
        person__account=None, person__is_active=True, booking_project__is_eligible=True
    )
    rows = roles.values_list(
        "person_id", "booking_project__project__label", "booking_project__code", "booking_project__name"
    ).distinct()
    wanted = set(people)
    codes: defaultdict[int, set[tuple[bool, str]]] = defaultdict(set)
    for person_id, label, code, name in rows:
        if person_id in wanted:
            codes[person_id].add((label is None, label or code or name))
    found = {person_id: tuple(code for _, code in sorted(held)) for person_id, held in codes.items()}
    return defaultdict(tuple, found)


def _of_person(
    person: BookingPerson, accounts: Accounts, sharing: Mapping[str, int], projects: tuple[str, ...]
) -> Unresolved:
    name = person_name(person)
    return Unresolved(
        person_id=person.pk,
        name=name,
        email=person.email,
        lack=_lack_of(person, accounts, sharing),
        shared_by=sharing.get(person.folded_email, 0),
        projects=projects,
        suggestions=accounts.suggestions(name, email=person.email, login=person.login_name),
    )


def _lack_of(person: BookingPerson, accounts: Accounts, sharing: Mapping[str, int]) -> Lack:
    if person.unlinked_at is not None:
        return Lack.UNDONE
    if not person.folded_email:
        return Lack.EMAIL
    owners = accounts.by_email.get(person.folded_email, ())
    if sharing.get(person.folded_email, 0) > 1 or len(owners) > 1:
        return Lack.SHARED
    if not owners:
        return Lack.ACCOUNT
    return Lack.ADMINISTRATOR if owners[0].is_administrator else Lack.SWEEP


def _projects_with_written_pi() -> Iterable[BookingProject]:
    resolved = BookingRole.objects.filter(booking_project=OuterRef("pk"), part="pi")
    written = BookingProject.objects.exclude(Q(pi_text="") & Q(pi_email=""))
    counting = written.filter(is_eligible=True, vanished_at__isnull=True)
    return counting.exclude(Exists(resolved)).select_related("project").order_by("pk")


def _of_text(project: BookingProject, accounts: Accounts) -> Unresolved:
    here = getattr(project, "project", None)  # the reverse of a one-to-one: none is an error there
    name = project.pi_text or project.pi_email
    return Unresolved(
        person_id=None,
        name=name,
        email=project.pi_email,
        lack=Lack.TEXT,
        shared_by=0,
        projects=(here.label if here else project.code or project.name,),
        suggestions=accounts.suggestions(name, email=project.pi_email),
    )
