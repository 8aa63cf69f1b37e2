"""A sweep as a process of its own that kills itself (SIGKILL) at a chosen step. Run by test_kill_sweep.

`python killed_sweep.py STEP URL HOUR`: a step is a request to Calpendo or a database statement; 0: no kill. HOUR is
when the sweep is, from the beginning of the test on. `python killed_sweep.py people URL`: accounts and data, from the
JSON on stdin. Both print what the mirror holds, as JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

from tests.acceptance.killed_import import Steps

from fornix.commands.setup import open_archive

BEGIN = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
# Times, numbers of rows and sweeps: they differ between two runs that end in the same state.
PASSING = {
    "id",
    "at",
    "since",
    "granted_at",
    "first_seen_at",
    "last_seen_at",
    "linked_at",
    "held_at",
    "details",
}
PASSING |= {
    "status_since",
    "missing_since",
    "changed_at",
    "created_at",
    "withdrawn_at",
    "unlinked_at",
    "last_login",
}


def sweep(last: int, url: str, hour: int) -> dict:
    from django.db import connection

    from fornix.booking.client import CalpendoClient
    from fornix.booking.config import CalpendoConfig
    from fornix.booking.sweep import run_sweep

    steps, fetch = Steps(last), CalpendoClient._fetch

    def step(*arguments, **details):
        steps.take()
        return fetch(*arguments, **details)

    CalpendoClient._fetch = step
    config = CalpendoConfig(url, "archive", "archive", time_zone="Europe/London")
    with connection.execute_wrapper(steps.of_database):
        result = run_sweep(config, BEGIN + timedelta(hours=hour), accept_first=hour == 0)
    return {"steps": steps.count, "outcome": result.outcome.value}


def people(told: dict) -> dict:
    from django.db import transaction
    from tests.integration.booking.mirrored import add_account, add_project

    with transaction.atomic():
        for number, email in enumerate(told["emails"]):
            add_account(f"person{number}", email, BEGIN)
        for booked_id in told["projects"]:
            add_project(booked_id, BEGIN)
    return {}


def held() -> dict:
    """All rows of the mirror and of rights, without what passes; references by what they refer to."""
    from fornix.models import (
        Booking,
        BookingCode,
        BookingPerson,
        BookingProject,
        BookingRole,
        Event,
        Membership,
        Project,
        Scanner,
    )

    names = {
        "booking_project_id": dict(BookingProject.objects.values_list("pk", "external_id")),
        "person_id": dict(BookingPerson.objects.values_list("pk", "external_id")),
        "project_id": dict(Project.objects.values_list("pk", "label")),
        "scanner_id": dict(Scanner.objects.values_list("pk", "external_id")),
    }
    tables = (
        *(BookingPerson, BookingProject, BookingCode, BookingRole, Scanner, Booking),
        *(Membership, Project, Event),
    )
    return {
        table.__name__: sorted(
            json.dumps(
                {
                    name: names[name].get(value) if name in names else value
                    for name, value in row.items()
                    if name not in PASSING
                },
                default=str,
                sort_keys=True,
            )
            for row in table.objects.values()
        )
        for table in tables
    }


def main(verb: str, *words: str) -> int:
    open_archive(None)
    done = people(json.load(sys.stdin)) if verb == "people" else sweep(int(verb), words[0], int(words[1]))
    print(json.dumps(done | {"held": held()}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
