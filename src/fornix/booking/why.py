"""Why a person may or may not see a project: the policy's rows, and what Calpendo says behind them (contract 4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from fornix.access.accounts import find_account
from fornix.access.actors import Actor
from fornix.access.policy import Action, can
from fornix.booking.holds import has_lost_its_standing
from fornix.booking.identity import fold_email
from fornix.booking.mirror import USER
from fornix.booking.people import others_with_email
from fornix.booking.standing import ProjectStanding, project_standing
from fornix.booking.sweep import find_last_good_sweep
from fornix.catalog.people import PARTS, ROLES, person_name
from fornix.catalog.person_names import readings_of
from fornix.catalog.projects import find_project
from fornix.dicom.labels import fold_code
from fornix.errors import NotVisible
from fornix.models import Account, BookingPerson, BookingProject, BookingRole, Project, Sweep

_UNDECIDED = "the removal is held until an administrator decides (`fornix mirror holds`)"


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
    reasons += _about_code(code, project, booked)
    reasons += _about_links(account, people)
    reasons += _about_project(project, booked)
    if booked is not None:
        for person in people:
            reasons += _about_parts(person, booked, account)
        reasons += _about_the_mirror()
    shown = account.username if account else person_name(people[0])
    return Explanation(allowed, shown, _label(code, project, booked), tuple(reasons))


def _label(code: str, project: Project | None, booked: BookingProject | None) -> str:
    if project is not None:
        return project.label
    return (booked.code if booked else "") or code


def _about_code(code: str, project: Project | None, booked: BookingProject | None) -> list[str]:
    """Codes change in Calpendo, labels do not change here: says what the asked one is called now."""
    label = _label(code, project, booked)
    reasons = []
    if fold_code(code) != fold_code(label):
        reasons.append(f"{code} is {label} here")
    if (
        booked is not None
        and booked.code
        and fold_code(booked.code) not in (fold_code(label), fold_code(code))
    ):
        reasons.append(f"{label} has the code {booked.code} in Calpendo now")
    return reasons


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
    asked = Q(login_name__iexact=name) | Q(login_identifier__iexact=name)
    if fold_email(name):
        asked |= Q(folded_email=fold_email(name))
    for given, family in readings_of(name):
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
            f"is linked to {person_name(person)} in Calpendo (id {person.external_id}) by {person.linked_how} "
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
    names = ", ".join(person_name(person) for person in same)
    active = [person for person in same if person.is_active]
    if account.is_administrator:
        return f"{names} has this e-mail, but administrators are linked by hand only"
    if not active:
        return f"{names} has this e-mail and is {same[0].status or 'without status'} there"
    if len(active) > 1:
        return f"{names} share this e-mail"
    if active[0].account_id is not None:
        return f"{names} has this e-mail and is another account's"
    if others_with_email(account):
        return f"{names} has this e-mail, and so has the account {', '.join(others_with_email(account))}"
    return f"{names} has this e-mail; the next sweep links them"


def _about_future(person: BookingPerson) -> str:
    if person.account is not None:
        return f"{person_name(person)} in Calpendo (id {person.external_id}) has the account {person.account.username}"
    email = f"an account with the e-mail {person.email}" if person.email else "an account linked by hand"
    return (
        f"{person_name(person)} is known in Calpendo only (id {person.external_id}, "
        f"{person.status or 'status not told'}): what Calpendo grants is pending until there is {email}"
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
        adds_nobody = f"the project is {booked.status or 'without status'} in Calpendo: it adds nobody"
        is_held = project is not None and has_lost_its_standing(project)
        reasons.append(f"{adds_nobody}; {_UNDECIDED}" if is_held else adds_nobody)
    if not booked.is_eligible:
        reasons.append("the project books no MRI or MEG scanner in Calpendo, or is excluded by its code")
    return reasons


def _about_parts(person: BookingPerson, booked: BookingProject, account: Account | None) -> list[str]:
    roles = list(BookingRole.objects.filter(booking_project=booked, person=person).order_by("part"))
    if not roles:
        return [f"{person_name(person)} is neither owner, PI nor user of {booked} in Calpendo"]
    reasons = [_about_part(person, role, booked) for role in roles]
    if person.held_at is not None:
        reasons.append(
            f"{person_name(person)} is {person.status or 'without status'} in Calpendo, known since "
            f"{_sweep_at(person.held_at)}; {_UNDECIDED}"
        )
    if not person.is_active:
        expired = f", expired on {person.expires_on}" if person.expires_on else ""
        reasons.append(
            f"{person_name(person)} is {person.status or 'without status'} in Calpendo{expired}: "
            "what comes from there is suspended, and comes back by itself"
        )
    elif account is None or person.account_id is None:
        reasons.append("this is pending: it applies as soon as there is a link to an account")
    return reasons


def _about_part(person: BookingPerson, role: BookingRole, booked: BookingProject) -> str:
    part = f"{'a' if role.part == USER else 'the'} {PARTS[role.part]} of {booked}"
    if role.held_at is not None:
        since = _sweep_at(role.held_at)
        return f"Calpendo no longer lists {person_name(person)} as {part}, since {since}; {_UNDECIDED}"
    since = _sweep_at(role.since)
    return f"{person_name(person)} is {part} in Calpendo since {since}, which makes {ROLES[role.part].value}"


def _about_the_mirror() -> Iterable[str]:
    last = find_last_good_sweep()
    if last is not None:
        yield f"as of sweep {last.pk}, {_time(last.started_at)}"


def _sweep_at(since: datetime) -> str:
    sweep = Sweep.objects.filter(started_at=since).first()
    return f"sweep {sweep.pk} ({_time(since)})" if sweep else _time(since)


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "an unknown time"
