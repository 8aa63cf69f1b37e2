"""Settings that lead an archive to the simulated Calpendo, as its environment would."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings

from fornix.simulator.calpendo.server import CalpendoServer


def configured_for(server: CalpendoServer, monkeypatch: pytest.MonkeyPatch, **options: object) -> None:
    """`options` are those of [calpendo], by their names."""
    chosen = {
        "url": server.url,
        "username": "archive",
        "time_zone": server.site.beginning.switches.tz,
    } | options
    environment = replace(
        settings.FORNIX,
        calpendo={f"calpendo.{name}": value for name, value in chosen.items()},
        calpendo_password="archive",
    )
    monkeypatch.setattr(settings, "FORNIX", environment)
