"""The things that the tests are made of are valid: what they count is what is there."""

from __future__ import annotations

import pytest
from tests import factories

from fornix import wiring
from fornix.access.visibility import visible_sessions
from fornix.models import Event
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db


def test_a_file_is_counted_in_all_that_holds_it():
    scan = factories.make_scan(factories.make_session(factories.make_subject(factories.make_project())))
    resource = factories.make_resource(scan)

    file = factories.make_file(resource, b"12345")

    session = scan.session
    for holder in (resource, scan, session, session.subject, session.project):
        holder.refresh_from_db()
        assert (holder.file_count, holder.byte_count) == (1, 5)
    assert (session.scan_count, session.subject.session_count, session.project.session_count) == (1, 1, 1)
    with wiring.store().open(file.blob.key) as stored:
        assert stored.read() == b"12345"


def test_a_session_is_seen_by_members_once_it_is_visible():
    alice, bob = factories.make_account("alice"), factories.make_account("bob")
    subject = factories.make_subject(factories.make_project(people={alice: Role.MEMBER}))
    factories.make_session(subject, is_visible=False)
    shown = factories.make_session(subject)

    assert list(visible_sessions(factories.actor_of(alice))) == [shown]
    assert not visible_sessions(factories.actor_of(bob)).exists()


def test_what_has_a_writer_leaves_its_event():
    alice = factories.make_account("alice")
    factories.make_project(people={alice: Role.OWNER})
    factories.make_token(alice)

    verbs = set(Event.objects.values_list("verb", flat=True))

    assert verbs == {"account.created", "project.created", "membership.granted", "token.created"}
