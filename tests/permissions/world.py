"""One project with data and one person of each kind: what every row of the matrix is asked about."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.test import Client
from django.urls import reverse
from tests import factories
from tests.permissions.matrix import PEOPLE
from tests.permissions.url_map import Route

from fornix.access.accounts import find_account
from fornix.access.actors import OPERATOR
from fornix.access.memberships import revoke
from fornix.models import BookingPerson, BookingProject, Delivery, RoutingRule, Sender, Sweep
from fornix.models.memberships import Role
from fornix.storage.keys import new_upload_id

ROLES = {
    "collaborator": Role.COLLABORATOR,
    "member": Role.MEMBER,
    "owner": Role.OWNER,
    "revoked": Role.MEMBER,
}


@dataclass(frozen=True, slots=True)
class World:
    """The things that addresses are about: for each, the arguments by which a route may name it."""

    things: dict[str, dict[str, object]] = field(default_factory=dict)

    def address(self, route: Route, on: str) -> str:
        arguments = self.things[on]
        lacking = route.arguments - set(arguments)
        assert not lacking, (
            f"{route.name}: tests/permissions/world.py gives `{on}` no {', '.join(sorted(lacking))}"
        )
        return reverse(route.name, kwargs={name: arguments[name] for name in route.arguments})


def make_people() -> dict[str, object]:
    """An account for each of PEOPLE but anonymous, of that name."""
    return {
        person: factories.make_account(person, is_administrator=person == "administrator")
        for person in PEOPLE
        if person != "anonymous"
    }


def make_world() -> World:
    people = make_people()
    project = factories.make_project(people={people[person]: role for person, role in ROLES.items()})
    revoke(OPERATOR, project, people["revoked"], at=factories.AT)
    subject = factories.make_subject(project)
    session = factories.make_session(subject)
    scan = factories.make_scan(session)
    file = factories.make_file(factories.make_resource(scan))
    factories.make_filing(session, scans=1, files=1)
    sweep = Sweep.objects.create(started_at=factories.AT, finished_at=factories.AT, outcome="complete")
    seen = {"instance": "main", "first_seen_at": factories.AT, "last_seen_at": factories.AT}
    booked = BookingProject.objects.create(external_id="1042", status="Approved", **seen)
    person = BookingPerson.objects.create(external_id="12", **seen)
    conditions = [{"tag": "PatientID", "pattern": "."}]
    rule = RoutingRule.objects.create(
        position=1, name="a rule", conditions=conditions, changed_at=factories.AT
    )
    sender = Sender.objects.create(name="Prisma", ae_title="PRISMA", created_at=factories.AT)
    arrival = factories.make_arrival("arrival", project_label=project.label)
    in_project = {"project": project.label}
    in_subject = in_project | {
        "accession": subject.accession,
        "subject": subject.accession,
        "label": subject.label,
    }
    in_session = in_project | {
        "accession": session.accession,
        "session": session.accession,
        "label": session.label,
    }
    in_scan = in_session | {"scan_id": scan.scan_id}
    return World(
        {
            "-": {},
            "sweep": {"sweep_id": sweep.pk},
            "booked": {"project_id": booked.pk, "person_id": person.pk},
            "hold": {"hold_id": "all"},
            "rule": {"rule_id": rule.pk},
            "sender": {"sender_id": sender.pk},
            "delivery": delivery_of(people["member"]),
            "setting": {"key": "calpendo.show_empty_projects"},
            "arrival": {"arrival_id": arrival.pk, "file_id": arrival.files.get().pk},
            "project": in_project,
            "subject": in_subject,
            "session": in_session,
            "scan": in_scan,
            "file": in_scan | {"file_id": file.pk, "name": file.name},
        }
    )


def delivery_of(account: object) -> dict[str, object]:
    """One of a member's, with a file of which all is here, not committed."""
    times = {"opened_at": factories.AT, "last_byte_at": factories.AT}
    delivery = Delivery.objects.create(id=new_upload_id(), account=account, source="rest", **times)
    transfer = delivery.transfers.create(
        id=new_upload_id(), name="empty", length=0, opened_at=factories.AT, finished_at=factories.AT
    )
    return {"delivery_id": delivery.pk, "transfer_id": transfer.pk}


def client_of(person: str) -> Client:
    client = Client()
    if person != "anonymous":
        account = find_account(person)
        assert account is not None
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client
