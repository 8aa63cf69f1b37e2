"""A mirror of the simulated Calpendo for tests: accounts and projects that meet it, and the rights that come of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.factories import PASSWORD

from fornix.access.accounts import create_account
from fornix.access.actors import OPERATOR
from fornix.booking.attach import attach_new_project
from fornix.booking.client import Patience
from fornix.booking.config import CalpendoConfig
from fornix.booking.people import link_account
from fornix.booking.sweep import SweepResult, find_last_good_sweep, run_sweep
from fornix.catalog.projects import create_project
from fornix.models import Account, BookingProject, Event, Membership, Project, Sweep
from fornix.simulator.calpendo.server import CalpendoServer

AT_ONCE = Patience(connect_s=20, read_s=20, answer_s=60, retries=2, pause_s=0)
HASTY = Patience(connect_s=20, read_s=0.5, answer_s=1, retries=2, pause_s=0)
SOURCE = "calpendo:main"


def config_of(server: CalpendoServer, **changes) -> CalpendoConfig:
    chosen = {"url": server.url, "username": "archive", "password": "archive"}
    return CalpendoConfig(**chosen | {"time_zone": server.site.beginning.switches.tz} | changes)


def sweep(
    server: CalpendoServer, *, patience: Patience = AT_ONCE, is_confirmed: bool = True, **options
) -> SweepResult:
    """One sweep now, by the simulator's clock, which goes on by an hour after it. The first one is confirmed."""
    is_first = is_confirmed and find_last_good_sweep() is None
    told = {"accept_first": is_first} | options
    result = run_sweep(config_of(server), server.site.clock, patience=patience, **told)
    server.site.advance(timedelta(hours=1))
    return result


def add_account(username: str, email: str, at: datetime, **details) -> Account:
    """As `fornix user add` does."""
    account = create_account(OPERATOR, username, password=PASSWORD, at=at, email=email, **details)
    link_account(account, at=at)
    return account


def add_accounts(server: CalpendoServer) -> None:
    """One account for each e-mail in Calpendo, without the four hundred of the course."""
    emails = {
        person["email"].strip().lower()
        for person_id, person in server.site.truth()["people"].items()
        if person["email"] and len(person_id) == 4
    }
    for number, email in enumerate(sorted(emails)):
        add_account(f"person{number}", email, server.site.clock)


def add_project(booked_id: str, at: datetime) -> Project:
    """What happens when the first data of a project arrives."""
    booked = BookingProject.objects.get(external_id=booked_id)
    project = create_project(booked.code, at=at, source="import")
    attach_new_project(project, booked, at=at)
    return project


def add_projects(server: CalpendoServer) -> None:
    """Data for every project that a perfect mirror takes part in."""
    for booked_id, told in server.site.truth()["projects"].items():
        if told["is_mirrored"] and told["code"]:
            add_project(booked_id, server.site.clock)


def rights() -> dict[str, dict[str, str]]:
    """Project of Calpendo -> e-mail -> role, as the mirror granted it."""
    found: dict[str, dict[str, str]] = {
        project.booking_project.external_id: {}
        for project in Project.objects.filter(booking_project__isnull=False).select_related("booking_project")
    }
    rows = Membership.objects.filter(source=SOURCE).select_related("account", "project__booking_project")
    for row in rows:
        found[row.project.booking_project.external_id][row.account.email] = row.role
    return found


def true_rights(server: CalpendoServer) -> dict[str, dict[str, str]]:
    """The same by the simulator's oracle, for the projects that hold data and the people who have an account."""
    truth = server.site.truth()
    with_account = set(Account.objects.values_list("email", flat=True))
    expected: dict[str, dict[str, str]] = {}
    for booked_id in rights():
        told = truth["projects"][booked_id]["people"]
        expected[booked_id] = {
            email: said["role"]
            for person_id, said in told.items()
            if said["granted"]
            if (email := (truth["people"][person_id]["email"] or "").strip().lower()) in with_account
            and truth["people"][person_id]["unique_email"]
        }
    return expected


def everything_but_sweeps() -> dict[str, list[tuple]]:
    """All rows that a sweep may touch, except its own."""
    from django.apps import apps

    return {
        model.__name__: sorted(model.objects.values_list(), key=str)
        for model in apps.get_app_config("fornix").get_models()
        if model is not Sweep
    }


def verbs() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("verb", flat=True))
