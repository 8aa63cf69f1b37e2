"""The people of the demo set: some sixty of a centre's members, and a course of four hundred."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ...schema import USER
from ...world import Row

DOMAIN = "example.ac.test"
LOCAL, SINGLE_SIGN_ON = "1", "2"
SERVICE_LOGIN = "archive"
SHARED_EMAIL = f"auditory.lab@{DOMAIN}"
_JOINED_AT = datetime(2021, 9, 1, 9, 0, tzinfo=UTC)
_LONG_GIVEN = "Wolfeschlegelsteinhausenbergerdorff-" * 4 + "Hubert Bl"


@dataclass(frozen=True, slots=True)
class Person:
    """A person by login; `expires_in` days from the clock; `leader` is the login of the group's head."""

    login: str
    id: str
    given: str | None
    family: str
    email: str | None
    status: str = "Normal"
    leader: str = ""
    expires_in: int | None = None
    display: str | None = None
    method: str = SINGLE_SIGN_ON
    roles: tuple[str, ...] = ("User",)


def _at(name: str) -> str:
    return f"{name}@{DOMAIN}"


PEOPLE = (
    Person("sobriain", "9055", "Seán", "Ó Briain", _at("s.obriain"), leader="sobriain"),
    Person("zangstrom", "9104", "Zoë", "Ångström", _at("zoe.angstrom"), leader="sobriain"),
    Person(
        "mdang", "9127", "Minh Anh", "Đặng", "minh.dang@Example.ac.test", leader="sobriain",
        display="Đặng Minh Anh", expires_in=400,
    ),
    Person("fbrandt", "9128", "Frieda", "Brandt", _at("frieda.brandt")),
    Person("edemir", "9056", "Elif", "Demir", _at("elif.demir"), leader="edemir"),
    Person("nbendavid", "9057", "נועה", "בן־דוד", _at("noa.bendavid"), leader="nbendavid"),
    Person("oadebayo", "9058", "Oluwaseun", "Adébáyọ̀", _at("o.adebayo"), leader="oadebayo"),
    Person("xwang", "9059", "雪梅", "王", _at("xuemei.wang"), leader="xwang", display="王雪梅"),
    Person("evolkova", "9060", "Екатерина", "Волкова", _at("e.volkova"), leader="evolkova"),
    Person("tgudmunds", "9061", "Þórunn", "Guðmundsdóttir", _at("thorunn.g"), leader="tgudmunds"),
    Person("nokonkwo", "9062", "Ngozi", "Okonkwo", _at("ngozi.okonkwo"), leader="nokonkwo"),
    Person(
        "nokonkwo-old", "8012", "Ngozi", "Okonkwo", _at("ngozi.okonkwo"), "Expired", method=LOCAL
    ),
    Person("lhaddad", "9063", "ليلى", "حداد", _at("layla.haddad"), leader="lhaddad"),
    Person("lmueller", "9064", "Lars", "Müller-Lüdenscheidt", _at("l.mueller"), leader="lmueller"),
    Person("anidhom", "9065", "Aoife", "Ní Dhomhnaill", _at("aoife.nid"), leader="anidhom"),
    Person("rgoncalves", "9066", "Rui", "Gonçalves", _at("rui.goncalves"), leader="rgoncalves"),
    Person("sarad", "9067", "Sigríður", "Aradóttir", _at("s.aradottir"), leader="sarad"),
    Person("ipapad", "9068", "Ιωάννα", "Παπαδοπούλου", _at("i.papadopoulou"), leader="ipapad"),
    Person("john.smith", "9069", "John", "Smith", _at("john.smith"), leader="john.smith"),
    Person("jane.smith", "9070", "Jane", "Smith", _at("jane.smith"), leader="xwang"),
    Person("mkim", "9071", "민준", "김", _at("minjun.kim"), display="김민준", leader="xwang"),
    Person("malamin", "9072", "محمد", "الأمين", _at("m.alamin"), leader="lhaddad"),
    Person("roneill", "9073", "Robert, Jr.", "O'Neill;", _at("r.oneill"), display="O'Neill; Robert, Jr."),
    Person("wolfe", "9074", _LONG_GIVEN, "Keith Llanfairpwllgwyngyll", _at("h.wolfe"), leader="sarad"),
    Person("rdube", "9075", "Renée", "Dubé", _at("renee.dube"), leader="rgoncalves"),
    Person(
        "rdube2", "9076", unicodedata.normalize("NFD", "Renée"), unicodedata.normalize("NFD", "Dubé"),
        _at("r.dube"), leader="rgoncalves",
    ),
    Person("klind", "9077", "  Karin", "Lindqvist ", _at("karin.lindqvist"), leader="zangstrom"),
    Person("hokafor", "9078", "Hannah", "Okafor", _at("hannah.okafor"), leader="edemir"),
    Person("dreyes", "9079", "Dolores", "Reyes", _at("dolores.reyes"), leader="edemir"),
    Person("pnowak", "9080", "Piotr", "Nowak", _at("piotr.nowak"), leader="zangstrom"),
    Person("apatel", "9081", "Anjali", "Patel", _at("anjali.patel"), leader="oadebayo"),
    Person("tkovac", "9082", "Tomislav", "Kovač", _at("tomislav.kovac"), leader="lmueller"),
    Person("cbauer", "9083", "Carla", "Bauer", _at("carla.bauer"), leader="lmueller"),
    Person("jdubois", "9084", "Jules", "Dubois", _at("jules.dubois"), leader="tgudmunds"),
    Person("swhite", "9085", "Sarah", "White", _at("sarah.white"), leader="sobriain"),
    Person("ytanaka", "9086", "優子", "田中", _at("yuko.tanaka"), display="田中優子", leader="anidhom"),
    Person("lrossi", "9087", "Luca", "Rossi", _at("luca.rossi"), leader="anidhom"),
    Person("kobi", "9088", "Kwame", "Obi", SHARED_EMAIL, leader="sobriain"),
    Person("ffischer", "9089", "Franziska", "Fischer", SHARED_EMAIL, leader="sobriain"),
    Person("gmoreau", "9090", "Gaël", "Moreau", _at("gael.moreau"), leader="rgoncalves", expires_in=-9),
    Person("btorres", "9091", "Beatriz", "Torres", _at("beatriz.torres"), leader="edemir"),
    Person("mclarke", "9092", "Maya", "Clarke", _at("maya.clarke"), leader="nokonkwo"),
    Person("okuznetsova", "9093", "Ольга", "Кузнецова", _at("olga.k"), leader="evolkova"),
    Person("hsato", "9094", "Haruto", "Satō", _at("haruto.sato"), leader="evolkova"),
    Person("imehta", "9095", "Isha", "Mehta", _at("isha.mehta"), "Requested", leader="oadebayo"),
    Person("rcole", "9096", "Ryan", "Cole", _at("ryan.cole"), "Blocked", leader="edemir"),
    Person("vsilva", "9097", "Vitória", "Silva", _at("vitoria.silva"), "Denied", leader="nokonkwo"),
    Person(
        "jlarsen", "9098", "Jonas", "Larsen", _at("jonas.larsen"),
        "Password must be reset at next login", leader="ipapad", method=LOCAL,
    ),
    Person("amensah", "9099", "Abena", "Mensah", _at("abena.mensah"), leader="ipapad"),
    Person("dfoster", "9100", "Dylan", "Foster", None, leader="nokonkwo"),
    Person("sukarno", "9101", None, "Sukarno", _at("sukarno"), leader="lhaddad"),
    Person("ekaplan", "9102", "Ísold", "Kaplan", _at("isold.kaplan"), roles=("User", "Admin")),
    Person("rcastell", "9103", "Rafael", "Castellanos", _at("r.castellanos"), roles=("User", "Operator")),
    Person("tphysics", "9105", "Physics", "Group", _at("physics.group"), leader="tphysics"),
    Person("cchen", "9106", "Chloé", "Chen", _at("chloe.chen"), leader="xwang"),
    Person("gstewart", "9107", "Grace", "Stewart", _at("grace.stewart"), leader="john.smith"),
    Person("bnguyen", "9108", "Bảo", "Nguyễn", _at("bao.nguyen"), leader="john.smith"),
    Person("pvandijk", "9109", "Pieter", "van Dijk", _at("pieter.vandijk"), leader="nbendavid"),
    Person("mlevy", "9110", "Maya", "Levy", _at("maya.levy"), leader="nbendavid"),
    Person(SERVICE_LOGIN, "9001", "Archive", "Service", None, method=LOCAL, roles=("Guest",)),
)  # fmt: skip

