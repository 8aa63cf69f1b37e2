"""Headers x rules x bookings: which project, and by which step. One day of one scanner, two booked projects."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.factories import AT, make_project, make_session, make_subject
from tests.integration.ingest.booked_world import (
    MOMENT,
    booked_project,
    booking,
    evidence,
    scanner,
    sender,
)

from fornix.ingest.routing import Case, Trace, trace
from fornix.ingest.rules import enabled_rules
from fornix.models import BookingProject, RoutingRule, Sender

HEARING, MEMORY = "2023_112", "2024_027"
MORNING, NOON, EVENING, NIGHT = ("9:35", "10:20"), ("12:10", "12:50"), ("18:05", "18:50"), ("22:00", "22:30")


@pytest.fixture
def day(db):
    """Booked: hearing 9:30-10:30, nobody's project 18:00-19:00, memory 14:00-15:00; 12:00-13:00 hearing, cancelled."""
    hearing, memory = booked_project(HEARING), booked_project(MEMORY)
    booked_project("BLOCKER", is_eligible=False)
    mri = scanner()
    sender(mri)
    booking(mri, "9:30", "10:30", hearing)
    booking(mri, "14:00", "15:00", memory)
    booking(mri, "12:00", "13:00", hearing, status="Cancelled", is_cancelled=True)
    booking(mri, "18:00", "19:00", None)


def rule(**fields) -> None:
    told = {"position": RoutingRule.objects.count() + 1, "name": "a rule", "changed_at": AT} | fields
    RoutingRule.objects.create(**told)


PROTOCOL = {"conditions": [{"tag": "ProtocolName", "pattern": r"^(?P<code>\d{4}_\d{3})-(?P<who>\w+)"}]}
BY_PROTOCOL = PROTOCOL | {"project": "{code}", "subject": "S_{who}"}
NAMED = {"ProtocolName": (f"{MEMORY}-P07",)}

TABLE = {
    # codes in the tags, values for rules, when, rules -> project, by which step
    "a code and its booking": ((HEARING,), {}, MORNING, [], HEARING, "tags"),
    "a code without any booking": ((HEARING,), {}, NIGHT, [], HEARING, "tags"),
    "a code in another's booking": ((MEMORY,), {}, MORNING, [], MEMORY, "tags"),
    "no code, booked": ((), {}, MORNING, [], HEARING, "booking"),
    "no code, nothing booked": ((), {}, NIGHT, [], None, None),
    "no code, no time": ((), {}, None, [], None, None),
    "no code, booking cancelled": ((), {}, NOON, [], None, None),
    "no code, booking without a project": ((), {}, EVENING, [], None, None),
    "words that are no code, booked": (("Brain^Routine",), {}, MORNING, [], HEARING, "booking"),
    "a name for the kind of scan, booked": (("fMRI study",), {}, MORNING, [], HEARING, "booking"),
    "words with a digit in them, booked": (("T1 brain 3D",), {}, MORNING, [], HEARING, "booking"),
    "a code of nobody's, booked": (("2099_999^Brain", "2099_999"), {}, MORNING, [], None, None),
    "a code of nobody's as consoles mangle it, booked": (("2099 999",), {}, MORNING, [], None, None),
    "a code that counts for nothing, booked": (("BLOCKER",), {}, MORNING, [], None, None),
    "a code that a rule found and nobody has, booked": (
        (),
        {"ProtocolName": ("1999_001-P07",)},
        MORNING,
        [BY_PROTOCOL],
        None,
        None,
    ),
    "nearly another's code, booked": (("2024_028",), {}, MORNING, [], None, None),
    "nearly the booked code": (("2023_113",), {}, MORNING, [], None, None),
    "a code of what takes no data": (("BLOCKER",), {}, NIGHT, [], None, None),
    "a rule before the tags": ((HEARING,), NAMED, MORNING, [BY_PROTOCOL], MEMORY, "rule"),
    "a rule that does not fit": ((HEARING,), {}, MORNING, [BY_PROTOCOL], HEARING, "tags"),
    "a rule switched off": (
        (HEARING,),
        NAMED,
        MORNING,
        [BY_PROTOCOL | {"is_enabled": False}],
        HEARING,
        "tags",
    ),
    "the first of two rules": (
        (),
        NAMED,
        NIGHT,
        [PROTOCOL | {"project": HEARING}, BY_PROTOCOL],
        HEARING,
        "rule",
    ),
    "a rule for subjects alone": (
        (HEARING,),
        NAMED,
        MORNING,
        [PROTOCOL | {"subject": "{who}"}],
        HEARING,
        "tags",
    ),
    "a rule that names nobody's project": (
        (HEARING,),
        {"ProtocolName": ("1999_001-P07",)},
        MORNING,
        [BY_PROTOCOL],
        HEARING,
        "tags",
    ),
    "a rule of several tags": (
        (),
        NAMED | {"StationName": ("MRC35",)},
        NIGHT,
        [
            {
                "project": "{code}",
                "conditions": [*PROTOCOL["conditions"], {"tag": "StationName", "pattern": "^MRC"}],
            }
        ],
        MEMORY,
        "rule",
    ),
    "a rule of several tags, one of them other": (
        (),
        NAMED | {"StationName": ("XA7",)},
        NIGHT,
        [
            {
                "project": "{code}",
                "conditions": [*PROTOCOL["conditions"], {"tag": "StationName", "pattern": "^MRC"}],
            }
        ],
        None,
        None,
    ),
}


