"""The OpenAPI document, and answers that keep what it promises, whatever is asked."""

from __future__ import annotations

import pytest
import requests
import schemathesis
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks
from tests import factories
from tests.integration.api.conftest import basic
from tests.integration.web.mirror_rows import booked_person, booked_project, place

from fornix.api.site import document
from fornix.ingest.deliveries import Wanted, open_delivery
from fornix.models import Booking, RoutingRule, Scanner, Sender, Sweep
from fornix.models.booking import Hold

DOCUMENT = document()
OPERATIONS = {
    told["operationId"]: (path, method)
    for path, methods in DOCUMENT["paths"].items()
    for method, told in methods.items()
}
EACH = pytest.mark.parametrize("name", OPERATIONS)
STABLE = {
    "getMirrorStatus",
    "listSweeps",
    "askForSweep",
    "getSweep",
    "undoSweep",
    "listHolds",
    "approveHold",
    "rejectHold",
    "listUnresolvedPeople",
    "linkPerson",
    "unlinkPerson",
    "listProjects",
    "getProject",
    "getProblems",
    "explainAccess",
    "listSettings",
    "testConnection",
    "lookAtCalpendo",
    "previewProjects",
    "chooseSetting",
    "resetSetting",
    "listBookings",
    "listArrivals",
    "mergeArrivals",
    "getArrival",
    "labelArrival",
    "deleteArrival",
    "restoreArrival",
    "fileArrival",
    "retryArrival",
    "splitArrival",
    "listSeriesOfArrival",
    "listFilesOfArrival",
    "listDeliveries",
    "openDelivery",
    "getDelivery",
    "discardDelivery",
    "commitDelivery",
    "lookForFiles",
    "handIn",
    "listRoutingRules",
    "createRoutingRule",
    "getRoutingRule",
    "changeRoutingRule",
    "deleteRoutingRule",
    "moveRoutingRule",
    "testRouting",
    "replayRouting",
    "listSenders",
    "createSender",
    "getSender",
    "changeSender",
    "deleteSender",
    "echoSender",
}
RULE = {"name": "by id", "conditions": [{"tag": "PatientID", "pattern": "."}], "project": "P001"}
SENDER = {"name": "Trio", "ae_title": "TRIO", "address": "192.0.2.9"}
BODIES = {
    "createSender": SENDER,
    "changeSender": SENDER,
    "linkPerson": {"username": "carol"},
    "chooseSetting": {"value": True},
    "mergeArrivals": {"arrivals": ["arrival-1", "arrival-2"]},
    "labelArrival": {"subject": "S1"},
    "fileArrival": {"project": "P001"},
    "openDelivery": {"project": "P001"},
    "lookForFiles": {"keys": ["1.dcm"]},
    "createRoutingRule": RULE,
    "changeRoutingRule": RULE,
    "moveRoutingRule": {"place": 1},
    "testRouting": {"header": "StudyDescription: P001"},
}
QUERIES = {"explainAccess": {"person": "carol", "project": "P001"}}
# What is answered otherwise than with 200: no Calpendo is configured, one patient is not split, nothing was sent,
# a scanner is described without a port.
OTHERS = {
    "testConnection": 400,
    "lookAtCalpendo": 400,
    "previewProjects": 400,
    "askForSweep": 202,
    "fileArrival": 202,
    "retryArrival": 202,
    "restoreArrival": 409,
    "splitArrival": 409,
    "openDelivery": 201,
    "createRoutingRule": 201,
    "createSender": 201,
    "deleteSender": 204,
    "echoSender": 409,
    "commitDelivery": 409,
    "discardDelivery": 204,
    "handIn": 400,
}
# Not that whatever fits the schema is accepted: a user name has to exist, a setting to be of its kind.
PROMISES = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(administrator) -> dict[str, object]:
    """One of everything, and what addresses name them by."""
    member = factories.make_account("carol")
    booked = booked_project("P001")
    factories.make_project("P001", booking_project=booked)
    twin = booked_person("Zoë", account=member)
    place(booked, twin, "owner")
    place(booked, booked_person("김민준", email="kim@example.org"), hold=Hold.WAITING)
    changes = [{"kind": "person.joined", "about": "P001", "text": "Zoë"}]
    sweep = Sweep.objects.create(
        started_at=factories.AT,
        finished_at=factories.AT,
        outcome="complete",
        changes=changes,
        counts={"projects": 1},
    )
    scanner = Scanner.objects.create(instance="main", external_id="11", name="3T")
    Booking.objects.create(
        instance="main",
        external_id="5",
        scanner=scanner,
        booking_project=booked,
        starts_at=factories.AT,
        ends_at=factories.AT,
    )
    conditions = [{"tag": "PatientID", "pattern": "."}]
    rule = RoutingRule.objects.create(
        position=1, name="a rule", conditions=conditions, changed_at=factories.AT
    )
    for number in (1, 2):
        factories.make_arrival(f"arrival-{number}")
    return {
        "sweep_id": sweep.pk,
        "hold_id": f"removal-{booked.pk}",
        "project_id": booked.pk,
        "person_id": twin.pk,
        "key": "calpendo.show_empty_projects",
        "arrival_id": "arrival-1",
        "rule_id": rule.pk,
        "sender_id": Sender.objects.create(name="Prisma", ae_title="PRISMA", created_at=factories.AT).pk,
        "delivery_id": make_delivery(),
    }