_COURSE_GIVEN = """
    Amelia Noah Isla Oliver Freya George Aisha Arthur Leila Hugo
    Mei Tariq Ingrid Mateo Saoirse Ravi Elena Kofi Nadia Finn
"""
_COURSE_FAMILY = """
    Abbott Ahmed Bailey Costa Dahl Eriksen Ferrari Gupta Hughes Ivanov
    Jansen Khan Lopez Murphy Novak Owusu Park Quinn Rahman Schmidt
"""


def course_ids() -> tuple[str, ...]:
    """The ids of the four hundred participants of the methods course."""
    return tuple(str(20_001 + number) for number in range(400))


def user_rows(clock: datetime, chance: random.Random) -> Iterator[Row]:
    """All users as rows; expiry dates are relative to the clock's day."""
    leaders = {person.login: f"{person.given} {person.family}" for person in PEOPLE}
    for person in PEOPLE:
        yield _row(person, leaders.get(person.leader), clock.date(), chance)
    pairs = [(given, family) for given in _COURSE_GIVEN.split() for family in _COURSE_FAMILY.split()]
    for number, (row_id, (given, family)) in enumerate(zip(course_ids(), pairs, strict=True), 1):
        login = f"course{number:03}"
        yield _row(Person(login, row_id, given, family, _at(login)), None, clock.date(), chance)


def _row(person: Person, leader: str | None, today: date, chance: random.Random) -> Row:
    expires = None if person.expires_in is None else today + timedelta(days=person.expires_in)
    joined = _JOINED_AT + timedelta(minutes=chance.randrange(400_000))
    values = {
        "givenName": person.given,
        "familyName": person.family,
        "email": person.email,
        "loginName": person.login,
        "loginIdentifier": person.login if person.method == LOCAL else _at(person.login),
        "status": person.status,
        "expiryDate": expires,
        "roles": person.roles,
        "groupLeader": leader,
        "authenticationMethod": person.method,
        "created": joined,
        "modified": joined,
    }
    return Row(USER, person.id, values, person.display)
