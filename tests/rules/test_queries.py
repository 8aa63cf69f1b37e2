"""A list costs the same number of queries with 3 and with 30 rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories
from tests.integration.ingest.archive import instance
from tests.permissions.matrix import rows
from tests.permissions.url_map import routes
from tests.permissions.world import World, client_of, delivery_of, make_world
from tests.rules.tree import report

from fornix.models import (
    Account,
    Arrival,
    Association,
    Booking,
    BookingCode,
    BookingPerson,
    BookingProject,
    BookingRole,
    Delivery,
    File,
    Flag,
    ImagingSession,
    InboxFile,
    Project,
    Resource,
    RoutingRule,
    Scan,
    Scanner,
    Sender,
    Subject,
    Sweep,
)
from fornix.models.booking import Hold
from fornix.models.memberships import Role

FEW, MANY = 3, 30


@dataclass(frozen=True, slots=True)
class Listed:
    """A list page: what its address is about, and what makes it one row longer."""

    on: str
    add_row: Callable[[], object]
    person: str = "member"


def add_project() -> Project:
    member = Account.objects.get(username="member")
    project = factories.make_project(f"P{Project.objects.count():04d}", people={member: Role.MEMBER})
    factories.make_session(factories.make_subject(project))
    return project


def add_filing() -> object:
    return factories.make_filing(add_session(), scans=1, files=1)


def add_subject() -> Subject:
    subject = factories.make_subject(Project.objects.get(label="P001"))
    factories.make_session(subject)
    return subject


def add_session() -> ImagingSession:
    return factories.make_session(Subject.objects.earliest("pk"))


def add_scan() -> Scan:
    scan = factories.make_scan(ImagingSession.objects.earliest("pk"))
    factories.make_file(factories.make_resource(scan))
    return scan


def add_file() -> object:
    return factories.make_file(Resource.objects.earliest("pk"))


def add_resource() -> Resource:
    return factories.make_resource(ImagingSession.objects.earliest("pk"), f"R{Resource.objects.count()}")


def add_resource_of_scan() -> Resource:
    return factories.make_resource(Scan.objects.earliest("pk"), f"R{Resource.objects.count()}")


def add_file_of_session() -> object:
    session = ImagingSession.objects.earliest("pk")
    resource = Resource.objects.filter(session=session, scan=None).first()
    return factories.make_file(resource or factories.make_resource(session, "MISC", is_primary=False))


def add_person() -> object:
    account = factories.make_account(f"person{Account.objects.count()}")
    return factories.make_membership(Project.objects.get(label="P001"), account)


def add_flag() -> Flag:
    return Flag.objects.create(
        session=ImagingSession.objects.earliest("pk"),
        scan=Scan.objects.earliest("pk"),
        kind="odd",
        detail=f"No. {Flag.objects.count()}",
        raised_at=factories.AT,
    )


def add_sweep() -> Sweep:
    changes = [{"kind": "person.new", "about": "Zoë", "text": "Normal"}]  # quiet ones share a line
    return Sweep.objects.create(
        started_at=factories.AT, finished_at=factories.AT, outcome="complete", changes=changes
    )


def add_file_of_arrival() -> File:
    arrival = Arrival.objects.get(pk="arrival")
    blob = factories.make_blob(str(File.objects.count()).encode())
    return File.objects.create(arrival=arrival, name=f"{File.objects.count():04}.txt", blob=blob)


def add_series_of_arrival() -> File:
    """A file that begins a series of its own."""
    number = File.objects.count()
    values = {"SeriesInstanceUID": f"1.2.{number}", "SeriesNumber": str(number)}
    content = instance(**values)
    return File.objects.create(
        arrival_id="arrival", name=f"{number:04}.dcm", blob=factories.make_blob(content), content_sha256="x"
    )


def add_booked_person() -> BookingPerson:
    """One whom Calpendo lists in P001's project, and who has no account."""
    project = Project.objects.get(label="P001")
    booked = project.booking_project or add_booked_project(project)
    person = BookingPerson.objects.create(
        instance="main",
        external_id=f"person {BookingPerson.objects.count()}",
        given_name=f"Zoë {BookingPerson.objects.count()}",
        is_active=True,
        first_seen_at=factories.AT,
        last_seen_at=factories.AT,
    )
    BookingRole.objects.create(booking_project=booked, person=person, part="user", since=factories.AT)
    return person