def routed(codes, values, at, **case) -> Trace:
    found = replace(evidence(*codes, at=at), values=values)
    return trace(Case(found, MOMENT, rules=enabled_rules(), senders=frozenset([1]), **case))


@pytest.mark.parametrize(
    ("codes", "values", "at", "rules", "project", "step"), TABLE.values(), ids=TABLE.keys()
)
def test_headers_rules_and_bookings_decide(day, codes, values, at, rules, project, step):
    for fields in rules:
        rule(**fields)

    found = routed(codes, values, at)

    assert (found.target and found.target.label, found.step and str(found.step)) == (project, step)
    assert (found.waits is None) == (project is not None)


def test_what_somebody_said_comes_first_and_a_study_that_is_here_before_the_rest(day):
    kept = make_project("KEPT")
    make_session(make_subject(kept), study_uid="1.2.3")

    assert routed((HEARING,), {}, MORNING, explicit=MEMORY).target.label == MEMORY
    assert routed((HEARING,), {}, MORNING).target.project == kept
    assert routed((HEARING,), {}, MORNING, asks_filed=False).target.label == HEARING


def test_of_several_projects_that_hold_a_study_the_code_says_which(day):
    for label in ("ONE", "TWO"):
        make_session(make_subject(make_project(label)), study_uid="1.2.3")

    assert routed(("TWO",), {}, None).target.label == "TWO"
    waits = routed((HEARING,), {}, None).waits
    assert "ONE, TWO" in str(waits)
    assert {"ONE", "TWO"} <= {guess.project for guess in waits.guesses}


def test_a_rule_gives_subject_and_session_to_the_project_that_it_means(day):
    rule(**BY_PROTOCOL)

    assert routed((), NAMED, NIGHT).labels == ("S_P07", "")
    assert routed((), NAMED, NIGHT, explicit=HEARING).labels == ("", "")


def test_a_rule_of_one_sender_is_for_that_one_alone(day):
    other = sender(None, station="XA7")
    rule(**BY_PROTOCOL, sender=other)
    found = replace(evidence(at=NIGHT), values=NAMED)

    assert trace(Case(found, MOMENT, rules=enabled_rules(), senders=frozenset([other.pk]))).step == "rule"
    assert trace(Case(found, MOMENT, rules=enabled_rules())).waits is not None


def test_without_a_described_sender_a_booking_only_suggests(day):
    found = trace(Case(evidence(at=MORNING, station="UNHEARD"), MOMENT))

    (best,) = [guess for guess in found.waits.guesses if guess.project == HEARING]
    assert best.booking_project == f"id-{HEARING}"
    assert best.why.startswith("booked 09:30-10:30 on MRI 3T by 2023_112, if that is the scanner")


