"""The activity feed: the newest filings of the projects that a person may read, and nothing else."""

from __future__ import annotations

import random

import pytest
from tests import factories

from fornix.access.actors import OPERATOR, STRANGER
from fornix.access.memberships import revoke
from fornix.audit.events import Verb, record_event
from fornix.catalog.feed import activity
from fornix.models import ImagingSession, Project
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db


def make_session_in(project: Project) -> ImagingSession:
    return factories.make_session(factories.make_subject(project))


def accessions(actor, **question) -> list[str]:
    return [line.accession for line in activity(actor, **question).rows]


def test_each_person_sees_the_filings_of_their_own_projects():
    alice, bob = factories.make_account("alice"), factories.make_account("bob")
    hers = make_session_in(factories.make_project("A", people={alice: Role.MEMBER}))
    his = make_session_in(factories.make_project("B", people={bob: Role.MEMBER}))
    factories.make_filing(hers, scans=1)
    factories.make_filing(his, scans=1)

    assert accessions(factories.actor_of(alice)) == [hers.accession]
    assert accessions(factories.actor_of(bob)) == [his.accession]
    assert accessions(STRANGER) == []


def test_a_revoked_member_no_longer_sees_what_was_filed_before():
    alice = factories.make_account("alice")
    project = factories.make_project("A", people={alice: Role.MEMBER})
    factories.make_filing(make_session_in(project), scans=1)

    revoke(OPERATOR, project, alice, at=factories.AT)

    assert accessions(factories.actor_of(alice)) == []


def test_a_line_says_what_was_filed():
    session = make_session_in(factories.make_project("A"))
    factories.make_filing(session, scans=24, files=1809, bytes=2_300_000_000, late=True)

    (line,) = activity(OPERATOR).rows

    assert (line.scans, line.files, line.bytes, line.is_late) == (24, 1809, 2_300_000_000, True)
    assert (line.project, line.subject, line.session) == ("A", session.subject.label, session.label)


def test_other_events_are_not_in_the_feed():
    project = factories.make_project("A")
    record_event(Verb.PROJECT_MIRRORED, at=factories.AT, source="mirror", project=project)

    assert activity(OPERATOR).rows == ()


@pytest.mark.parametrize("projects", [1, 3, 30], ids=["one busy", "some", "more than a page"])
def test_pages_hold_every_filing_once_newest_first(projects):
    drawn = random.Random(projects)
    sessions = [make_session_in(factories.make_project(f"P{number}")) for number in range(projects)]
    # Unevenly: some projects have many of the newest, some none of late.
    events = [factories.make_filing(sessions[int(drawn.random() ** 3 * projects)]) for _ in range(60)]

    shown, before = [], None
    while True:
        page = activity(OPERATOR, before=before, size=7)
        shown += [line.id for line in page.rows]
        if page.next is None:
            break
        before = page.next

    assert shown == sorted((event.pk for event in events), reverse=True)


@pytest.mark.parametrize("projects", [1, 40], ids=["one project", "forty projects"])
def test_the_number_of_queries_does_not_grow_with_projects(projects, django_assert_num_queries):
    for number in range(projects):
        factories.make_filing(make_session_in(factories.make_project(f"P{number}")), scans=1)

    with django_assert_num_queries(4):
        activity(OPERATOR)
