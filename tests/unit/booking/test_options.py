"""Options: what each kind understands, which source wins, and how they are read from and printed as TOML."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.booking import option_kinds as kinds
from fornix.booking.choices import Origin, choices_of, config_of
from fornix.booking.config import CalpendoConfig, PiSource
from fornix.booking.option_file import as_toml, read_options
from fornix.booking.options import BY_KEY, OPTIONS
from fornix.booking.refusals import CalpendoSettingInvalid

NEEDED = {"calpendo.url": "https://centre.calpendo.test", "calpendo.username": "archive"}


def options_in(text: str):
    return read_options(tomllib.loads(text))


def config(*, environment=None, file=None, page=None) -> CalpendoConfig:
    choices = choices_of(NEEDED | (environment or {}), file or {}, page or {}, "Europe/London")
    return config_of(choices, "secret")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (kinds.SCANNERS, " 11=MR, 13=meg ,", {"11": "MR", "13": "MEG"}),
        (kinds.SCANNERS, "11=MR\r\n12=MR\r\n", {"11": "MR", "12": "MR"}),
        (kinds.PATTERNS, "TEST.*; DEV", ["TEST.*", "DEV"]),
        (kinds.PATTERNS, "-", []),
        (kinds.PLACES_OF_PI, "email:contact; reference: lead", ["email:contact", "reference:lead"]),
        (kinds.DAYS, "2027-06-30\n2027-12-31", ["2027-06-30", "2027-12-31"]),
        (kinds.DOMAINS, "WIN.ox.ac.uk=ndcn.ox.ac.uk", {"win.ox.ac.uk": "ndcn.ox.ac.uk"}),
        (kinds.DOMAINS, "@bücher.test=buch.test", {"xn--bcher-kva.test": "buch.test"}),
        (kinds.ROLES, "PI=member, user = Collaborator", {"pi": "member", "user": "collaborator"}),
        (kinds.IDS, "7, 300004157000412", ["7", "300004157000412"]),
        (kinds.SHARE, "5 %", 0.05),
        (kinds.SHARE, "0.05", 0.05),
        (kinds.CHOICE, "Yes", True),
        (kinds.ADDRESS, " https://centre.test/calpendo/ ", "https://centre.test/calpendo"),
        (kinds.count_kind(0, 100), "42", 42),
    ],
)
def test_what_a_person_types_is_understood(kind, text, value):
    assert kind.read(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((kinds.SCANNERS, text) for text in ["11", "11=CT", "=MR", "11:MR", "11=MR,11=MEG"]),
        *((kinds.PLACES_OF_PI, text) for text in ["piName", "phone:piPhone", "name:", "name:a b"]),
        (kinds.PATTERNS, "TEST("),
        *((kinds.DAYS, text) for text in ["30.6.2027", "2027-02-30"]),
        *((kinds.DOMAINS, text) for text in ["a.test", "a.test=a.test", "me@a.test=b.test"]),
        *((kinds.SHARE, text) for text in ["", "nan", "inf", "-1", "7", "120 %"]),
        *((kinds.count_kind(1, 9), text) for text in ["", "0", "10", "1.5", "१", "9" * 5000]),
        *((kinds.ROLES, text) for text in ["pi", "guest=member", "user=admin", "pi=owner,PI=member"]),
        (kinds.CHOICE, "perhaps"),
        *((kinds.TEXT, text) for text in ["", " ", "a\nb", "a" * 301]),
        *((kinds.PROPERTY, text) for text in ["project code", "1st", "a..b", "a/b"]),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_is_expected(kind, text):
    with pytest.raises(CalpendoSettingInvalid, match=r"^is .+, not "):
        kind.read(text)


@pytest.mark.parametrize("value", [None, True, 5, 0.5, [], {}, [5], [None], {"a": 1}, date(2027, 1, 1), "x"])
@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_a_value_of_any_other_type_is_refused_or_made_right(option, value):
    with suppress(CalpendoSettingInvalid):
        checked = option.kind.check(value)
        assert option.kind.check(checked) == checked


@pytest.mark.parametrize(
    "option", [option for option in OPTIONS if option.default is not None], ids=lambda option: option.key
)
def test_a_default_is_a_value_that_may_be_chosen_and_typed(option):
    assert option.kind.check(option.default) == option.default
    assert option.kind.read(option.kind.write(option.default)) == option.default


def test_without_choices_the_configuration_is_the_usual_one():
    usual = CalpendoConfig(
        url=NEEDED["calpendo.url"], username="archive", password="secret", time_zone="Europe/London"
    )

    assert config() == usual


def test_choices_reach_the_configuration():
    made = config(
        page={
            "calpendo.guards.few": 9,
            "calpendo.fields.code": "grantCode",
            "calpendo.types.project": "Study",
            "calpendo.term_ends": ["2027-06-30"],
            "calpendo.vanish_hours": 48,
            "calpendo.pi": ["email:contact"],
        }
    )

    assert (made.guards.few, made.fields.code, made.types.project) == (9, "grantCode", "Study")
    assert (made.term_ends, made.vanish_after) == ((date(2027, 6, 30),), timedelta(hours=48))
    assert made.pi == (PiSource("email", "contact"),)


@pytest.mark.parametrize(
    ("environment", "file", "page", "origin", "value"),
    [
        ({"calpendo.interval_s": 1}, {"calpendo.interval_s": 2}, {"calpendo.interval_s": 3}, Origin.ENVIRONMENT, 1),
        ({}, {"calpendo.interval_s": 2}, {"calpendo.interval_s": 3}, Origin.FILE, 2),
        ({}, {}, {"calpendo.interval_s": 3}, Origin.PAGE, 3),
        ({}, {}, {}, Origin.DEFAULT, 3600),
    ],
    ids=["environment", "file", "page", "default"],
)  # fmt: skip
def test_environment_outranks_file_outranks_page(environment, file, page, origin, value):
    choices = choices_of(environment, file, page, "UTC")

    found = next(choice for choice in choices if choice.option.key == "calpendo.interval_s")
    assert (found.origin, found.value) == (origin, value)
    assert found.is_locked == (origin in (Origin.ENVIRONMENT, Origin.FILE))


def test_a_stored_choice_that_cannot_be_used_stops_the_sweep_instead_of_meaning_something_else():
    with pytest.raises(CalpendoSettingInvalid, match=r"calpendo\.guards\.removed_share is a share"):
        config(page={"calpendo.guards.removed_share": "lots"})


def test_secrets_and_what_leads_to_them_are_never_taken_from_the_page():
    choices = choices_of({}, {}, {"calpendo.password": "x", "calpendo.password_file": "/etc/shadow"}, "UTC")

    assert {choice.origin for choice in choices} == {Origin.DEFAULT}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[calpendo]\nurl = 5', "calpendo.url is an address such as"),
        ('[calpendo]\nurll = "https://x.test"', "calpendo.urll is no setting of this file. Did you mean calpendo.url?"),
        ("[calpendo]\nremoved_share = 0.1", "Did you mean calpendo.guards.removed_share?"),
        ("[calpendo.guard]\nfew = 4", "calpendo.guard is no table of this file. Did you mean calpendo.guards?"),
        ("[calpend]\n", "Did you mean calpendo?"),
        ('FORNIX_CALPENDO_URL = "https://x.test"', "a variable of the environment; in a file it is calpendo.url"),
        ("[smtp]\nhost = 1", "It has one table, [calpendo]"),
        ("calpendo = 5", "calpendo is no setting of this file"),
        ("[calpendo]\nfields = 5", "calpendo.fields is no setting of this file"),
        ("[calpendo.guards]\nremoved_share = 5", "is a share from 0 to 1, such as 0.05 for five of a hundred, not 5"),
        ("[calpendo.guards]\nfew = true", "calpendo.guards.few is a whole number from 0 to 1000000, not true"),
        ("[calpendo]\nurl = 2027-06-30", ", not 2027-06-30"),
        ('[calpendo.scanners]\n"11" = "CT"', "calpendo.scanners is a table of resource ids with MR or MEG"),
        ("[calpendo]\npassword = 12345678", "calpendo.password is a text in quotes"),
        ('[calpendo]\npassword = "a"\npassword_file = "b"', "one of them is enough"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_named_with_what_is_expected(text, words):
    (mistake,) = options_in(text).mistakes

    assert words in mistake
    assert "12345678" not in mistake


def test_all_mistakes_are_told_at_once():
    assert len(options_in("[calpendo]\nurl = 1\ninterval_s = 0\nx = 1").mistakes) == 3


def test_days_of_toml_and_numbers_as_ids_are_understood():
    read = options_in("[calpendo]\nterm_ends = [2027-06-30]\nsentinel_projects = [300004157000412]")

    assert read.values == {
        "calpendo.term_ends": ["2027-06-30"],
        "calpendo.sentinel_projects": ["300004157000412"],
    }


LINES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
CHOICES = {
    "calpendo.username": LINES,
    "calpendo.interval_s": st.integers(1, 10_000),
    "calpendo.show_empty_projects": st.booleans(),
    "calpendo.guards.removed_share": st.floats(0, 1),
    "calpendo.sentinel_people": st.lists(LINES, max_size=3),
    "calpendo.term_ends": st.lists(st.dates(min_value=date(1000, 1, 1)).map(date.isoformat), max_size=3),
    "calpendo.scanners": st.dictionaries(LINES, st.sampled_from(["MR", "MEG"]), max_size=3),
}


@given(st.fixed_dictionaries({}, optional=CHOICES))
def test_what_is_printed_is_read_again_as_it_was(values):
    read = options_in(as_toml(values))

    assert (read.values, read.mistakes) == (values, ())


def test_every_option_but_the_secret_is_printed():
    printed = as_toml({})

    missing = [
        key for key in BY_KEY if f"{key.rpartition('.')[2]} =" not in printed and f"[{key}]" not in printed
    ]
    assert missing == ["calpendo.password"]
    assert options_in(printed).values == {}


def test_a_part_that_is_not_chosen_gives_its_usual_role():
    chosen = config(file={"calpendo.roles": {"user": "collaborator"}})

    assert dict(chosen.roles) == {"owner": "owner", "pi": "owner", "user": "collaborator"}
