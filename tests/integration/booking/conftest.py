"""A simulated Calpendo on real sockets, and an archive that mirrors it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.integration.booking.kept_rows import Rows, read_rows, write_rows
from tests.integration.booking.mirrored import add_accounts, add_projects, sweep

from fornix.simulator.calpendo.server import CalpendoServer

_MIRRORED: list[Rows] = []


@pytest.fixture
def calpendo():
    """The demo set, 46 projects with its 28 cases."""
    with CalpendoServer() as server:
        yield server


@pytest.fixture
def mirrored(calpendo, db):
    """Swept once, then accounts for its people and data for its projects.

    The first test of a process goes this way; its rows are what the others begin with.
    """
    if _MIRRORED:
        write_rows(_MIRRORED[0])
        calpendo.site.advance(timedelta(hours=1))
        return calpendo
    sweep(calpendo)
    add_accounts(calpendo)
    add_projects(calpendo)
    _MIRRORED.append(read_rows())
    return calpendo
