"""The `elsewhere` set: a small Calpendo of another institute, for an address that points to the wrong site."""

import random
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from ..schema import AUTHENTICATION_METHOD, PROJECT, RESOURCE, RESOURCE_SETTING, USER
from ..world import Row, Value, World, world_of

_USERS = ("Ada Lund", "Ben Moss", "Cleo Hart", "Dov Stern", "Eve Marsh", "Gil Frost")
_PROJECTS = ("Zebrafish atlas", "Light-sheet service", "Microglia in vitro", "Cryo grids")


def build_elsewhere(seed: int, clock: datetime, zone: ZoneInfo) -> World:
    """A few valid rows, some with ids that the demo set gives to other things."""
    return world_of(_rows(random.Random(seed), clock), zone)


def _rows(chance: random.Random, clock: datetime) -> Iterator[Row]:
    stamps: dict[str, Value] = {"created": clock, "modified": clock}
    yield Row(AUTHENTICATION_METHOD, "1", {"name": "Local", "local": True})
    yield Row(RESOURCE, "11", {"name": "Confocal", "type": "Microscope", "projectRequired": "no"})
    for number, name in enumerate(_USERS):
        given, family = name.split()
        login = f"{given[0]}{family}".lower()
        values: dict[str, Value] = {
            "givenName": given,
            "familyName": family,
            "email": f"{login}@elsewhere.test",
            "loginName": login,
            "loginIdentifier": login,
            "status": "Normal",
            "authenticationMethod": "1",
        }
        yield Row(USER, str(9100 + number), values | stamps)
    for number, name in enumerate(_PROJECTS):
        setting, members = str(8801 + number), tuple(str(9100 + n) for n in chance.sample(range(6), 3))
        yield Row(RESOURCE_SETTING, setting, {"resource": "11", "maxHours": 10})
        fields: dict[str, Value] = {
            "name": name,
            "projectCode": f"LM-{number + 1}",
            "status": "Approved",
            "owner": members[0],
            "users": members,
            "principalInvestigator": members[0],
            "projectResourceSettings": (setting,),
        }
        yield Row(PROJECT, f"{300004157000412 + number}", fields | stamps)
