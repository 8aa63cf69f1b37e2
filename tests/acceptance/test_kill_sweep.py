"""A sweep killed at any stage, and the next one: where an undisturbed one would have ended."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.acceptance.killed_sweep import BEGIN
from tests.conftest import ROOT, new_database

from fornix.simulator.calpendo.server import CalpendoServer

PROGRAM = Path(__file__).with_name("killed_sweep.py")
# What happens between the first sweep and the ones that are killed: people leave and join, projects change.
EDITS = [{"op": "case", "case": number} for number in (6, 9, 13, 16, 18)]
KILLS_IN_A_ROW = 2


@pytest.fixture(scope="module")
def calpendo():
    with CalpendoServer(clock=BEGIN) as server:
        yield server


def run(environment, *words, stdin="") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), *map(str, words)],
        env=environment | {"PYTHONPATH": str(ROOT)},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def told(done: subprocess.CompletedProcess[str]) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def people_of(calpendo) -> str:
    truth = calpendo.site.truth()
    emails = {
        person["email"].strip().lower()
        for person_id, person in truth["people"].items()
        if person["email"] and len(person_id) == 4
    }
    projects = [key for key, each in truth["projects"].items() if each["is_mirrored"] and each["code"]]
    return json.dumps({"emails": sorted(emails), "projects": projects})


def lived(environment, calpendo, *, kills: tuple[list[int], list[int]] = ([], [])) -> dict:
    """A first sweep, accounts and data, changes in Calpendo, three more sweeps; some killed at these steps.

    Returns what is held in the end, and how many steps the first sweep and the one with changes took.
    """
    calpendo.site.reset(calpendo.site.beginning)
    early, late = kills
    for step in early:
        assert run(environment, step, calpendo.url, 0).returncode in (-signal.SIGKILL, 0)
    # Somebody confirmed it; who killed it afterwards need not.
    first = told(run(environment, 0, calpendo.url, 0))
    told(run(environment, "people", calpendo.url, stdin=people_of(calpendo)))
    calpendo.site.edit(EDITS)
    for step in late:
        assert run(environment, step, calpendo.url, 1).returncode in (-signal.SIGKILL, 0)
    second = told(run(environment, 0, calpendo.url, 1))
    run(environment, 0, calpendo.url, 2)
    last = told(run(environment, 0, calpendo.url, 3))
    return {"held": last["held"], "steps": (first["steps"], second["steps"])}


@pytest.fixture(scope="module")
def undisturbed(calpendo, tmp_path_factory) -> dict:
    environment = os.environ | {"FORNIX_DATA": str(tmp_path_factory.mktemp("undisturbed"))}
    server = environment.pop("FORNIX_DATABASE", "")
    if not server:
        return lived(environment, calpendo)
    with new_database(server) as address:
        return lived(environment | {"FORNIX_DATABASE": address}, calpendo)


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_step_the_next_sweep_ends_where_an_undisturbed_one_would(
    undisturbed, command_environment, calpendo, seed
):
    chosen = random.Random(seed)
    kills = tuple([chosen.randint(1, steps) for _ in range(KILLS_IN_A_ROW)] for steps in undisturbed["steps"])

    disturbed = lived(command_environment, calpendo, kills=kills)

    for table, rows in undisturbed["held"].items():
        assert disturbed["held"][table] == rows, table
