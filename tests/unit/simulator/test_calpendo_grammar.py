"""The query grammar and its relations, put to a site small enough to know by heart."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.simulator.calpendo.query.conditions import bind
from fornix.simulator.calpendo.query.grammar import parse_expression
from fornix.simulator.calpendo.refusals import QueryRefused
from fornix.simulator.calpendo.switches import Switches
from fornix.simulator.calpendo.world import Mark, Range, Row, world_of

LONDON = ZoneInfo("Europe/London")
PROJECT, USER, BOOKING = "Calpendo.Project", "Calpendo.CalpendoUser", "Calpendo.Booking"


def _booking(row_id, start, type_name="MRIScan", resource="11", status="Approved", **values):
    span = Range(datetime.fromisoformat(start), datetime.fromisoformat(start).replace(hour=23))
    fixed = {"dateRange": span, "resource": resource, "status": status, "durationInMinutes": int(row_id)}
    return Row(type_name, row_id, fixed | values)


WORLD = world_of(
    [
        Row("Calpendo.Resource", "11", {"name": "MRI 3T"}),
        Row("Calpendo.Resource", "13", {"name": "MEG"}),
        Row("Calpendo.ProjectGroup", "71", {"name": "Auditory"}),
        Row(USER, "1", {"givenName": "Ann", "roles": ("User",), "expiryDate": date(2026, 3, 4)}),
        Row(USER, "2", {"givenName": "Bob", "roles": ("User", "Admin"), "expiryDate": None}),
        Row("Calpendo.ProjectResourceSetting", "81", {"resource": "11"}),
        Row("Calpendo.ProjectResourceSetting", "82", {"resource": "13"}),
        Row(
            PROJECT,
            "100",
            {
                "projectCode": "2023_112",
                "status": "Approved",
                "owner": "1",
                "users": ("1", "2"),
                "groups": ("71",),
            }
            | {"projectResourceSettings": ("81", "82"), "modified": datetime(2026, 7, 1, 11, 0, tzinfo=UTC)},
        ),
        Row(
            PROJECT,
            "300004157000412",
            {"projectCode": "A/B C", "status": "Draft", "owner": "2", "users": (), "groups": ()}
            | {"projectResourceSettings": (), "modified": datetime(2026, 1, 1, 11, 0, tzinfo=UTC)},
        ),
        Row(PROJECT, "102", {"projectCode": None, "status": "Terminated", "owner": None, "users": ("2",)}),
        _booking("501", "2026-03-04T09:30", project="100", cancelled=False),
        _booking("502", "2026-03-04T14:00", "MEGScan", "13", "Cancelled", project="100", cancelled=True),
        _booking("503", "2026-03-05T09:30", status="Requested", project=None, cancelled=False),
    ],
    LONDON,
    {(PROJECT, "102", "owner"): Mark.NEVER_SEEN},
)


def ids(type_name, query, switches=None):
    """The ids that a query finds; it is split at slashes as an address is."""
    switches = switches or Switches()
    segments = [each.replace("%2F", "/") for each in query.split("/") if each]
    expression = parse_expression(segments, lenient=switches.or_close_strict == "lenient")
    matches = bind(type_name, expression, switches, LONDON)
    return [row.id for row in WORLD.rows(type_name) if matches(WORLD, row)]


PROJECT_QUERIES = {
    "": ["100", "300004157000412", "102"],
    "id/eq/100": ["100"],
    "id/EQ/300004157000412": ["300004157000412"],
    "AND/id/GE/101/id/LT/200": ["102"],
    "AND/id/GE/101/id/LT/200/CLOSE": ["102"],
    "OR/id/eq/100/AND/id/GT/101/id/LE/102/CLOSE/CLOSE": ["100", "102"],
    "NAND/id/GT/99/id/LT/200": ["300004157000412"],
    "NOR/id/eq/100/id/eq/102": ["300004157000412"],
    "projectCode/EQ/A%2FB C": ["300004157000412"],
    "projectCode/NE/2023_112": ["300004157000412", "102"],
    "projectCode/EQ/__NULL__": ["102"],
    "projectCode/NE/__NULL__": ["100", "300004157000412"],
    "projectCode/CONTAINS/23_1": ["100"],
    "projectCode/starts_with/A": ["300004157000412"],
    "projectCode/ENDS_WITH/112": ["100"],
    "projectCode/DOES_NOT_CONTAIN/23_1": ["300004157000412", "102"],
    "projectCode/DOES_NOT_START_WITH/A": ["100", "102"],
    "projectCode/DOES_NOT_END_WITH/112": ["300004157000412", "102"],
    "status/eq/APPROVED": ["100"],
    "users/INCLUDES_ALL/1,2": ["100"],
    "users/INCLUDES_ANY/1,2": ["100", "102"],
    "users/CONTAINS_MEMBER/2": ["100", "102"],
    "users/DOES_NOT_INCLUDE_ALL/1,2": ["300004157000412", "102"],
    "users/DOES_NOT_INCLUDE_ANY/1": ["300004157000412", "102"],
    "users/DOES_NOT_CONTAIN_MEMBER/1": ["300004157000412", "102"],
    "users/EQ/__NULL__": ["300004157000412"],
    "users.givenName/EQ/Ann": ["100"],
    "users.givenName/NE/Ann": ["300004157000412", "102"],
    "projectResourceSettings.resource/EQ/13": ["100"],
    "projectResourceSettings.resource.name/EQ/MEG": ["100"],
    "owner.givenName/EQ/Bob": ["300004157000412"],
    "modified/GE/20260701T1200": ["100"],
    "modified/GT/20260701T1200": [],
    "modified.date/EQ/20260101": ["300004157000412"],
}
BOOKING_QUERIES = {
    "dateRange.start/EQ/20260304T0930": ["501"],
    "dateRange.start/EQ/20260304-0930": ["501"],
    "dateRange.start/EQ/20260304.093000": ["501"],
    "dateRange.start/GE/20260305": ["503"],
    "dateRange.start.date/eq/20260304": ["501", "502"],
    "AND/dateRange.start/GE/20260304T0000/dateRange.start/LT/20260305T0000": ["501", "502"],
    "resource.name/EQ/MEG": ["502"],
    "resource/EQ/11": ["501", "503"],
    "project.id/EQ/100": ["501", "502"],
    "project/EQ/__NULL__": ["503"],
    "project/MEMBER_OF/71": ["501", "502"],
    "project/NOT_MEMBER_OF/71": ["503"],
    "durationInMinutes/GT/501": ["502", "503"],
    "cancelled/EQ/true": ["502"],
}


@pytest.mark.parametrize("query", PROJECT_QUERIES)
def test_project_query_finds_exactly_these(query):
    assert ids(PROJECT, query) == PROJECT_QUERIES[query]


@pytest.mark.parametrize("query", BOOKING_QUERIES)
def test_booking_query_finds_exactly_these(query):
    assert ids(BOOKING, query) == BOOKING_QUERIES[query]


def test_roles_are_a_set_of_texts_and_expiry_is_a_date():
    assert ids(USER, "roles/INCLUDES_ANY/Admin") == ["2"]
    assert ids(USER, "expiryDate/LT/20260305") == ["1"]


def test_parent_type_finds_its_sub_types_and_a_sub_type_only_itself():
    assert ids(BOOKING, "") == ["501", "502", "503"]
    assert ids("MEGScan", "") == ["502"]


def test_condition_after_an_unclosed_or_belongs_to_the_or():
    open_or = "AND/dateRange.start.date/EQ/20260304/OR/resource/EQ/11/resource/EQ/13/status/EQ/Approved"
    closed = open_or.replace("/status", "/CLOSE/status")
    assert ids(BOOKING, open_or) == ["501", "502"]
    assert ids(BOOKING, closed) == ["501"]
    assert ids(BOOKING, open_or, Switches(or_close_strict="lenient")) == ["501"]


def test_condition_on_a_hidden_field_finds_nothing_either_way():
    assert "102" not in ids(PROJECT, "owner/EQ/__NULL__") + ids(PROJECT, "owner/NE/1")


@pytest.mark.parametrize(
    "query",
    [
        "id/eq",
        "id/eq/1/id/eq/2",
        "AND",
        "AND/CLOSE",
        "AND/id/eq/1/CLOSE/CLOSE",
        "AND/id/eq/1/CLOSE/id/eq/2",
        "id/equals/1",
        "id/eq/abc",
        "id/eq/" + "9" * 21,
        "id/eq/²",
        "nothing/eq/1",
        "owner.nothing/eq/1",
        "owner.authenticationMethod.local.x/eq/1",
        "projectCode/INCLUDES_ALL/1",
        "users/EQ/1",
        "status/GT/Approved",
        "projectCode/CONTAINS/__NULL__",
        "modified/GE/2026-07-01",
        "modified/GE/20261301T0000",
        "modified/GE/20260701T2500",
        "AND/" * 60 + "id/eq/1",
        ".".join(["owner"] * 20) + "/eq/1",
        "x/" * 5000,
    ],
    ids=lambda query: query[:40],
)
def test_query_outside_the_grammar_is_refused(query):
    with pytest.raises(QueryRefused):
        ids(PROJECT, query)


TRUTHS = {"EQ": int.__eq__, "NE": int.__ne__, "LT": int.__lt__, "GE": int.__ge__}
LEAVES = st.tuples(st.sampled_from(sorted(TRUTHS)), st.integers(500, 504))
GROUPS = st.sampled_from(["AND", "OR", "NAND", "NOR"])
TREES = st.recursive(LEAVES, lambda trees: st.tuples(GROUPS, st.lists(trees, min_size=1)), max_leaves=20)


def spelled(tree):
    """The tree as a query, every operator closed."""
    word, rest = tree
    if isinstance(rest, int):
        return f"id/{word}/{rest}"
    return "/".join([word, *[spelled(each) for each in rest], "CLOSE"])


def holds(tree, number):
    word, rest = tree
    if isinstance(rest, int):
        return TRUTHS[word](number, rest)
    parts = [holds(each, number) for each in rest]
    return {"AND": all(parts), "OR": any(parts), "NAND": not all(parts), "NOR": not any(parts)}[word]


@given(TREES)
def test_any_tree_of_conditions_means_the_same_with_and_without_its_last_closes(tree):
    expected = [row.id for row in WORLD.rows(BOOKING) if holds(tree, int(row.id))]
    query = spelled(tree)
    while query.endswith("/CLOSE"):
        assert ids(BOOKING, query) == expected
        query = query.removesuffix("/CLOSE")
    assert ids(BOOKING, query) == expected
