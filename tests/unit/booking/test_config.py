"""The configuration of one Calpendo: what is understood, and what is refused in words."""

from __future__ import annotations

import pytest

from fornix.booking.config import CalpendoConfig
from fornix.booking.refusals import CalpendoNotConfigured, CalpendoSettingInvalid


def config(url: str = "https://centre.calpendo.test", **changes) -> CalpendoConfig:
    return CalpendoConfig(**{"url": url, "username": "archive", "password": "secret"} | changes)


@pytest.mark.parametrize(
    "url",
    [
        "https://centre.calpendo.test",
        "https://host.test:8443/calpendo",
        "http://127.0.0.1:8090",
        "http://localhost:8090",
        "http://[::1]:8090",
    ],
)
def test_addresses_over_which_a_password_may_travel(url):
    assert config(url).url == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://centre.calpendo.test", "https://"),
        ("http://127.0.0.1.evil.test", "https://"),
        ("ftp://centre.test", "usual address"),
        ("centre.calpendo.test", "usual address"),
        ("https://", "usual address"),
        ("https://me:pw@centre.test", "no user name"),
        ("https://centre.test/?x=1", "before any"),
        ("https://centre.test:port", "not an address"),
    ],
)
def test_other_addresses_are_refused(url, words):
    with pytest.raises(CalpendoSettingInvalid, match=f"calpendo.url .*{words}"):
        config(url)


@pytest.mark.parametrize("name", ["url", "username", "password"])
def test_a_missing_setting_names_all_three(name):
    with pytest.raises(CalpendoNotConfigured, match="FORNIX_CALPENDO_PASSWORD"):
        config(**{name: ""})


def test_the_password_is_never_shown():
    assert "secret" not in repr(config())


def test_an_unknown_zone_is_refused():
    with pytest.raises(CalpendoSettingInvalid, match="Europe/London"):
        config(time_zone="Mars/Olympus")
