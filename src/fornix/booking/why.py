"""Why a person may or may not see a project: the policy's rows, and what Calpendo says behind them (contract 4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from fornix.access.accounts import find_account
from fornix.access.actors import Actor
from fornix.access.policy import Action, can
from fornix.booking.identity import fold_email
from fornix.booking.roles import role_of
from fornix.booking.standing import ProjectStanding, project_standing
from fornix.booking.sweep import find_last_good_sweep
from fornix.catalog.projects import find_project
from fornix.dicom.labels import fold_code
from fornix.errors import NotVisible
from fornix.models import Account, BookingPerson, BookingProject, BookingRole, Project, Sweep

_PARTS = {"owner": "the owner", "pi": "the PI", "user": "a user"}


class NobodyOfThatName(NotVisible):
    """Neither an account nor a person of Calpendo has this name."""


class NoProjectOfThatCode(NotVisible):
    """Neither Fornix nor Calpendo has a project of this code."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict on reading the project's data, and everything that it rests on, in words."""

    allowed: bool
    person: str
    project: str
    reasons: tuple[str, ...]


def explain(name: str, code: str) -> Explanation:
    """Why the account (or person of Calpendo) `name` may or may not see the project `code`.

    :param name: a login here; else a login, an identifier, an e-mail or a full name in Calpendo.
    :raises NobodyOfThatName, NoProjectOfThatCode: there is nothing to tell about.
    """
    project, booked = _find_project(code)
    account = find_account(name)
    people = _people_of(account) if account else _people_called(name)
    if account is None and not people:
        raise NobodyOfThatName(
            f"There is no account {name}, and nobody in Calpendo has this login, e-mail or name."
        )
    allowed, reasons = _by_policy(account, project)
    reasons += _about_links(account, people)
    reasons += _about_project(project, booked)
    if booked is not None:
        for person in people:
            reasons += _about_parts(person, booked, account)
        reasons += _about_the_mirror()
    shown = account.username if account else _name(people[0])
    return Explanation(allowed, shown, project.label if project else code, tuple(reasons))


def _find_project(code: str) -> tuple[Project | None, BookingProject | None]:
    project = find_project(code)
    if project is not None and project.booking_project is not None:
        return project, project.booking_project
    booked = BookingProject.objects.filter(codes__folded_code=fold_code(code)).distinct().order_by("pk")
    found = next((row for row in booked if row.code == code), booked.first())
    if project is None and found is not None:
        project = Project.objects.filter(booking_project=found).first()
    if project is None and found is None:
        raise NoProjectOfThatCode(f"There is no project {code}, neither here nor in Calpendo.")
    return project, found


def _people_of(account: Account) -> list[BookingPerson]:
    return list(account.booking_people.order_by("pk"))


def _people_called(name: str) -> list[BookingPerson]:
    given, _, family = name.strip().rpartition(" ")
    asked = Q(login_name__iexact=name) | Q(login_identifier__iexact=name)
    if fold_email(name):
        asked |= Q(folded_email=fold_email(name))
    if given:
        asked |= Q(given_name__iexact=given, family_name__iexact=family)
    found = BookingPerson.objects.filter(asked).order_by("-is_active", "pk")
    return list(found[:5])


def _by_policy(account: Account | None, project: Project | None) -> tuple[bool, list[str]]:
    if account is None:
        return False, ["has no account here, so nothing can be seen"]
    if project is None:
        allowed = account.is_active and account.is_administrator
        return allowed, ["is a site administrator"] if allowed else []
    verdict = can(Actor(account=account), Action.DATA_READ, project)
    return verdict.allowed, [reason.text for reason in verdict.reasons] or [verdict.reason]


def _about_links(account: Account | None, people: list[BookingPerson]) -> list[str]:
    if account is None:
        return [_about_future(person) for person in people]
    if people:
        return [
            f"is linked to {_name(person)} in Calpendo (id {person.external_id}) by {person.linked_how} "
            f"since {_time(person.linked_at)}"
            for person in people
        ]
    email = fold_email(account.email)
    if not email:
        return ["is linked to nobody in Calpendo: the account has no e-mail"]
    same = list(BookingPerson.objects.filter(folded_email=email))
    if not same:
        return [f"is linked to nobody in Calpendo: nobody there has the e-mail {account.email}"]
    return [f"is linked to nobody in Calpendo: {_why_not_linked(account, same)}"]