def add_booked_project(project: Project | None = None) -> BookingProject:
    """A project that Calpendo renamed and lacks now, of a status that nobody knows."""
    number = str(BookingProject.objects.count())
    booked = BookingProject.objects.create(
        instance="main",
        external_id=f"project {number}",
        code=f"NEW{number}",
        status=f"Status {number}" if number < "3" else "On hold",
        is_eligible=True,
        missing_since=factories.AT,
        first_seen_at=factories.AT,
        last_seen_at=factories.AT,
    )
    for code in ("OLD", f"NEW{number}"):
        BookingCode.objects.create(
            booking_project=booked,
            code=code,
            folded_code=code.lower(),
            first_seen_at=factories.AT,
            last_seen_at=factories.AT,
        )
    Project.objects.filter(pk=project.pk if project else 0).update(booking_project=booked)
    return booked


def add_part() -> BookingRole:
    """Somebody in the project that addresses are about."""
    booked, person = BookingProject.objects.earliest("pk"), add_booked_person()
    return BookingRole.objects.create(booking_project=booked, person=person, part="user", since=factories.AT)


def add_booking() -> Booking:
    scanner, _ = Scanner.objects.get_or_create(instance="main", external_id="11", name="3T")
    return Booking.objects.create(
        instance="main",
        external_id=str(Booking.objects.count()),
        scanner=scanner,
        booking_project=BookingProject.objects.earliest("pk"),
        starts_at=factories.AT,
        ends_at=factories.AT + timedelta(hours=1),
    )


def add_unfilled_booking() -> Booking:
    """A time of last week to which nobody came."""
    booking = add_booking()
    began = timezone.now() - timedelta(days=7)
    Scanner.objects.update(modality="MR")
    Booking.objects.filter(pk=booking.pk).update(
        booking_project=add_booked_project(), starts_at=began, ends_at=began + timedelta(hours=1)
    )
    return booking


def add_held_person() -> BookingPerson:
    person = add_booked_person()
    BookingPerson.objects.filter(pk=person.pk).update(hold=Hold.WAITING, held_at=factories.AT)
    return person


def add_held_place() -> BookingProject:
    """A project of which somebody is not listed any more, and stays for now."""
    booked = add_booked_project()
    BookingRole.objects.create(
        booking_project=booked,
        person=add_booked_person(),
        part="user",
        since=factories.AT,
        hold=Hold.WAITING,
        held_at=factories.AT,
    )
    return booked


def add_change() -> None:
    """One more line of the sweep's plan."""
    sweep = Sweep.objects.earliest("pk")
    sweep.changes = [*sweep.changes, {"kind": "person.new", "about": "Zoë", "text": "Normal"}]
    sweep.save()


def add_arrival() -> Arrival:
    number = str(Arrival.objects.count())
    guesses = [{"project": "P001", "booking_project": "", "why": f"guess {number}"}]
    return factories.make_arrival(group=f"study:1:{number}", project_label="P001", guesses=guesses)


def add_token() -> object:
    return factories.make_token(Account.objects.get(username="member"))


def add_delivery() -> object:
    return delivery_of(Account.objects.get(username="member"))


def add_session_of_delivery() -> None:
    """One more line of its report."""
    delivery = Delivery.objects.earliest("pk")
    lines = delivery.report.get("unreadable", [])
    delivery.report = {"unreadable": [*lines, {"name": "1.dcm", "reason": "cut off"}]}
    delivery.ended_at = factories.AT
    delivery.save()


def add_rule() -> RoutingRule:
    position = RoutingRule.objects.count() + 1
    return RoutingRule.objects.create(position=position, name=f"rule {position}", changed_at=factories.AT)


def add_sender() -> Sender:
    number = Sender.objects.count()
    return Sender.objects.create(name=f"sender {number}", ae_title=f"AE{number}", created_at=factories.AT)


