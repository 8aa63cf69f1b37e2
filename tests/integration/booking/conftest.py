"""A simulated Calpendo on real sockets, and an archive that mirrors it."""

from __future__ import annotations

import pytest
from tests.integration.booking.mirrored import add_accounts, add_projects, sweep

from fornix.simulator.calpendo.server import CalpendoServer


@pytest.fixture
def calpendo():
    """The demo set, 46 projects with its 28 cases."""
    with CalpendoServer() as server:
        yield server


@pytest.fixture
def mirrored(calpendo, db):
    """Swept once, then accounts for its people and data for its projects."""
    sweep(calpendo)
    add_accounts(calpendo)
    add_projects(calpendo)
    return calpendo
