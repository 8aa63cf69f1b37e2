"""What happens at the demo centre within four days, hour by hour. Day 1 is the clock's day; times are UTC."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from ...schema import BOOKING, MRI_SCAN, PROJECT, USER
from ...script import Dated
from ..demo.bookings import case_booking_id
from ..demo.catalogue import MRI_7T
from ..demo.people import PEOPLE
from ..demo.projects import PROJECTS, hidden_from_the_first, project_id

_IDS = {person.login: person.id for person in PEOPLE}
NEWCOMER = "9900"
DOUBLED_HOUR = case_booking_id(90, 1)
_Edit = Mapping[str, Any]


def happenings(clock: datetime) -> Sequence[Dated]:
    """The script for a beginning (UTC), in the order of time."""
    first = clock.date()
    every = (*_first_day(first), *_second_day(first), *_third_day(first), *_fourth_day(first))
    return [_dated(first, when, what, edits) for when, what, edits in every]


def _dated(first: date, when: str, what: str, edits: Sequence[_Edit]) -> Dated:
    _day, number, clock_time = when.split()
    day = first + timedelta(days=int(number) - 1)
    return Dated(datetime.combine(day, time.fromisoformat(clock_time + "Z")), what, edits)


_Script = Sequence[tuple[str, str, Sequence[_Edit]]]


def _first_day(first: date) -> _Script:
    pi = {
        "principalInvestigator": _IDS["apatel"],
        "piName": "Patel, Anjali",
        "piEmail": "anjali.patel@example.ac.test",
    }
    return (
        ("day 1 09:20", "fbrandt joins 412", [_add("412", "fbrandt")]),
        ("day 1 10:20", "pnowak is taken off 413", [_remove("413", "pnowak")]),
        ("day 1 11:20", "mlevy leaves the centre", [_person("mlevy", status="Expired")]),
        ("day 1 12:20", "dreyes owns 414 instead of hokafor", [_project("414", owner=_IDS["dreyes"])]),
        ("day 1 13:20", "jdubois has an account until the end of day 2", [_expires("jdubois", first, 2)]),
        ("day 1 14:20", "apatel leads 417 instead of oadebayo, who stays on it", [_project("417", **pi)]),
        ("day 1 16:20", "431 gets another name and code", [{"op": "case", "case": 6}]),
        ("day 1 18:20", "the code of 432, terminated, goes to a new project 461", [{"op": "case", "case": 7}]),
        ("day 1 20:20", "424 is terminated", [_project("424", status="Terminated")]),
        ("day 1 22:20", "the members of 418 can no longer be read", [_field("hide", "418", "users")]),
    )  # fmt: skip


def _second_day(first: date) -> _Script:
    members = next(each.users for each in PROJECTS if each.number == "423").split()
    sunday = (first + timedelta(days=2)).isoformat()
    span = {"start": f"{sunday}T01:30:00", "finish": f"{sunday}T02:30:00"}
    doubled = {"dateRange": span, "status": "Approved", "resource": MRI_7T, "project": project_id("415")}
    return (
        ("day 2 00:20", "cchen is taken off 418, unseen", [_remove("418", "cchen")]),
        ("day 2 03:20", "the members of 418 can be read again", [_field("show", "418", "users")]),
        ("day 2 05:20", "447 vanishes", [_row("vanish", PROJECT, project_id("447"))]),
        ("day 2 10:20", "447 returns", [_row("return", PROJECT, project_id("447"))]),
        ("day 2 11:20", "439 vanishes for good", [_row("vanish", PROJECT, project_id("439"))]),
        ("day 2 12:20", "423 loses eight of ten by mistake", [_members("423", "lmueller", "cbauer")]),
        ("day 2 13:20", "rdube has an account until the end of day 3", [_expires("rdube", first, 3)]),
        ("day 2 15:20", "the mistake about 423 is put right", [_members("423", *members)]),
        ("day 2 16:20", "a booking of 414 is cancelled", [{"op": "case", "case": 22}]),
        ("day 2 17:20", "a MEG booking of 412 is deleted", [_row("delete", BOOKING, case_booking_id(25, 1))]),
        ("day 2 18:20", "414 and 421 swap two bookings", [{"op": "case", "case": 23}]),
        ("day 2 21:20", "415 books the hour in which the clocks go back",
         [{"op": "create", "type": MRI_SCAN, "id": DOUBLED_HOUR, "fields": doubled}]),
    )  # fmt: skip


def _third_day(_first: date) -> _Script:
    pi_fields = ("principalInvestigator", "piName", "piEmail")
    newcomer = {"givenName": "Ada", "familyName": "Okoro", "email": "ada.okoro@example.ac.test",
                "loginName": "aokoro", "status": "Normal"}  # fmt: skip
    joins: Sequence[_Edit] = [{"op": "create", "type": USER, "id": NEWCOMER, "fields": newcomer},
             {"op": "add", "type": PROJECT, "id": project_id("412"), "field": "users", "value": NEWCOMER}]  # fmt: skip
    return (
        ("day 3 02:20", "cbauer marries: login, name and e-mail change", [{"op": "case", "case": 16}]),
        ("day 3 03:20", "mlevy is back", [_person("mlevy", status="Normal")]),
        ("day 3 05:20", "434 is approved", [{"op": "case", "case": 9}]),
        ("day 3 06:20", "449 is denied, though it has data", [_project("449", status="Denied")]),
        ("day 3 07:20", "450 is sent back to draft", [_project("450", status="Draft")]),
        ("day 3 08:20", "451 gets a status that nobody knows", [_project("451", status="Dormant")]),
        ("day 3 10:20", "451 is approved again", [_project("451", status="Approved")]),
        ("day 3 11:20", "swhite is taken off 412", [_remove("412", "swhite")]),
        ("day 3 12:20", "aokoro, new at the centre, joins 412", joins),
        ("day 3 13:20", "423 is left to lmueller alone", [_members("423", "lmueller")]),
        ("day 3 18:20", "rcole is no longer blocked", [_person("rcole", status="Normal")]),
        ("day 3 20:20", "the PI of 413 can no longer be read", [_field("hide", "413", n) for n in pi_fields]),
        ("day 3 22:20", "the PI of 413 can be read again", [_field("show", "413", n) for n in pi_fields]),
        ("day 3 23:20", "450 is approved again", [_project("450", status="Approved")]),
    )  # fmt: skip


def _fourth_day(_first: date) -> _Script:
    never_seen = {row_id for _table, row_id, name in hidden_from_the_first() if name == "users"}
    readable = [each.number for each in PROJECTS if each.id not in never_seen and each.number != "439"]
    return (
        ("day 4 01:20", "the row of lrossi vanishes", [_row("vanish", USER, _IDS["lrossi"])]),
        ("day 4 04:20", "the row of lrossi returns", [_row("return", USER, _IDS["lrossi"])]),
        ("day 4 06:20", "no member list can be read", [_field("hide", n, "users") for n in readable]),
        ("day 4 07:20", "okuznetsova is taken off 419, unseen", [_remove("419", "okuznetsova")]),
        ("day 4 08:20", "member lists can be read again", [_field("show", n, "users") for n in readable]),
        ("day 4 09:20", "cbauer is taken off 442", [_remove("442", "cbauer")]),
    )  # fmt: skip


def _row(op: str, type_name: str, row_id: str) -> _Edit:
    return {"op": op, "type": type_name, "id": row_id}


def _field(op: str, number: str, name: str) -> _Edit:
    return {**_row(op, PROJECT, project_id(number)), "field": name}


def _add(number: str, login: str) -> _Edit:
    return {**_field("add", number, "users"), "value": _IDS[login]}


def _remove(number: str, login: str) -> _Edit:
    return {**_field("remove", number, "users"), "value": _IDS[login]}


def _project(number: str, **fields: Any) -> _Edit:
    return {**_row("set", PROJECT, project_id(number)), "fields": fields}


def _members(number: str, *logins: str) -> _Edit:
    return _project(number, users=[_IDS[login] for login in logins])


def _person(login: str, **fields: Any) -> _Edit:
    return {**_row("set", USER, _IDS[login]), "fields": fields}


def _expires(login: str, first: date, day: int) -> _Edit:
    return _person(login, expiryDate=(first + timedelta(days=day - 1)).isoformat())
