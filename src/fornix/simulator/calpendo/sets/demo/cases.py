"""Where each case of contract section 3.5 is found in the demo set, and what happens in some of them overnight."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...cases import Case
from ...schema import BOOKING, PROJECT, USER
from .bookings import case_booking_id
from .people import PEOPLE
from .projects import PROJECTS, project_id

_IDS = {person.login: person.id for person in PEOPLE}
NEW_HOLDER_OF_THE_CODE = project_id("461")


def _case(number: int, what: str, projects: str = "", people: str = "", bookings: int = 0) -> Case:
    return Case(
        number,
        what,
        tuple(project_id(each) for each in projects.split()),
        tuple(_IDS[login] for login in people.split()),
        tuple(case_booking_id(number, each) for each in range(1, bookings + 1)),
    )


CASES: Sequence[Case] = (
    _case(1, "ordinary project", "412", "zangstrom mdang swhite sobriain"),
    _case(2, "owner not in users", "414", "hokafor"),
    _case(3, "PI without an account", "429"),
    _case(4, "PI text that fits two people", "430", "john.smith jane.smith"),
    _case(5, "PI is a user, other e-mail casing", "413", "sobriain"),
    _case(6, "renamed and re-coded overnight", "431"),
    _case(7, "code of a terminated project reused overnight (the second id appears then)", "432 461"),
    _case(8, "empty code", "433"),
    _case(9, "requested, approved overnight", "434"),
    _case(10, "terminated with three years of data", "427", "", 36),
    _case(11, "denied, unbookable, restricted, draft", "435 436 437 438"),
    _case(12, "removed entirely overnight", "439"),
    _case(13, "user leaves overnight", "440", "mlevy"),
    _case(14, "user normal, expiry date passed", "425", "gmoreau"),
    _case(15, "two accounts of one person, the old one expired", "421", "nokonkwo-old nokonkwo"),
    _case(16, "login, family name and e-mail change overnight", "440 442", "cbauer"),
    _case(17, "two users with one lab e-mail", "441", "kobi ffischer"),
    _case(18, "user taken off a project overnight", "440", "pvandijk"),
    _case(19, "granted by hand, not on the project", "442", "tkovac"),
    _case(20, "hard names", "423",
          "zangstrom mdang sobriain mkim malamin roneill wolfe rdube rdube2 klind sukarno"),
    _case(21, "hidden: PI e-mail; owner; members of three; overnight the members of one more",
          "420 425 443 444 445 422"),
    _case(22, "cancelled before, during, after the scan; overnight", "412 414", "", 4),
    _case(23, "back to back (1, 2); swap overnight (3, 4); 40 min late (5); scanner and room (6, 7)",
          "412 414 421", "", 7),
    _case(24, "no project (1); repeating (2-5); clock change (6, 7); to midnight (8)", "426 415 425", "", 8),
    _case(25, "MEG booking", "412", "", 1),
    _case(26, "400 users; no users", "446 447"),
    _case(27, "codes with space, slash, caret, umlaut", "448 449 450 451"),
    _case(28, "pseudo-projects", "452 453 454"),
)  # fmt: skip


def _set(type_name: str, row_id: str, **fields: Any) -> Mapping[str, Any]:
    return {"op": "set", "type": type_name, "id": row_id, "fields": fields}


def _project(number: str, **fields: Any) -> Mapping[str, Any]:
    return _set(PROJECT, project_id(number), **fields)


def _new_holder() -> Mapping[str, Any]:
    """Case 7: a new project, with the settings and the code of the old one."""
    fields = {
        "name": "Motion adaptation, second study",
        "projectCode": next(each.code for each in PROJECTS if each.number == "432"),
        "status": "Approved",
        "type": "31",
        "owner": _IDS["mkim"],
        "users": [_IDS["mkim"]],
        "principalInvestigator": _IDS["xwang"],
        "piName": "王, 雪梅",
        "piEmail": "xuemei.wang@example.ac.test",
        "projectResourceSettings": ["9900"],
    }
    return {"op": "create", "type": PROJECT, "id": NEW_HOLDER_OF_THE_CODE, "fields": fields}


_SETTING = {"type": "Calpendo.ProjectResourceSetting", "id": "9900"}

OVERNIGHT: Mapping[int, Sequence[Mapping[str, Any]]] = {
    6: [_project("431", name="Face perception in autism", projectCode="2025_112")],
    7: [
        _project("432", projectCode=None),
        {"op": "create", **_SETTING, "fields": {"resource": "11", "maxHours": 60}},
        _new_holder(),
    ],
    9: [_project("434", status="Approved", projectCode="2026_009")],
    12: [{"op": "delete", "type": PROJECT, "id": project_id("439"), "cascade": True}],
    13: [_set(USER, _IDS["mlevy"], status="Expired")],
    16: [
        _set(
            USER,
            _IDS["cbauer"],
            familyName="Bauer-Conti",
            loginName="cconti",
            loginIdentifier="cconti@example.ac.test",
            email="carla.conti@example.ac.test",
        )
    ],
    18: [
        {
            "op": "remove",
            "type": PROJECT,
            "id": project_id("440"),
            "field": "users",
            "value": _IDS["pvandijk"],
        }
    ],
    21: [{"op": "hide", "type": PROJECT, "id": project_id("422"), "field": "users"}],
    22: [
        _set(
            BOOKING,
            case_booking_id(22, 4),
            status="Cancelled",
            cancelled=True,
            cancellationReason="Participant unwell",
        )
    ],
    23: [
        _set(BOOKING, case_booking_id(23, 3), project=project_id("421")),
        _set(BOOKING, case_booking_id(23, 4), project=project_id("414")),
    ],
}
