"""Arrivals: whose they are, and what each is. Every reader and writer of them starts here.

An arrival is seen by administrators, by the person who sent it, and by those who may add data to the project that it
names. What only its headers say names no project: they may lie, and a patient's data are in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from fornix.access.actors import Actor
from fornix.access.policy import Action
from fornix.access.visibility import projects_for
from fornix.dicom.labels import fold_code
from fornix.errors import NotVisible
from fornix.models import Arrival, BookingCode, Project

BY_ID = "calpendo:"  # + its id there: names a project of the booking system


def arrivals_here() -> QuerySet[Arrival]:
    """All that the archive answers for: their upload is sealed, or told of success file by file."""
    return Arrival.objects.filter(Q(upload__sealed_at__isnull=False) | Q(upload__acknowledges_each=True))


def visible_arrivals(actor: Actor) -> QuerySet[Arrival]:
    """Those that the actor may see, the deleted ones among them."""
    if actor.is_administrator:
        return arrivals_here()
    account = actor.account
    if account is None or not account.is_active:
        return Arrival.objects.none()
    named = _names_of(projects_for(actor, Action.DATA_ADD))
    theirs = Q(upload__account=account) | Q(project_label__in=named)
    of_their_sender = Q(project_label="", sender__project_label__in=named)
    return arrivals_here().filter(theirs | of_their_sender)


def get_arrival(actor: Actor, arrival_id: str) -> Arrival:
    """One of them. Raises NotVisible."""
    rows = visible_arrivals(actor).select_related("upload__account", "sender", "decided_by", "deleted_by")
    row = rows.filter(pk=arrival_id).first() if "\0" not in arrival_id else None
    if row is None:
        raise NotVisible
    return row


def waiting_count(actor: Actor) -> int:
    """How many of those that the actor sees wait for a person."""
    return visible_arrivals(actor).filter(deleted_at__isnull=True).exclude(refusal="").count()


def is_sender(actor: Actor, arrival: Arrival) -> bool:
    """Whether the actor's own upload brought it."""
    account = actor.account
    return account is not None and account.is_active and arrival.upload.account_id == account.pk


def named_label(arrival: Arrival) -> str:
    """What names its project: its sender's word or a person's decision; empty when only its headers could tell."""
    return arrival.project_label or (arrival.sender.project_label if arrival.sender else "")


def named_projects(names: Iterable[str]) -> dict[str, Project]:
    """Each name with the one project that it means, as `find_project` would find it; three queries for all."""
    wanted = {name for name in names if name}
    if not wanted:
        return {}
    folds = {fold_code(name) for name in wanted}
    ids = {name.removeprefix(BY_ID) for name in wanted if name.startswith(BY_ID)}
    alike = list(Project.objects.filter(Q(folded_label__in=folds) | Q(label__in=wanted)))
    by_code = _projects_by_code(folds)
    by_id = {row.booking_project.external_id: row for row in _booked(ids) if row.booking_project}
    found = {name: _meant(name, alike, by_code, by_id) for name in wanted}
    return {name: project for name, project in found.items() if project is not None}


def _meant(
    name: str, alike: list[Project], by_code: Mapping[str, set[Project]], by_id: Mapping[str, Project]
) -> Project | None:
    if name.startswith(BY_ID):
        return by_id.get(name.removeprefix(BY_ID))
    exact = [project for project in alike if project.label == name]
    folded = [project for project in alike if project.folded_label == fold_code(name)]
    coded = list(by_code.get(fold_code(name), ()))
    return next((only[0] for only in (exact, folded, coded) if len(only) == 1), None)


def _projects_by_code(folds: set[str]) -> dict[str, set[Project]]:
    """Folded code -> the projects whose booking project has or had it."""
    found: defaultdict[str, set[Project]] = defaultdict(set)
    codes = BookingCode.objects.filter(folded_code__in=folds, booking_project__project__isnull=False)
    for row in codes.select_related("booking_project__project"):
        found[row.folded_code].add(row.booking_project.project)
    return found


def _booked(ids: set[str]) -> QuerySet[Project]:
    rows = Project.objects.filter(booking_project__external_id__in=ids).select_related("booking_project")
    return rows if ids else rows.none()


def _names_of(projects: QuerySet[Project]) -> list[str]:
    """Those of the names that arrivals give which mean one of these projects."""
    rows = arrivals_here().values_list("project_label", "sender__project_label").distinct()
    meant = named_projects(name for pair in rows for name in pair if name)
    mine = set(
        projects.filter(pk__in={project.pk for project in meant.values()}).values_list("pk", flat=True)
    )
    return sorted(name for name, project in meant.items() if project.pk in mine)


@dataclass(frozen=True, slots=True)
class Told:
    """What an arrival says of itself before anything of it is read: by what holds it together."""

    kind: str  # study, no-study, MEG, EEG, beside or nothing
    subject: str = ""
    on: date | None = None


def told_by(group: str) -> Told:
    """From `study:uid:patient`, `no-study:patient:day:root`, `MEG:subject:day:project`."""
    kind, *told = group.split(":")
    padded = [*told, "", ""]
    if kind == "study":
        return Told(kind, _patient(padded[1]))
    if kind in ("no-study", "MEG", "EEG"):
        return Told(kind, _patient(padded[0]), _day(padded[1]))
    return Told(kind)


def _patient(written: str) -> str:
    """Without what keeps ids apart that only clean alike; "" where a folder stands for who is not known."""
    return "" if written.startswith("?") else written.partition("~")[0]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)  # both 2026-02-19 and DICOM's 20260219
    except ValueError:
        return None