def add_association(sender: Sender | None = None, title: str = "PRISMA") -> Association:
    """Of the scanner of the world, unless said otherwise."""
    return Association.objects.create(
        sender=sender or Sender.objects.earliest("pk"),
        calling_ae_title=title,
        address="192.0.2.7",
        started_at=timezone.now(),
        renewed_at=timezone.now(),
        images=1,
        last_image_at=timezone.now(),
    )


def add_caller() -> Association:
    called = add_association(title=f"AE{Association.objects.count()}")
    called.sender = None
    called.save()
    return called


def add_inbox_file() -> InboxFile:
    path = f"failed/{InboxFile.objects.count()}.zip"
    return InboxFile.objects.create(
        path=path, length=1, modified_ns=1, still_since=factories.AT, state="failed", reason="it is damaged"
    )


def add_booked_scanner() -> Scanner:
    number = str(Scanner.objects.count())
    return Scanner.objects.create(instance="main", external_id=number, name=number, modality="MR")


def add_session_of_today() -> ImagingSession:
    session = add_session()
    ImagingSession.objects.filter(pk=session.pk).update(visible_at=timezone.now())
    return session


# Every page that lists, by (route, what is listed): a page with two lists has two rows.
LISTS: dict[tuple[str, str], Listed] = {
    ("home", "projects"): Listed("-", add_project),
    ("home", "activity"): Listed("-", add_filing),
    ("activity", "activity"): Listed("-", add_filing),
    ("account", "projects"): Listed("-", add_project),
    ("account", "tokens"): Listed("-", add_token),
    ("arrivals", "arrivals"): Listed("-", add_arrival, "administrator"),
    ("arrivals", "arrivals of a member"): Listed("-", add_arrival),
    ("mirror", "sweeps"): Listed("-", add_sweep, "administrator"),
    ("mirror", "people not matched"): Listed("-", add_booked_person, "administrator"),
    ("mirror", "held people"): Listed("-", add_held_person, "administrator"),
    ("mirror", "held places"): Listed("-", add_held_place, "administrator"),
    ("mirror-people", "people"): Listed("-", add_booked_person, "administrator"),
    ("mirror-findings", "projects"): Listed("-", add_booked_project, "administrator"),
    ("mirror-findings", "bookings"): Listed("-", add_unfilled_booking, "administrator"),
    ("sweeps", "sweeps"): Listed("-", add_sweep, "administrator"),
    ("sweep-detail", "changes"): Listed("sweep", add_change, "administrator"),
    ("api-sweeps", "sweeps"): Listed("-", add_sweep, "administrator"),
    ("api-sweep", "changes"): Listed("sweep", add_change, "administrator"),
    ("api-holds", "held people"): Listed("-", add_held_person, "administrator"),
    ("api-holds", "held places"): Listed("-", add_held_place, "administrator"),
    ("api-people", "people"): Listed("-", add_booked_person, "administrator"),
    ("api-projects", "projects"): Listed("-", add_booked_project, "administrator"),
    ("api-project", "parts"): Listed("booked", add_part, "administrator"),
    ("api-problems", "projects"): Listed("-", add_booked_project, "administrator"),
    ("api-bookings", "bookings"): Listed("-", add_booking, "administrator"),
    ("upload", "projects"): Listed("-", add_project),
    ("upload", "deliveries"): Listed("-", add_delivery),
    ("project-upload", "deliveries"): Listed("project", add_delivery),
    ("delivery-detail", "files"): Listed("delivery", add_session_of_delivery),
    ("api-deliveries", "deliveries"): Listed("-", add_delivery),
    ("api-delivery", "files"): Listed("delivery", add_session_of_delivery),
    ("scanners", "scanners"): Listed("-", add_sender, "administrator"),
    ("scanners", "unknown callers"): Listed("-", add_caller, "administrator"),
    ("scanners", "files of the inbox"): Listed("-", add_inbox_file, "administrator"),
    ("scanner-detail", "associations"): Listed("sender", add_association, "administrator"),
    ("scanner-detail", "scanners of Calpendo"): Listed("sender", add_booked_scanner, "administrator"),
    ("scanner-new", "scanners of Calpendo"): Listed("-", add_booked_scanner, "administrator"),
    ("api-senders", "scanners"): Listed("-", add_sender, "administrator"),
    ("routing", "rules"): Listed("-", add_rule, "administrator"),
    ("routing-rule", "senders"): Listed("rule", add_sender, "administrator"),
    ("routing-rule-new", "senders"): Listed("-", add_sender, "administrator"),
    ("routing-test", "arrivals"): Listed("-", add_arrival, "administrator"),
    ("api-routing-rules", "rules"): Listed("-", add_rule, "administrator"),
    ("api-routing-replay", "sessions"): Listed("-", add_session_of_today, "administrator"),
    ("routing-replay", "sessions"): Listed("-", add_session_of_today, "administrator"),
    ("project-detail", "subjects"): Listed("project", add_subject),
    ("project-detail", "people"): Listed("project", add_person),
    ("project-people", "people"): Listed("project", add_person),
    ("api-arrivals", "arrivals"): Listed("-", add_arrival, "administrator"),
    ("api-arrivals", "arrivals of a member"): Listed("-", add_arrival),
    ("api-arrival-series", "series"): Listed("arrival", add_series_of_arrival),
    ("api-arrival-files", "files"): Listed("arrival", add_file_of_arrival),
    ("arrival-detail", "files"): Listed("arrival", add_file_of_arrival),
    ("arrival-series", "series"): Listed("arrival", add_series_of_arrival),
    ("project-people", "people of Calpendo"): Listed("project", add_booked_person),
    ("project-people-table", "people"): Listed("project", add_person),
    ("subject-detail", "sessions"): Listed("subject", add_session),
    ("session-detail", "scans"): Listed("session", add_scan),
    ("session-detail", "resources"): Listed("session", add_resource),
    ("session-detail", "flags"): Listed("session", add_flag),
    ("session-files", "files"): Listed("session", add_file_of_session),
    ("scan-detail", "scans"): Listed("scan", add_scan),
    ("scan-detail", "resources"): Listed("scan", add_resource_of_scan),
    ("scan-files", "files"): Listed("scan", add_file),
}

