"""What a person who connects a Calpendo is told: does it answer, what does it hold, how would it be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fornix.booking.candidates import candidates_of, places_of_pi
from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig, FieldNames, PiSource, TypeNames
from fornix.booking.discover import ConnectionCheck, Finding, check_connection
from fornix.booking.explore import Explored, SeenProperty, Shape, explore
from fornix.booking.fetch_lists import fetch_lists
from fornix.booking.preview import preview
from fornix.booking.refusals import QueryRefused


@pytest.fixture
def config(calpendo) -> CalpendoConfig:
    return CalpendoConfig(calpendo.url, "archive", "archive", time_zone="Europe/London")


def told(check: ConnectionCheck) -> str:
    return "\n".join(line.text for line in check.lines)


def test_a_connection_that_works_tells_how_much_can_be_read(config):
    check = check_connection(config)

    assert check.is_usable
    assert check.requests > 0
    for words in ("460 users can be read", "46 projects can be read", "6 resources", "finds itself"):
        assert words in told(check)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"effect": "401"}, "refuses the user name or the password"),
        ({"effect": "403", "type": "Calpendo.CalpendoUser"}, "may not read Calpendo.CalpendoUser"),
        ({"effect": "html-200"}, "the page of a log-in"),
        ({"effect": "redirect-login"}, "The password was not sent there"),
        ({"effect": "500"}, "a fault of its own"),
        ({"effect": "no-key"}, "Is this a Calpendo"),
        ({"effect": "empty", "type": "Calpendo.Project"}, "There is no project in the answer"),
        ({"effect": "reset"}, "ended the connection"),
    ],
    ids=lambda value: value["effect"] if isinstance(value, dict) else "",
)
def test_each_failure_is_told_in_plain_words(calpendo, config, fault, words):
    calpendo.site.set_faults([fault])

    check = check_connection(config)

    assert not check.is_usable
    assert words in told(check)
    assert config.password not in told(check).replace("archive,", "")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"effect": "hide", "fields": ["users"]}, "no project has any user"),
        ({"effect": "hide", "fields": ["status"]}, "no project has a status"),
        ({"effect": "hide", "fields": ["projectCode"]}, "calpendo.fields.code"),
    ],
)
def test_what_a_sweep_would_not_believe_is_wrong_here_too(calpendo, config, fault, words):
    calpendo.site.set_faults([fault])

    check = check_connection(config)

    assert not check.is_usable
    assert any(words in line.text for line in check.lines if line.finding is Finding.WRONG)


def test_a_refused_password_is_tried_once_only(calpendo, config):
    calpendo.site.set_faults([{"effect": "401"}])

    assert check_connection(config).requests == 1


def test_an_address_where_nobody_answers_is_told(config):
    check = check_connection(replace(config, url="http://127.0.0.1:1"))

    assert "No connection to 127.0.0.1:1" in told(check)


def test_one_forbidden_type_leaves_the_others_to_be_tested(calpendo, config):
    calpendo.site.set_faults([{"effect": "403", "type": "Calpendo.CalpendoUser"}])

    assert "46 projects can be read" in told(check_connection(config))


def test_a_sentinel_that_is_missing_is_named(config):
    check = check_connection(replace(config, sentinel_projects=("300004157000412", "77")))

    assert not check.is_usable
    assert "named in calpendo.sentinel_projects: 77." in told(check)


def test_an_account_that_does_not_find_itself_is_doubtful_only(config):
    check = check_connection(replace(config, fields=FieldNames(login_name="email")))

    assert check.is_usable
    assert [
        line.text for line in check.lines if line.finding is Finding.DOUBTFUL and "find itself" in line.text
    ]


def test_a_property_that_is_not_there_is_named_with_its_option(config):
    check = check_connection(replace(config, fields=FieldNames(code="grantCode")))

    assert "Calpendo.Project has no grantCode" in told(check)
    assert "calpendo.fields.code" in told(check)


def test_types_are_asked_for_by_the_names_that_were_chosen(config):
    check = check_connection(replace(config, types=TypeNames(project="Study")))

    assert "is Study what it calls this type?" in told(check)


def test_a_whole_list_is_read_by_the_names_that_were_chosen(config):
    with CalpendoClient(config) as client, pytest.raises(QueryRefused, match="no grantCode"):
        fetch_lists(client, replace(config, fields=FieldNames(code="grantCode")))


def test_what_a_calpendo_holds_is_told_without_telling_whose(config):
    seen = explore(config)

    properties = {each.name: each for each in seen.project}
    assert properties["projectCode"].shape is Shape.TEXT
    assert properties["principalInvestigator"].refers_to_people
    assert not properties["type"].refers_to_people
    shown = " ".join(example for each in (*seen.person, *seen.project) for example in each.examples)
    assert "Briain" not in shown
    assert "sarah.white" not in shown
    assert {each.name for each in seen.types if not each.problem} >= {"Calpendo.Project", "Calpendo.Booking"}
    assert ("11", "MRI 3T") in {(each.id, each.name) for each in seen.resources}


@pytest.mark.parametrize("field", FieldNames.__slots__)
def test_the_likeliest_property_for_each_field_is_the_usual_one(config, field):
    assert candidates_of(field, explore(config))[0] == getattr(FieldNames(), field)


def test_places_of_the_pi_are_proposed_with_references_first(config):
    assert places_of_pi(explore(config)) == (
        "reference:principalInvestigator", "email:piEmail", "name:piName"
    )  # fmt: skip


def test_a_reference_to_anything_but_users_is_no_place_of_the_pi():
    project = (SeenProperty("headOffice", Shape.REFERENCE, ()), SeenProperty("pi", Shape.EMPTY, ()))

    assert places_of_pi(Explored((), project, (), ())) == ()


def test_a_preview_shows_projects_as_a_sweep_would_read_them(config):
    shown = preview(config)

    first = shown.projects[0]
    assert (first.code, first.owner, first.pi, first.people) == (
        "2023_112",
        "Zoë Ångström",
        "Seán Ó Briain",
        3,
    )
    assert first.scanners == ("MRI 3T", "MEG")
    assert (len(shown.projects), shown.of_projects) == (20, 46)
    assert ("13", "MEG") in {(each.id, each.modality) for each in shown.resources}


def test_a_preview_follows_what_was_chosen(config):
    chosen = replace(
        config, pi=(PiSource("name", "piName"),), scanners=(("13", "MEG"),), fields=FieldNames(code="name")
    )

    by_id = {each.id: each for each in preview(chosen).projects}
    first = by_id["300004157000412"]
    assert (first.pi, first.pi_is_person, first.scanners) == ("Ó Briain, Seán", False, ("MEG",))
    assert first.code.startswith("Hearing in noise")
    assert by_id["300004157000414"].why_not == "it may book no scanner"
