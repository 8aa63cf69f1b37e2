"""Fills the demo's archive as people would: accounts by an administrator, a sweep of Calpendo, imports of files."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from fornix.access.accounts import create_account, find_account
from fornix.access.actors import OPERATOR
from fornix.booking.people import link_account
from fornix.booking.sweep import run_sweep
from fornix.catalog.mirror import GOOD
from fornix.commands.demo_folder import LOGINS, DemoNote
from fornix.errors import Unavailable
from fornix.ingest.importing import import_paths
from fornix.ingest.receive import Destination
from fornix.simulator.demo_data import DemoItem, Planned, plan_demo_data
from fornix.wiring import calpendo_config, site_rules, store

PROCESSES = 2


class SweepFailed(Unavailable):
    """The simulated Calpendo could not be read."""


def fill(folder: Path, note: DemoNote) -> None:
    """Makes people, projects and data, in any state that an earlier try left the folder in."""
    shutil.rmtree(folder, ignore_errors=True)
    plan = plan_demo_data(folder, note.today)
    with _writing(plan) as written:
        make_accounts(note.passwords)
        sweep()
        for number, (planned, done) in enumerate(zip(plan, written, strict=True), 1):
            done.result()
            _import(planned.item, f"{number}/{len(plan)}")
    connection.close()


def make_accounts(passwords: dict[str, str]) -> None:
    """The demo's people; those that are there stay as they are."""
    for login in LOGINS:
        if find_account(login.username):
            continue
        with transaction.atomic():
            account = create_account(
                OPERATOR,
                login.username,
                password=passwords[login.username],
                at=timezone.now(),
                email=login.email,
                name=login.name,
                is_administrator=login.is_administrator,
            )
            link_account(account, at=timezone.now())


def sweep() -> None:
    """The first sweep, confirmed: it is the demo's own Calpendo. Raises SweepFailed."""
    result = run_sweep(calpendo_config(), timezone.now(), accept_first=True)
    if result.outcome not in GOOD:
        raise SweepFailed(f"The simulated Calpendo could not be read: {result.reason}")
    _tell(f"swept Calpendo: {len(result.lines)} changes")


@contextmanager
def _writing(plan: list[Planned]) -> Iterator[list[Future[object]]]:
    """Writes the files in other processes: making volumes is most of a demo's work."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        try:
            yield [pool.submit(planned.write) for planned in plan]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _import(item: DemoItem, place: str) -> None:
    destination = Destination(
        project=item.project or "", may_create_project=bool(item.project), subject=item.subject or ""
    )
    report = import_paths([item.path], destination, store(), site_rules())
    outcome = "waits, as it should" if report.waits else "filed"
    _tell(f"{place} {item.note}: {outcome}")


def _tell(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)
