"""While bytes are sent: who may no longer is cut, who takes nothing is given up, and the row tells it."""

from __future__ import annotations

import socket

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError
from django.test import Client, RequestFactory
from django.utils import timezone
from tests import factories

from fornix.access.accounts import revoke_token
from fornix.access.actors import OPERATOR
from fornix.access.memberships import revoke, set_override
from fornix.audit.accesses import AccessOutcome, close_abandoned, note_progress, open_access
from fornix.http.sending import ASK_AGAIN_BYTES, ASK_AGAIN_S, STALLED_S, DownloadCut, Sending
from fornix.http.standing import standing_of
from fornix.models import Access
from fornix.models.memberships import OverrideKind, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return factories.make_account("alice")


@pytest.fixture
def session(alice):
    project = factories.make_project(people={alice: Role.MEMBER})
    return factories.make_session(factories.make_subject(project))


@pytest.fixture
def access_id(alice, session):
    return open_access(
        "session",
        at=factories.AT,
        account=alice,
        token=None,
        address="127.0.0.1",
        session=session,
        scan=None,
        file_count=1,
        byte_count=10,
    )


def make_sending(access_id, chunks=(b"abc", b"def"), *, may=lambda: True, client=None):
    released = []
    sending = Sending(
        iter(chunks),
        access_id=access_id,
        asked_again=may,
        release=lambda: released.append(1),
        client=client,
    )
    return sending, released


def test_what_is_sent_to_the_end_is_complete(access_id):
    sending, released = make_sending(access_id)

    assert list(sending) == [b"abc", b"def"]
    sending.close()

    row = Access.objects.get()
    assert (row.outcome, row.bytes_sent, released) == ("complete", 6, [1])


def test_one_that_never_began_still_gives_its_slot_back(access_id):
    sending, released = make_sending(access_id)

    sending.close()

    assert (Access.objects.get().outcome, released) == ("cut", [1])


def test_rights_are_asked_for_every_so_many_bytes(access_id):
    answers = iter([True, False])
    chunk = bytes(ASK_AGAIN_BYTES // 2)
    sending, released = make_sending(access_id, [chunk] * 9, may=lambda: next(answers))

    with pytest.raises(DownloadCut):
        list(sending)

    row = Access.objects.get()
    assert (row.outcome, row.bytes_sent, released) == ("revoked", 2 * ASK_AGAIN_BYTES, [1])


def test_rights_are_asked_for_every_so_many_seconds_whoever_waits(access_id):
    reader, client = socket.socketpair()
    sending, _ = make_sending(access_id, may=lambda: False, client=client)
    next(sending)

    sending.check_if_due(sending._asked_at + ASK_AGAIN_S - 1)
    still = sending.outcome
    sending.check_if_due(sending._asked_at + ASK_AGAIN_S + 1)

    assert (still, sending.outcome) == (None, AccessOutcome.REVOKED)
    assert reader.recv(1) == b""
    reader.close()
    client.close()


def test_a_reader_who_takes_nothing_for_minutes_is_given_up(access_id):
    sending, released = make_sending(access_id)
    next(sending)

    sending.check_if_due(sending._moved_at + STALLED_S + 1)

    assert (Access.objects.get().outcome, released) == ("cut", [1])


def test_when_nobody_can_tell_nothing_more_is_sent(access_id):
    def ask():
        raise DatabaseError

    sending, _ = make_sending(access_id, may=ask)
    sending.check()

    with pytest.raises(DownloadCut):
        next(sending)
    assert Access.objects.get().outcome == "failed"


def lose_membership(session, account):
    revoke(OPERATOR, session.project, account, at=factories.AT)


def be_blocked(session, account):
    set_override(OPERATOR, session.project, account, OverrideKind.BLOCK, at=factories.AT)


def be_switched_off(session, account):
    get_user_model().objects.filter(pk=account.pk).update(is_active=False)


def change_password(session, account):
    account.set_password("another long password")
    account.save()


def log_out(session, account):
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()


def see_session_vanish(session, account):
    type(session).objects.filter(pk=session.pk).update(visible_at=None)


def standing_by_login(alice, session):
    client = Client()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    request = RequestFactory().get("/")
    request.session = client.session
    return standing_of(request, factories.actor_of("alice"), session)


@pytest.mark.parametrize(
    "change", [lose_membership, be_blocked, be_switched_off, change_password, log_out, see_session_vanish]
)
def test_what_let_a_person_in_must_still_hold(alice, session, change):
    standing = standing_by_login(alice, session)
    before = standing.still_holds()

    change(session, alice)

    assert (before, standing.still_holds()) == (True, False)


@pytest.mark.parametrize("ends", ["revoked", "expired"])
def test_a_token_must_still_hold(alice, session, ends):
    token = factories.make_token(alice).token
    standing = standing_of(RequestFactory().get("/"), factories.actor_of("alice", token), session)
    before = standing.still_holds()

    if ends == "revoked":
        revoke_token(factories.actor_of("alice"), token.alias, at=factories.AT)
    else:
        type(token).objects.update(expires_at=timezone.now())

    assert (before, standing.still_holds()) == (True, False)


def test_rows_of_a_killed_process_are_ended_and_those_that_move_are_not(access_id):
    later = timezone.now()
    note_progress(access_id, at=later, bytes_sent=5)

    kept = close_abandoned(silent_since=factories.AT)
    ended = close_abandoned(silent_since=timezone.now())

    row = Access.objects.get()
    assert (kept, ended) == (0, 1)
    assert (row.outcome, row.bytes_sent, row.finished_at) == ("cut", 5, later)