def make_delivery() -> str:
    """One of ada's, which is open."""
    return open_delivery(factories.actor_of("ada"), "rest", Wanted(), at=timezone.now()).pk


SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


def send(client: Client, case: schemathesis.Case) -> schemathesis.Response:
    """Asks as the case says, in this thread: the rows of a test are seen by no other."""
    asked = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    kind = asked.headers.pop("Content-Type", "application/octet-stream")
    answer = client.generic(asked.method, asked.path_url, asked.body or b"", content_type=kind)
    headers = {name.lower(): [value] for name, value in answer.headers.items()}
    return schemathesis.Response(answer.status_code, headers, answer.content, asked, elapsed=0, verify=False)


@pytest.fixture
def client_of_ada(administrator) -> Client:
    """An administrator's script, whose failures are answers too."""
    return Client(headers={"Authorization": basic(administrator)}, raise_request_exception=False)


def test_operations_keep_their_names():
    assert set(OPERATIONS) == STABLE


def test_the_document_is_openapi_3_1():
    assert DOCUMENT["openapi"].startswith("3.1")


@EACH
def test_an_operation_says_what_it_does_and_how_it_refuses(name):
    path, method = OPERATIONS[name]
    told = DOCUMENT["paths"][path][method]

    assert path.startswith("/api/v1/")
    assert told["summary"]
    assert told["description"]
    assert {"400", "401", "403"} <= {str(status) for status in told["responses"]}
    assert all(each.get("description") for each in told["parameters"])


@EACH
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_whatever_is_asked_the_answer_is_as_promised(name, mode, client_of_ada, world):
    path, method = OPERATIONS[name]

    @given(case=SCHEMA[path][method].as_strategy(generation_mode=mode))
    @settings(
        max_examples=12,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def asked(case):
        case.validate_response(send(client_of_ada, case), checks=PROMISES)

    asked()


@EACH
def test_what_is_there_is_answered_as_promised(name, client_of_ada, world):
    path, method = OPERATIONS[name]
    operation = SCHEMA[path][method]
    body = {"body": BODIES[name], "media_type": "application/json"} if name in BODIES else {}
    case = operation.Case(path_parameters=world, query=QUERIES.get(name, {}), **body)

    answer = send(client_of_ada, case)

    case.validate_response(answer, checks=PROMISES)
    assert answer.status_code == OTHERS.get(name, 200)