def test_guesses_say_the_booked_time_the_scanner_and_its_clock(day):
    Sender.objects.update(clock_ahead_s=180)
    found = trace(Case(evidence("2024_028", at=MORNING), MOMENT))

    assert [(guess.project, guess.why) for guess in found.waits.guesses] == [
        (HEARING, "booked 09:30-10:30 on MRI 3T by 2023_112; scanner clock 3 min ahead"),
        (MEMORY, 'the files say "2024_028", which is nearly its code: typed wrong, maybe'),
    ]


def test_a_cancelled_booking_is_only_a_guess(day):
    (best, *_) = trace(Case(evidence(at=NOON), MOMENT)).waits.guesses

    assert (best.project, best.why) == (HEARING, "booked 12:00-13:00 on MRI 3T by 2023_112, then cancelled")


def test_files_that_tell_only_the_day_bring_that_days_bookings_as_guesses(day):
    guesses = trace(Case(evidence(), MOMENT)).waits.guesses

    assert {guess.project for guess in guesses} == {HEARING, MEMORY}
    assert all("the files tell the day, but no time" in guess.why for guess in guesses)


def test_what_stands_behind_project_is_a_code_whatever_it_looks_like(day):
    found = evidence("Listening", "Brain^Routine", at=MORNING, assigned=frozenset({"Listening"}))

    waits = trace(Case(found, MOMENT)).waits

    assert str(waits).startswith('no known project is called "Listening". ')
    assert waits.guesses[0].project == HEARING


def test_a_code_that_nobody_has_waits_by_its_name_with_the_booking_as_first_guess(day):
    found = routed(("2099_999^Brain", "2099_999"), {}, MORNING)

    assert str(found.waits).startswith('no known project is called "2099_999". ')
    assert found.waits.guesses[0].project == HEARING
    assert found.told[-1].text == (
        'booked 09:30-10:30 on MRI 3T by 2023_112; but the files name "2099_999": it is only a guess'
    )


def test_a_code_with_words_beside_it_is_guessed(day):
    (best, *_) = trace(Case(evidence("2024_027 head and neck"), MOMENT)).waits.guesses

    assert best.project == MEMORY
    assert 'its code stands in the files, with other words: "2024_027"' in best.why


def test_a_booking_of_what_was_terminated_long_ago_waits_and_says_so(day):
    BookingProject.objects.filter(code=HEARING).update(
        status="Terminated", status_since=AT.replace(year=2024)
    )

    waits = routed((), {}, MORNING).waits

    assert "Terminated" in str(waits)
    assert waits.guesses[0].project == HEARING


def test_a_shared_code_is_settled_by_the_booking(day):
    again = booked_project(HEARING, external_id="again")

    assert routed((HEARING,), {}, MORNING).target.booked.external_id == f"id-{HEARING}"
    waits = routed((HEARING,), {}, NIGHT).waits
    assert {guess.booking_project for guess in waits.guesses} == {f"id-{HEARING}", again.external_id}


def test_every_step_says_what_it_found(day):
    rule(**BY_PROTOCOL)

    told = [f"{line.step}: {line.text}" for line in routed((), {}, MORNING).told]

    assert told == [
        "explicit: nobody named a project",
        "filed: nothing of this study is here yet",
        'rule: rule "a rule": ProtocolName does not match',
        "rule: no rule fits",
        "tags: nothing in the files may be a project's code",
        "booking: booked 09:30-10:30 on MRI 3T by 2023_112",
    ]


def test_a_rule_that_takes_too_long_is_told_where_the_data_waits(day):
    rule(name="slow", conditions=[{"tag": "ProtocolName", "pattern": "(?:x+x+)+y"}], project="P")

    waits = routed((), {"ProtocolName": ("x" * 10_000,)}, NIGHT).waits

    assert 'mind that the routing rule "slow" took too long and was passed over' in str(waits)
