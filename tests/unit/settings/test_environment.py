"""Settings that make no sense are refused with their name and an example."""

from __future__ import annotations

import pytest

from fornix.errors import Invalid
from fornix.settings.environment import database_settings, read_environment


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORNIX_SWEEP_INTERVAL_S", "hourly"),
        ("FORNIX_SWEEP_INTERVAL_S", "0"),
        ("FORNIX_TIME_ZONE", "Europe/Nowhere"),
        ("FORNIX_URL", "ftp://archive.example.org"),
        ("FORNIX_URL", "https://archive.example.org/fornix"),
        ("FORNIX_CALPENDO_TIME_ZONE", "../etc/passwd"),
        ("FORNIX_CALPENDO_URL", "centre"),
        ("FORNIX_CALPENDO_SCANNERS", "11=CT"),
        ("FORNIX_INBOX", "/"),
        ("FORNIX_INBOX_STILL_S", "0"),
        ("FORNIX_INBOX_STILL_S", "soon"),
        ("FORNIX_INBOX_KEEP", "delete"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(name, value):
    with pytest.raises(Invalid, match=f"{name} "):
        read_environment({name: value, "HOME": "/"})


def test_a_database_of_another_kind_is_refused():
    environment = read_environment({"FORNIX_DATABASE": "mysql://db/fornix"})

    with pytest.raises(Invalid, match="postgresql://"):
        database_settings(environment)


def test_an_empty_setting_is_one_that_was_not_made():
    environment = read_environment({"FORNIX_TIME_ZONE": "", "FORNIX_SWEEP_INTERVAL_S": ""})

    assert (environment.time_zone, dict(environment.calpendo)) == ("UTC", {})