# What is asked for with GET and lists nothing.
SINGLES = {
    "api-routing-rule",
    "routing-rule-move",
    "routing-rule-switch",
    "routing-rule-delete",
    "api-arrival",
    "arrivals-decide",
    "arrival-states",
    "arrival-file-header",
    "arrival-thumbnail",
    "login",
    "token-create",
    "token-revoke",
    "password-change",
    "mirror-settings",
    "mirror-settings-toml",
    "mirror-settings-save",
    "mirror-settings-reset",
    "mirror-test",
    "mirror-look",
    "mirror-preview",
    "access",
    "scanner-save",
    "scanner-delete",
    "scanner-echo",
    "api-sender",
    "sweep-ask",
    "api-document",
    "api-docs",
    "api-status",
    "api-why",
    "api-settings",
    "sweep-asked",
    "sweep-undo",
    "holds-decide",
    "person-link",
    "person-unlink",
    "subject-of-label",
    "session-of-label",
    "experiment-of-label",
    "experiment-detail",
    "session-download",
    "scan-download",
    "file-download",
    "file-header",
    "file-thumbnail",
}


def queries_of(world: World, route: str, listed: Listed) -> tuple[int, int]:
    """How many queries the page takes, and how long it is."""
    address = world.address({each.name: each for each in routes()}[route], listed.on)
    client = client_of(listed.person)
    client.get(address)  # what is read once per process, and the session's own row
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return len(captured), len(response.content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("route", "listed"), [pytest.param(key[0], listed, id=" ".join(key)) for key, listed in LISTS.items()]
)
def test_a_list_takes_as_many_queries_for_thirty_rows_as_for_three(route: str, listed: Listed):
    world = make_world()
    for _ in range(FEW):
        listed.add_row()
    few, short = queries_of(world, route, listed)
    for _ in range(MANY - FEW):
        listed.add_row()

    many, long = queries_of(world, route, listed)

    assert long > short, "the page does not list what this row adds"
    assert many == few


def test_every_page_is_known_to_list_or_not_to():
    pages = {row.route for row in rows() if row.method == "GET"}
    unknown = sorted(pages - {route for route, _ in LISTS} - SINGLES)

    assert not unknown, report(
        "Say in tests/rules/test_queries.py what it lists, or that it is single:", unknown
    )
