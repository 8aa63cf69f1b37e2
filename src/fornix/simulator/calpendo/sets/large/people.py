"""The 3,000 people of the large set, in the order in which they came: those of long ago have mostly left."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from ...schema import USER
from ...world import Row
from ..demo.people import DOMAIN, LOCAL, SERVICE_LOGIN, SINGLE_SIGN_ON

TOTAL = 3_000
# How many have each status; the service account is one of the Normal ones.
STATUSES = {
    "Normal": 1_100,
    "Expired": 1_760,
    "Blocked": 60,
    "Denied": 40,
    "Requested": 30,
    "Password must be reset at next login": 10,
}
FIRST_ID = 1_001
YEARS = 10
_GIVEN = """
    Aaliyah Agnes Ahmed Aino Alejandro Anaïs Anders Anh Aoife Arjun Astrid Beatrix Bjørn Camille Chiara Daan Dilara
    Dmitri Eilidh Elif Emre Ewa Fatima Femi Florian Gaël Giulia Håkon Hana Hiroshi Ingeborg Iván Jakub Jana João
    Kaja Kenji Lakshmi Léa Liam Lucía Łukasz Maëlle Mai Marek Mbali Mehmet Mila Niamh Nikhil Olga Ömer Oskar Priya
    Quang Rania Rhys Rosa Søren Sanjay Siân Sofía Stefan Tamar Thandiwe Tomás Ulrike Vasiliki Wen Xiomara Yara
    Yuki Zainab Žofia
"""
_FAMILY = """
    Abebe Aguilar Andersson Baptiste Barzani Becker Bianchi Boateng Chaudhry Chen Cohen Çelik Delgado Dvořák Eze
    Fernández Fitzgerald García Gauthier Grönholm Haddad Hakimi Hansen Horváth Ibrahim Iyer Jakobsen Jóhannsson
    Kapoor Kaya Kim Kovács Kowalska Larsen Lefèvre Lindström Ljubić MacLeod Marino Mbeki Moreau Müller Nakamura
    Ncube Nguyễn Nielsen Ó_Súilleabháin Oyelaran Papadakis Pham Popescu Quintero Rasmussen Ricci Rossi Sánchez
    Santos Şahin Sørensen Štefan Suzuki Tanaka Thompson Tran Urbański Vargas Virtanen Vlašić Wagner Weiß Wójcik
    Yamamoto Yilmaz Zhang Zieliński
"""


def person_id(number: int) -> str:
    """The Calpendo id of the person who came as so-manieth, from 0."""
    return str(FIRST_ID + number)


def user_rows(clock: datetime, chance: random.Random) -> Iterator[Row]:
    """All users as rows."""
    statuses = _statuses(chance)
    start = clock - timedelta(days=365 * YEARS)
    for number, status in enumerate(statuses):
        joined = start + timedelta(days=365 * YEARS * number / TOTAL, minutes=chance.randrange(600))
        yield _row(number, status, joined.astimezone(UTC).replace(second=0, microsecond=0), clock, chance)


def _statuses(chance: random.Random) -> Sequence[str]:
    """Who came late is Normal still, more often than not; the numbers of each are exact."""
    order = sorted(range(TOTAL - 1), key=lambda number: number + chance.gauss(0, TOTAL / 6))
    counts = STATUSES | {"Normal": STATUSES["Normal"] - 1}
    spelled = [status for status in ("Expired", "Blocked", "Denied") for _ in range(counts[status])]
    chance.shuffle(spelled)
    late = [status for status in counts if status not in {"Expired", "Blocked", "Denied"}]
    working = [status for status in late for _ in range(counts[status])]
    chance.shuffle(working)
    found = dict(zip(order, [*spelled, *working], strict=True))
    return ["Normal", *(found[number] for number in range(TOTAL - 1))]


def _row(number: int, status: str, joined: datetime, clock: datetime, chance: random.Random) -> Row:
    given, family = chance.choice(_GIVEN.split()), chance.choice(_FAMILY.split()).replace("_", " ")
    login = SERVICE_LOGIN if number == 0 else f"person{number:04}"
    is_local = number == 0 or chance.random() < 0.05
    leaves = None
    if status == "Expired":
        leaves = (clock - timedelta(days=chance.randrange(1, 900))).date()
    elif chance.random() < 0.3:
        leaves = (clock + timedelta(days=chance.randrange(90, 900))).date()
    values = {
        "givenName": given,
        "familyName": family,
        "email": None if number == 0 else f"{login}@{DOMAIN}",
        "loginName": login,
        "loginIdentifier": login if is_local else f"{login}@{DOMAIN}",
        "status": status,
        "expiryDate": leaves if number else None,
        "roles": ("Guest",) if number == 0 else ("User",),
        "groupLeader": None,
        "authenticationMethod": LOCAL if is_local else SINGLE_SIGN_ON,
        "created": joined,
        "modified": joined,
    }
    return Row(USER, person_id(number), values)
