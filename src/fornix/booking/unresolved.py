"""People whom Calpendo lists in a project and who get nothing by it, because nobody here is known to be them.

Says why, and who it might be. A name never links anybody (contract calpendo 4.1): it only suggests.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.booking.identity import BY_EMAIL, Linking
from fornix.booking.similar_accounts import Accounts, Called, Suggestion
from fornix.catalog.people import person_name
from fornix.catalog.typed_text import fold_text, is_found
from fornix.models import Account, BookingPerson, BookingProject, BookingRole

PAGE = 50


class Lack(StrEnum):
    """What is missing for a link."""

    ACCOUNT = "account"  # nobody here has the e-mail
    EMAIL = "email"  # Calpendo knows no e-mail of the person
    SHARED = "shared"  # several people or several accounts have the e-mail
    IDENTITY = "identity"  # several people or several accounts have the log-in at single sign-on
    ADMINISTRATOR = "administrator"  # the account is an administrator's: linked by hand only
    SWEEP = "sweep"  # the next sweep links them
    UNDONE = "undone"  # somebody undid the link
    TEXT = "text"  # a PI of whom Calpendo has a text, and no person


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


@dataclass(frozen=True, slots=True)
class UnresolvedPage:
    """A part of them. `matching`: how many have the words that were asked for; `total`: how many there are."""

    lines: tuple[Unresolved, ...]
    start: int
    matching: int
    total: int

    @property
    def next(self) -> int | None:
        """Where the page after this one begins; None after the last."""
        end = self.start + len(self.lines)
        return end if self.lines and end < self.matching else None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One of them, as far as the order of all needs it. `project`: the one whose PI is this text."""

    called: Called
    lack: Lack
    shared_by: int = 0
    person_id: int | None = None
    project: str = ""


def unresolved(
    actor: Actor,
    *,
    words: tuple[str, ...] = (),
    start: int = 0,
    limit: int = PAGE,
    linking: Linking = BY_EMAIL,
) -> UnresolvedPage:
    """Whom a project that counts lists and who has no account. For administrators.

    First those for whom somebody can do something; each by name.

    :param words: folded ones that all stand in the name, the e-mail or a project's code.
    :param linking: by what this site links people to accounts.
    """
    require_administrator(actor)
    in_use = Q(is_active=True) | Q(suspended_at__isnull=False)
    accounts = Accounts(Account.objects.filter(in_use).order_by("pk"), linking)
    everybody = [*_people(accounts), *_texts()]
    found = _with_words(everybody, words) if words else everybody
    found.sort(key=lambda each: _rank(each, accounts))
    page = found[start : start + limit]
    projects = _projects_of([each.person_id for each in page if each.person_id is not None])
    lines = tuple(_line(each, accounts, projects) for each in page)
    return UnresolvedPage(lines, start, len(found), len(everybody))


def _with_words(everybody: Iterable[_Candidate], words: tuple[str, ...]) -> list[_Candidate]:
    projects = _projects_of(None)
    return [
        each
        for each in everybody
        if is_found(words, each.called.name, each.called.email, *_codes(each, projects))
    ]


def _rank(each: _Candidate, accounts: Accounts) -> tuple[bool, str, int, str]:
    waits = each.lack in (Lack.ACCOUNT, Lack.SWEEP) and not accounts.has_any(each.called)
    return (waits, fold_text(each.called.name), each.person_id or 0, each.project)


def _people(accounts: Accounts) -> Iterator[_Candidate]:
    counting = BookingRole.objects.filter(person=OuterRef("pk"), booking_project__is_eligible=True)
    active = BookingPerson.objects.filter(is_active=True, vanished_at__isnull=True)
    sharing = Counter(active.exclude(folded_email="").values_list("folded_email", flat=True))
    logins = active.values_list("login_name", "login_identifier")
    claims = Counter(owner.pk for pair in logins for owner in accounts.of_identity(set(pair)))
    for person in active.filter(Exists(counting), account=None).order_by("pk"):
        yield _Candidate(
            Called(person_name(person), person.email, person.login_name, person.login_identifier),
            _lack_by_identity(person, accounts, claims) or _lack_of(person, accounts, sharing),
            sharing.get(person.folded_email, 0),
            person.pk,
        )


def _lack_by_identity(person: BookingPerson, accounts: Accounts, claims: Mapping[int, int]) -> Lack | None:
    """What single sign-on says of it; None when it says nothing, and the e-mail is looked at."""
    owners = accounts.of_identity({person.login_name, person.login_identifier})
    if not owners or person.unlinked_at is not None:
        return None
    if len(owners) > 1 or claims[owners[0].pk] > 1:
        return Lack.IDENTITY
    return Lack.ADMINISTRATOR if owners[0].is_administrator else Lack.SWEEP


def _lack_of(person: BookingPerson, accounts: Accounts, sharing: Mapping[str, int]) -> Lack:
    if person.unlinked_at is not None:
        return Lack.UNDONE
    if not person.folded_email:
        return Lack.EMAIL
    owners = accounts.of_email(person.folded_email)
    if sharing.get(person.folded_email, 0) > 1 or len(owners) > 1:
        return Lack.SHARED
    if not owners:
        return Lack.ACCOUNT
    return Lack.ADMINISTRATOR if owners[0].is_administrator else Lack.SWEEP


def _texts() -> Iterator[_Candidate]:
    """PIs who are only written: nobody can be identified by that."""
    resolved = BookingRole.objects.filter(booking_project=OuterRef("pk"), part="pi")
    written = BookingProject.objects.exclude(Q(pi_text="") & Q(pi_email=""))
    counting = written.filter(is_eligible=True, vanished_at__isnull=True).exclude(Exists(resolved))
    for project in counting.select_related("project").order_by("pk"):
        here = getattr(project, "project", None)  # the reverse of a one-to-one: none is an error there
        name = project.pi_text or project.pi_email
        code = here.label if here else project.code or project.name
        yield _Candidate(Called(name, project.pi_email), Lack.TEXT, project=code)


def _projects_of(people: Collection[int] | None) -> Mapping[int, tuple[str, ...]]:
    """The codes of these people's projects, or of all; those that have data here are known by their label."""
    roles = BookingRole.objects.filter(
        person__account=None, person__is_active=True, booking_project__is_eligible=True
    )
    rows = roles if people is None else roles.filter(person__in=people)
    codes: defaultdict[int, set[tuple[bool, str]]] = defaultdict(set)
    for person_id, label, code, name in rows.values_list(
        "person_id", "booking_project__project__label", "booking_project__code", "booking_project__name"
    ).distinct():
        codes[person_id].add((label is None, label or code or name))
    return {person_id: tuple(code for _, code in sorted(held)) for person_id, held in codes.items()}


def _codes(each: _Candidate, projects: Mapping[int, tuple[str, ...]]) -> tuple[str, ...]:
    return (each.project,) if each.person_id is None else projects.get(each.person_id, ())


def _line(each: _Candidate, accounts: Accounts, projects: Mapping[int, tuple[str, ...]]) -> Unresolved:
    return Unresolved(
        person_id=each.person_id,
        name=each.called.name,
        email=each.called.email,
        lack=each.lack,
        shared_by=each.shared_by,
        projects=_codes(each, projects),
        suggestions=accounts.suggestions(each.called),
    )