def _why_not_linked(account: Account, same: list[BookingPerson]) -> str:
    names = ", ".join(_name(person) for person in same)
    active = [person for person in same if person.is_active]
    if account.is_administrator:
        return f"{names} has this e-mail, but administrators are linked by hand only"
    if not active:
        return f"{names} has this e-mail and is {same[0].status or 'without status'} there"
    if len(active) > 1:
        return f"{names} share this e-mail"
    if active[0].account_id is not None:
        return f"{names} has this e-mail and is another account's"
    return f"{names} has this e-mail; the next sweep links them unless another account has it too"


def _about_future(person: BookingPerson) -> str:
    if person.account is not None:
        return (
            f"{_name(person)} in Calpendo (id {person.external_id}) has the account {person.account.username}"
        )
    email = f"an account with the e-mail {person.email}" if person.email else "an account linked by hand"
    return (
        f"{_name(person)} is known in Calpendo only (id {person.external_id}, {person.status or 'status not told'}): "
        f"what Calpendo grants is pending until there is {email}"
    )


def _about_project(project: Project | None, booked: BookingProject | None) -> list[str]:
    if booked is None:
        return ["Calpendo has no project of this code: nothing comes from there"]
    reasons = []
    if project is None:
        reasons.append("the project holds no data yet, so Fornix does not show it")
    elif project.booking_project_id is None:
        reasons.append("the project here is not tied to Calpendo's project of this code")
    standing = project_standing(booked.status)
    if booked.vanished_at is not None:
        reasons.append(
            f"the project is gone from Calpendo since {_time(booked.vanished_at)}: nobody is added or removed"
        )
    elif standing is not ProjectStanding.MIRRORED:
        reasons.append(f"the project is {booked.status or 'without status'} in Calpendo: it adds nobody")
    if not booked.is_eligible:
        reasons.append("the project books no MRI or MEG scanner in Calpendo, or is excluded by its code")
    return reasons


def _about_parts(person: BookingPerson, booked: BookingProject, account: Account | None) -> list[str]:
    roles = list(BookingRole.objects.filter(booking_project=booked, person=person).order_by("part"))
    if not roles:
        return [f"{_name(person)} is neither owner, PI nor user of {booked} in Calpendo"]
    reasons = [
        f"{_name(person)} is {_PARTS[role.part]} of {booked} in Calpendo since {_sweep_at(role.since)}"
        f", which makes {role_of(role.part).value}{_waiting(role)}"
        for role in roles
    ]
    if person.held_at is not None:
        reasons.append(
            f"{_name(person)} is {person.status} in Calpendo; since {_time(person.held_at)} it waits for a person to "
            "approve that this takes rights away"
        )
    if not person.is_active:
        expired = f", expired on {person.expires_on}" if person.expires_on else ""
        reasons.append(
            f"{_name(person)} is {person.status or 'without status'} in Calpendo{expired}: what comes from there is "
            "suspended, and comes back by itself"
        )
    elif account is None or person.account_id is None:
        reasons.append("this is pending: it applies as soon as there is a link to an account")
    return reasons


def _waiting(role: BookingRole) -> str:
    if role.held_at is None:
        return ""
    return f"; it is no longer so, and since {_time(role.held_at)} the removal waits for a person"


def _about_the_mirror() -> Iterable[str]:
    last = find_last_good_sweep()
    if last is not None:
        yield f"as of sweep {last.pk}, {_time(last.started_at)}"


def _sweep_at(since: datetime) -> str:
    sweep = Sweep.objects.filter(started_at=since).first()
    return f"sweep {sweep.pk} ({_time(since)})" if sweep else _time(since)


def _name(person: BookingPerson) -> str:
    return f"{person.given_name} {person.family_name}".strip() or person.login_name or person.external_id


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "an unknown time"
