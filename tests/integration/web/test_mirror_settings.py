"""The page of the mirror's settings: who may, what is in force, what is refused, what Calpendo shows of itself."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace

import pytest
from django.conf import settings
from tests import factories

from fornix import wiring
from fornix.booking.config import CalpendoConfig
from fornix.booking.refusals import CalpendoNotConfigured, CalpendoSettingInvalid
from fornix.models import Event, SiteSetting
from fornix.settings.config_file import ConfigFile
from fornix.simulator.calpendo.server import CalpendoServer

pytestmark = pytest.mark.django_db
SAVE = "/mirror/settings/save"


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


@pytest.fixture
def calpendo():
    with CalpendoServer() as server:
        yield server


@pytest.fixture
def says(monkeypatch):
    """Makes the environment and the file say something."""

    def say(environment=None, file=None, password="archive") -> None:
        chosen = replace(
            settings.FORNIX,
            calpendo=environment or {},
            calpendo_password=password,
            file=ConfigFile(None, file or {}),
        )
        monkeypatch.setattr(settings, "FORNIX", chosen)

    return say


@pytest.fixture
def connected(calpendo, says):
    says({"calpendo.url": calpendo.url, "calpendo.username": "archive"})
    return calpendo


def row_of(page: str, key: str) -> str:
    """The part of the page that is about one option."""
    return next(part for part in page.split('<div class="setting') if f'id="{key}"' in part)


def test_what_is_chosen_counts_at_once_and_leaves_an_event(root):
    root.post(SAVE, {"calpendo.interval_s": "1800"})

    assert wiring.sweep_interval_s() == 1800
    event = Event.objects.get(verb="setting.changed")
    assert event.actor.username == "root"
    assert event.details == {"key": "calpendo.interval_s", "before": None, "after": 1800}


def test_back_to_default_takes_the_choice_away(root):
    root.post(SAVE, {"calpendo.interval_s": "1800"})

    root.post("/mirror/settings/reset", {"key": "calpendo.interval_s"})

    assert not SiteSetting.objects.exists()
    assert wiring.sweep_interval_s() == 3600
    assert Event.objects.latest("pk").details == {"key": "calpendo.interval_s", "before": 1800, "after": None}


@pytest.mark.parametrize("text", ["", "3600"], ids=["empty", "the default itself"])
def test_saying_the_default_is_going_back_to_it(root, text):
    root.post(SAVE, {"calpendo.interval_s": "1800"})

    root.post(SAVE, {"calpendo.interval_s": text})

    assert not SiteSetting.objects.exists()


def test_saving_without_a_change_writes_nothing(root):
    page = root.get("/mirror/settings").content.decode()
    fields = dict(re.findall(r'name="(calpendo\.guards\.\w+)" value="([^"]*)"', page))

    root.post(SAVE, fields)

    assert len(fields) == 11
    assert not SiteSetting.objects.exists()
    assert not Event.objects.filter(verb="setting.changed").exists()


def test_a_form_that_was_opened_long_ago_undoes_nobody_elses_choice(root):
    root.post(SAVE, {"calpendo.guards.few": "9"})

    root.post(
        SAVE,
        {
            "calpendo.guards.few": "4", "shown:calpendo.guards.few": "4",
            "calpendo.guards.added_few": "30", "shown:calpendo.guards.added_few": "20",
        },
    )  # fmt: skip

    assert dict(SiteSetting.objects.values_list("key", "value")) == {
        "calpendo.guards.few": 9,
        "calpendo.guards.added_few": 30,
    }


def test_one_field_that_cannot_be_used_saves_none_and_is_marked(root):
    answer = root.post(SAVE, {"calpendo.guards.few": "9", "calpendo.guards.removed_share": "many <b>"})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert not SiteSetting.objects.exists()
    wrong = row_of(page, "calpendo.guards.removed_share")
    assert "It is a share from 0 to 1" in wrong
    assert 'value="many &lt;b&gt;"' in wrong
    right = row_of(page, "calpendo.guards.few")
    assert 'name="calpendo.guards.few" value="9"' in right
    assert 'name="shown:calpendo.guards.few" value="4"' in right, "sent again, it is still a change"


@pytest.mark.parametrize(
    ("environment", "file", "words"),
    [
        ({"calpendo.interval_s": 60}, {}, "Set in the environment"),
        ({}, {"calpendo.interval_s": 60}, "Set in fornix.toml"),
    ],
    ids=["environment", "file"],
)
def test_what_is_set_elsewhere_is_locked_and_says_where(root, says, environment, file, words):
    says(environment, file)

    row = row_of(root.get("/mirror/settings").content.decode(), "calpendo.interval_s")
    answer = root.post(SAVE, {"calpendo.interval_s": "1800"})

    assert words in row
    assert " disabled" in row
    assert answer.status_code == 409
    assert not SiteSetting.objects.exists()


@pytest.mark.parametrize("key", ["calpendo.password", "calpendo.password_file", "calpendo.instance"])
def test_secrets_and_what_carries_rights_are_not_chosen_on_a_page(root, key):
    answer = root.post(SAVE, {key: "/etc/passwd"})

    assert answer.status_code == 409
    assert not SiteSetting.objects.exists()


def test_an_option_that_does_not_exist_is_refused(root):
    assert root.post(SAVE, {"calpendo.nothing": "1"}).status_code == 400


def test_the_password_is_on_no_page_and_in_no_file(root, says):
    says({"calpendo.url": "https://centre.test", "calpendo.password": ""}, password="hush-hush")

    page = root.get("/mirror/settings").content.decode()
    file = root.get("/mirror/settings.toml").content.decode()

    assert "hush-hush" not in page + file
    assert "Set in the environment" in page


def test_the_file_holds_what_is_in_force(root, says):
    says({"calpendo.url": "https://centre.test"}, {"calpendo.guards.few": 7})
    root.post(SAVE, {"calpendo.scanners": "11=MR\n13=MEG"})

    answer = root.get("/mirror/settings.toml")

    assert answer["Content-Disposition"] == 'attachment; filename="fornix.toml"'
    printed = tomllib.loads(answer.content.decode())["calpendo"]
    assert (printed["url"], printed["guards"]["few"]) == ("https://centre.test", 7)
    assert printed["scanners"] == {"11": "MR", "13": "MEG"}


def test_the_configuration_follows_the_page_without_a_restart(root, connected):
    root.post(SAVE, {"calpendo.fields.code": "grantCode", "calpendo.pi": "email:contact"})

    config = wiring.calpendo_config()

    assert isinstance(config, CalpendoConfig)
    assert config.fields.code == "grantCode"
    assert [source.property for source in config.pi] == ["contact"]


def test_a_stored_choice_that_no_longer_makes_sense_stops_sweeps_and_no_page(root, connected):
    SiteSetting.objects.create(key="calpendo.interval_s", value="often", changed_at=factories.AT)

    with pytest.raises(CalpendoSettingInvalid, match=r"calpendo\.interval_s is a whole number"):
        wiring.calpendo_config()
    assert wiring.sweep_interval_s() == 3600
    assert "It is a whole number" in root.get("/mirror/settings").content.decode()


def test_a_password_file_that_others_can_read_is_refused_by_the_test(root, calpendo, says, tmp_path):
    path = tmp_path / "pw"
    path.write_text("archive")
    path.chmod(0o644)
    says(
        {"calpendo.url": calpendo.url, "calpendo.username": "archive"},
        {"calpendo.password_file": str(path)},
        "",
    )

    page = root.post("/mirror/settings/test").content.decode()

    assert f"chmod 600 {path}" in page


def test_a_password_file_is_read_anew_each_time(calpendo, says, tmp_path):
    path = tmp_path / "pw"
    path.write_text("old\n")
    path.chmod(0o600)
    says(
        {"calpendo.url": calpendo.url, "calpendo.username": "archive"},
        {"calpendo.password_file": str(path)},
        "",
    )
    before = wiring.calpendo_config().password

    path.write_text("new\n")

    assert (before, wiring.calpendo_config().password) == ("old", "new")


def test_without_an_address_there_is_no_mirror_and_nothing_to_test(root, says):
    says(password="")

    assert not wiring.calpendo_is_configured()
    assert "Test the connection" not in root.get("/mirror/settings").content.decode()
    with pytest.raises(CalpendoNotConfigured):
        wiring.calpendo_config()


def test_the_test_tells_what_works(root, connected):
    page = root.post("/mirror/settings/test").content.decode()

    assert "The connection works" in page
    assert "46 projects can be read." in page


def test_the_test_tells_what_does_not(root, connected):
    connected.site.set_faults([{"effect": "401"}])

    page = root.post("/mirror/settings/test").content.decode()

    assert "A sweep could not use this" in page
    assert "refuses the user name or the password" in page


def test_what_is_seen_is_offered_and_can_be_chosen(root, connected):
    page = root.post("/mirror/settings/look").content.decode()

    assert '<option value="ethicsNumber">ethicsNumber' in row_of(page, "calpendo.fields.code")
    root.post(
        SAVE, {"calpendo.fields.code": "ethicsNumber", "calpendo.pi": ["", "email:piEmail"], "scanner:13": "MEG",
               "scanner:11": "-"}
    )  # fmt: skip
    assert dict(SiteSetting.objects.values_list("key", "value")) == {
        "calpendo.fields.code": "ethicsNumber",
        "calpendo.pi": ["email:piEmail"],
        "calpendo.scanners": {"13": "MEG"},
    }


def test_a_preview_shows_real_projects_and_writes_nothing(root, connected):
    page = root.post("/mirror/settings/preview").content.decode()

    assert "20 of 46 projects" in page
    assert "2023_112" in page
    assert "Seán Ó Briain" in page


def test_a_preview_that_fails_says_why(root, connected):
    root.post(SAVE, {"calpendo.fields.code": "grantCode"})

    page = root.post("/mirror/settings/preview").content.decode()

    assert "has no grantCode" in page
    assert "calpendo.fields.code" in page


@pytest.mark.parametrize("address", ["save", "reset", "test", "look", "preview"])
def test_only_administrators_change_and_try(browser, connected, address):
    person = browser(factories.make_account("member"))

    answer = person.post(f"/mirror/settings/{address}", {"key": "calpendo.url"})

    assert answer.status_code == 403
