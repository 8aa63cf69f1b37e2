"""What Calpendo says of a person in a project, and what the mirror makes of it, in words (contract calpendo 4.2)."""

from __future__ import annotations

from datetime import datetime

from fornix.booking.asked import AskedProject
from fornix.booking.mirror import USER
from fornix.booking.standing import (
    ProjectStanding,
    is_known_person_status,
    is_known_project_status,
    project_standing,
)
from fornix.booking.why_linked import status_of, time_of
from fornix.catalog.people import PARTS, person_name, role_of
from fornix.dicom.labels import fold_code
from fornix.models import BookingPerson, BookingProject, BookingRole, Sweep
from fornix.models.booking import Hold

UNDECIDED = "an administrator decides (`fornix mirror holds`)"
_EFFECTS = {
    Hold.ENDING: "this counts still, and ends with the next sweep that does not find it either",
    Hold.WAITING: f"the removal is held until {UNDECIDED}",
    Hold.KEPT: "by an administrator's decision it counts until Calpendo says otherwise",
    Hold.PENDING: f"the addition is held, and gives nothing, until {UNDECIDED}",
    Hold.REFUSED: "by an administrator's decision it gives nothing, until Calpendo says otherwise",
}
_GONE = (Hold.ENDING, Hold.WAITING, Hold.KEPT)


def about_project(asked: AskedProject) -> list[str]:
    """What the project is here and in Calpendo, as far as it decides who gets in."""
    booked = asked.booked
    reasons = _about_code(asked)
    if booked is None:
        return [*reasons, "Calpendo has no project of this code: nothing comes from there"]
    if asked.project is None:
        reasons.append("the project holds no data yet, so Fornix does not show it")
    elif asked.project.booking_project_id is None:
        reasons.append("the project here is not tied to Calpendo's project of this code")
    reasons += [*_about_absence(booked), *_about_status(booked)]
    if not booked.is_eligible:
        reasons.append("the project books no MRI or MEG scanner in Calpendo, or is excluded by its code")
    return reasons


def about_parts(person: BookingPerson, booked: BookingProject) -> list[str]:
    """The parts of a person in a project, with what holds them, and whether the person may work at all."""
    roles = list(
        BookingRole.objects.filter(booking_project=booked, person=person)
        .select_related("booking_project")
        .order_by("part")
    )
    name = person_name(person)
    if not roles:
        reasons = [f"{name} (id {person.external_id}) is neither owner, PI nor user of {booked} in Calpendo"]
        is_text = bool(booked.pi_text) and not booked.roles.filter(part="pi").exists()
        if is_text:
            reasons.append(
                f"the PI of {booked} is only a text in Calpendo ({booked.pi_text}), and a name gives nobody access"
            )
        return reasons
    reasons = [_about_part(role, name, booked) for role in roles]
    reasons += _about_person(person)
    if person.account_id is None and person.is_active:
        reasons.append("this is pending: it applies as soon as there is a link to an account")
    return reasons


def _about_code(asked: AskedProject) -> list[str]:
    """Codes change in Calpendo, labels do not change here: says what the asked one is called now."""
    reasons = []
    if fold_code(asked.asked) != fold_code(asked.label):
        reasons.append(f"{asked.asked} is {asked.label} here")
    now = asked.booked.code if asked.booked else ""
    if now and fold_code(now) not in (fold_code(asked.label), fold_code(asked.asked)):
        reasons.append(f"{asked.label} has the code {now} in Calpendo now")
    reasons += [
        f"{asked.asked} is, or was, also the code of another project in Calpendo: {other.name or 'no title'} "
        f"(id {other.external_id}, {other.status or 'without status'})"
        for other in asked.others
    ]
    return reasons


def _about_absence(booked: BookingProject) -> list[str]:
    if booked.vanished_at is not None:
        return [
            f"the project is gone from Calpendo since {time_of(booked.vanished_at)}: nobody is added or removed"
        ]
    if booked.missing_since is not None:
        missing = f"Calpendo does not list the project since {_sweep_at(booked.missing_since)}"
        return [f"{missing}: until it does, or is known to be gone, nobody is added or removed"]
    return []


def _about_status(booked: BookingProject) -> list[str]:
    status, reasons = booked.status or "without status", []
    if booked.hold:
        decided = "by an administrator's decision" if booked.hold == Hold.KEPT else f"until {UNDECIDED}"
        reasons.append(
            f"the project is {booked.held_status or 'without status'} in Calpendo since {_sweep_at(booked.held_at)}, "
            f"and goes on as {status} here {decided}"
        )
    standing = project_standing(booked.status)
    if not is_known_project_status(booked.status):
        reasons.append(
            f"the project's status in Calpendo, {status}, is not known here: nobody is added or removed"
        )
    elif standing is ProjectStanding.KNOWN:
        reasons.append(f"the project is {status} in Calpendo: it gives nobody access")
    elif standing is ProjectStanding.FROZEN:
        reasons.append(f"the project is {status} in Calpendo: nobody is added or removed")
    return reasons


def _about_part(role: BookingRole, name: str, booked: BookingProject) -> str:
    part = f"{'a' if role.part == USER else 'the'} {PARTS[role.part]} of {booked}"
    hold = Hold(role.hold)
    if hold in _GONE:
        return f"Calpendo no longer lists {name} as {part}, since {_sweep_at(role.held_at)}; {_EFFECTS[hold]}"
    listed = f"{name} is {part} in Calpendo since {_sweep_at(role.since)}"
    return f"{listed}; {_EFFECTS[hold]}" if hold else f"{listed}, which makes {role_of(role).value}"


def _about_person(person: BookingPerson) -> list[str]:
    name, status = person_name(person), status_of(person)
    reasons = []
    if person.vanished_at is not None:
        reasons.append(
            f"{name} is gone from Calpendo since {time_of(person.vanished_at)}, and keeps what there was"
        )
    elif person.missing_since is not None:
        reasons.append(
            f"Calpendo does not list {name} since {_sweep_at(person.missing_since)}: what there was is kept"
        )
    if person.hold in (Hold.WAITING, Hold.KEPT):
        known = f"{name} is {status} in Calpendo, known since {_sweep_at(person.held_at)}"
        effect = (
            f"the removal is held until {UNDECIDED}" if person.hold == Hold.WAITING else _EFFECTS[Hold.KEPT]
        )
        reasons.append(f"{known}; {effect}")
    elif person.hold == Hold.REFUSED:
        reasons.append(f"{name} is {status} in Calpendo, and suspended here; {_EFFECTS[Hold.REFUSED]}")
    elif not is_known_person_status(person.status):
        reasons.append(f"{name}'s status in Calpendo, {status}, is not known here and changes nothing")
    elif not person.is_active:
        reasons.append(
            f"{name} is {status} in Calpendo: what comes from there is suspended, and comes back by itself"
        )
    return reasons


def _sweep_at(at: datetime | None) -> str:
    sweep = Sweep.objects.filter(started_at=at).first() if at else None
    return f"sweep {sweep.pk} ({time_of(at)})" if sweep else time_of(at)
