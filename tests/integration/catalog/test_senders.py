"""Senders are described by administrators, with an Event each; how it goes is read from associations."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories import AT, actor_of, make_account

from fornix.access.actors import OPERATOR
from fornix.catalog.sender_checks import SenderDraft, SenderInvalid
from fornix.catalog.sender_status import recent_associations, sender_statuses
from fornix.catalog.senders import (
    SenderInUse,
    change_sender,
    create_sender,
    delete_sender,
    draft_of,
    get_sender,
)
from fornix.catalog.unknown_callers import unknown_callers
from fornix.errors import NotAllowed, NotVisible
from fornix.models import Association, Event, RoutingRule, Sender
from fornix.models.senders import AssociationOutcome

pytestmark = pytest.mark.django_db
PRISMA = SenderDraft("Prisma", "PRISMA", address="192.0.2.7", port=104)


def make_association(sender: Sender | None = None, *, ago: timedelta = timedelta(0), **fields) -> Association:
    began = AT - ago
    told = {"calling_ae_title": "PRISMA", "address": "192.0.2.7", "owner": "host:1:1", "renewed_at": began}
    told |= {"started_at": began, "ended_at": began, "outcome": AssociationOutcome.RELEASED}
    return Association.objects.create(sender=sender, **told | fields)


@pytest.mark.parametrize("address", ["192.0.2.7", "192.0.2.6/31"])
def test_a_caller_that_is_made_known_brings_its_earlier_calls(address):
    hers = make_association()
    others = [make_association(address="192.0.2.8"), make_association(calling_ae_title="TRIO")]

    sender = create_sender(OPERATOR, replace(PRISMA, address=address), at=AT)

    assert list(recent_associations(OPERATOR, sender)) == [hers]
    assert set(Association.objects.filter(sender=None)) == set(others)
    assert ("PRISMA", "192.0.2.7") not in {
        (caller.ae_title, caller.address) for caller in unknown_callers(OPERATOR, at=AT)
    }


def test_each_change_has_an_event_that_tells_what_changed():
    sender = create_sender(OPERATOR, PRISMA, at=AT)
    change_sender(OPERATOR, sender.pk, replace(PRISMA, port=11112), at=AT)
    change_sender(OPERATOR, sender.pk, replace(PRISMA, port=11112), at=AT)
    delete_sender(OPERATOR, sender.pk, at=AT)

    events = list(Event.objects.order_by("pk"))
    assert [event.verb for event in events] == ["sender.created", "sender.changed", "sender.deleted"]
    assert (events[1].details["before"], events[1].details["after"]) == ({"port": 104}, {"port": 11112})


def test_a_sender_is_read_back_as_it_was_described():
    assert draft_of(create_sender(OPERATOR, PRISMA, at=AT)) == PRISMA


@pytest.mark.parametrize(
    ("change", "field"),
    [({"ae_title": "OTHER"}, "name"), ({"name": "Another"}, "ae_title"), ({"scanner_id": 999}, "scanner_id")],
    ids=["the same name", "the same title at the same address", "a scanner that Calpendo has not"],
)
def test_what_another_one_has_or_nobody_knows_is_refused(change, field):
    create_sender(OPERATOR, PRISMA, at=AT)

    with pytest.raises(SenderInvalid) as refusal:
        create_sender(OPERATOR, replace(PRISMA, **change), at=AT)

    assert field in refusal.value.problems


def test_a_sender_that_a_rule_is_for_is_not_deleted():
    sender = create_sender(OPERATOR, PRISMA, at=AT)
    RoutingRule.objects.create(position=1, name="its rule", sender=sender, project="P001", changed_at=AT)

    with pytest.raises(SenderInUse):
        delete_sender(OPERATOR, sender.pk, at=AT)

    assert get_sender(OPERATOR, sender.pk) == sender


def test_only_administrators_read_and_write():
    bob = actor_of(make_account("bob"))

    for forbidden in (
        lambda: create_sender(bob, PRISMA, at=AT),
        lambda: sender_statuses(bob, at=AT),
        lambda: unknown_callers(bob, at=AT),
        lambda: delete_sender(bob, 1, at=AT),
    ):
        with pytest.raises((NotAllowed, NotVisible)):
            forbidden()


def test_what_came_lately_is_told():
    sender = create_sender(OPERATOR, PRISMA, at=AT)
    make_association(sender, ago=timedelta(hours=3), images=100, last_image_at=AT - timedelta(hours=3))
    make_association(sender, ago=timedelta(minutes=30), images=5, last_image_at=AT - timedelta(minutes=29))
    make_association(
        sender,
        ago=timedelta(seconds=20),
        images=40,
        refused_images=2,
        last_image_at=AT,
        ended_at=None,
        renewed_at=AT,
        outcome=AssociationOutcome.OPEN,
    )

    (status,) = sender_statuses(OPERATOR, at=AT)

    assert (status.last_image_at, status.images_lately, status.refused_lately) == (AT, 45, 2)
    assert (status.open_associations, status.images_per_s, status.is_failing) == (1, 2.0, False)


def test_the_last_error_counts_until_an_image_comes_through():
    sender = create_sender(OPERATOR, PRISMA, at=AT)
    make_association(
        sender, ago=timedelta(minutes=9), reason="The sender aborted.", outcome=AssociationOutcome.ABORTED
    )
    (failing,) = sender_statuses(OPERATOR, at=AT)
    make_association(sender, ago=timedelta(minutes=5), images=1, last_image_at=AT - timedelta(minutes=5))

    (well,) = sender_statuses(OPERATOR, at=AT)

    assert (failing.is_failing, failing.last_error) == (True, "The sender aborted.")
    assert (well.is_failing, well.last_error) == (False, "The sender aborted.")


def test_a_row_that_a_dead_receiver_left_open_is_no_open_association():
    sender = create_sender(OPERATOR, PRISMA, at=AT)
    make_association(sender, ago=timedelta(hours=1), ended_at=None, outcome=AssociationOutcome.OPEN)

    assert sender_statuses(OPERATOR, at=AT)[0].open_associations == 0


def test_unknown_callers_of_the_last_days_are_told_once_each_the_last_one_first():
    for ago, title, reason in (
        (9, "OLD", ""),
        (3, "TRIO", "first"),
        (2, "VIDA", ""),
        (1, "TRIO", "not known"),
    ):
        make_association(calling_ae_title=title, ago=timedelta(days=ago), reason=reason, images=ago)

    callers = unknown_callers(OPERATOR, at=AT)

    assert [(one.ae_title, one.calls, one.images, one.reason) for one in callers] == [
        ("TRIO", 2, 4, "not known"),
        ("VIDA", 1, 2, ""),
    ]
