"""What administrators change by the API: requests, holds, undoing, links, settings. Each with its Event's actor."""

from __future__ import annotations

import pytest
from tests import factories
from tests.integration.web.mirror_rows import booked_person, booked_project, mirrored, place

from fornix.models import Event, Membership, SiteSetting, Sweep, SweepRequest
from fornix.models.booking import Hold

KEY = "settings/calpendo.show_empty_projects"

pytestmark = pytest.mark.django_db


@pytest.fixture
def held():
    """Carol, whom Calpendo lists no longer in P001, and whose removal waits."""
    carol = factories.make_account("carol")
    booked = booked_project("P001")
    project = factories.make_project("P001", booking_project=booked)
    place(booked, booked_person("Carol", account=carol), hold=Hold.WAITING)
    mirrored(project, carol)
    return booked


def test_a_sweep_is_asked_for_once_however_often_one_asks(ada, administrator):
    first, second = ada.post("sweeps"), ada.post("sweeps", {"accepts": False})

    assert first[0] == second[0] == 202
    assert first[1] == second[1]
    assert SweepRequest.objects.get().asked_by == administrator


def test_the_first_sweep_is_confirmed(ada):
    _, answer = ada.post("sweeps", {"accepts": True})

    assert answer["accepts"] is True
    assert SweepRequest.objects.get().accepts


def test_holds_are_listed_with_whom_they_concern(ada, held):
    _, answer = ada.get("holds", decided=False)

    assert [(each["id"], each["people"]) for each in answer["items"]] == [(f"removal-{held.pk}", ["Carol"])]
    assert answer["total"] == 1
    assert ada.get("holds", decided=True)[1]["items"] == []


def test_a_removal_that_is_approved_ends_the_right(ada, administrator, held):
    _, answer = ada.post(f"holds/removal-{held.pk}/approve")

    assert answer["revoked"] == [{"username": "carol", "project": "P001", "role": "member"}]
    assert not Membership.objects.exists()
    assert Event.objects.filter(verb="hold.approved", actor=administrator, source="token").exists()


def test_a_removal_that_changed_since_it_was_seen_is_not_approved(ada, held):
    (seen,) = ada.get("holds")[1]["items"]
    place(held, booked_person("Dave"), hold=Hold.WAITING)

    status, answer = ada.post(f"holds/{seen['id']}/approve", {"digest": seen["digest"]})
    (now,) = ada.get("holds")[1]["items"]

    assert status == 409
    assert "changed since you looked" in answer["error"]["detail"]
    assert Membership.objects.exists()
    assert ada.post(f"holds/{now['id']}/approve", {"digest": now["digest"]})[0] == 200


def test_a_removal_that_is_rejected_keeps_the_right(ada, held):
    _, answer = ada.post("holds/all/reject")

    assert answer == {"ids": [f"removal-{held.pk}"], "granted": [], "revoked": []}
    assert Membership.objects.exists()
    assert ada.get("holds", decided=True)[1]["total"] == 1


def test_a_sweep_is_undone_once(ada):
    sweep = Sweep.objects.create(started_at=factories.AT, finished_at=factories.AT, outcome="complete")

    first, second = ada.post(f"sweeps/{sweep.pk}/undo"), ada.post(f"sweeps/{sweep.pk}/undo")

    assert first[0] == 200
    assert second[0] == 409
    assert "undone already" in second[1]["error"]["detail"]


def test_a_link_gives_what_calpendo_grants_and_ends_with_it(ada, held):
    dave = factories.make_account("dave")
    person = booked_person("Dave")
    place(held, person)

    linked = ada.post(f"people/{person.pk}/link", {"username": "dave"})
    assert linked == (200, {"person_id": person.pk, "name": "Dave", "username": "dave"})
    assert Membership.objects.filter(account=dave).exists()

    assert ada.ask("delete", f"people/{person.pk}/link")[0] == 200
    assert not Membership.objects.filter(account=dave).exists()


@pytest.mark.parametrize(
    ("username", "status"),
    [("carol", 200), ("dave", 409), ("nobody", 400)],
    ids=["same", "another's", "none"],
)
def test_a_person_is_one_account_alone(ada, held, username, status):
    factories.make_account("dave")
    person = held.roles.get().person

    assert ada.post(f"people/{person.pk}/link", {"username": username})[0] == status


def test_a_person_without_a_link_has_none_to_undo(ada):
    status, answer = ada.ask("delete", f"people/{booked_person().pk}/link")

    assert status == 409
    assert "linked to no account" in answer["error"]["detail"]


def test_people_without_an_account_come_with_who_it_may_be(ada):
    factories.make_account("zoe", name="Zoë Ångström")
    place(booked_project("P001"), booked_person("Zoë Ångström"))

    _, answer = ada.get("people")

    assert answer["items"][0]["suggestions"] == [
        {"username": "zoe", "name": "Zoë Ångström", "why": "same name"}
    ]


def test_a_setting_is_chosen_and_taken_back(ada):
    chosen = ada.ask("put", KEY, {"value": True})
    assert chosen[0] == 200
    assert (chosen[1]["value"], chosen[1]["origin"]) == (True, "page")

    reset = ada.ask("delete", KEY)
    assert (reset[1]["value"], reset[1]["origin"]) == (False, "default")
    assert not SiteSetting.objects.exists()


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        pytest.param("calpendo.show_empty_projects", "maybe", 400, id="wrong kind"),
        pytest.param("calpendo.interval_s", -1, 400, id="out of range"),
        pytest.param("calpendo.excluded_codes", ["A;B"], 400, id="cannot be typed in"),
        pytest.param("calpendo.nonsense", 1, 400, id="unknown"),
        pytest.param("calpendo.password", "hunter2-and-more", 409, id="secret"),
        pytest.param("calpendo.instance", "other", 409, id="not by pages"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(ada, key, value, status):
    found, answer = ada.ask("put", f"settings/{key}", {"value": value})

    assert found == status
    assert key in answer["error"]["detail"]
    assert "hunter2" not in str(answer)
    assert not SiteSetting.objects.exists()


def test_lists_and_tables_are_chosen_as_such(ada):
    codes, scanners = ["BLOCKER", "QA_.*"], {"11": "MR", "12": "MEG"}

    assert ada.ask("put", "settings/calpendo.excluded_codes", {"value": codes})[1]["value"] == codes
    assert ada.ask("put", "settings/calpendo.scanners", {"value": scanners})[1]["value"] == scanners


def test_settings_tell_no_secret(ada):
    settings = {each["key"]: each for each in ada.get("settings")[1]["items"]}

    assert not settings["calpendo.password"]["value"]
    assert settings["calpendo.password"]["is_locked"]
    assert settings["calpendo.interval_s"]["value"] == 3600
