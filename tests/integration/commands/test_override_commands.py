"""`fornix pin`, `block` and `lift`: the exceptions that outrank Calpendo and what was given by hand."""

from __future__ import annotations

import pytest
from tests import factories
from tests.integration.commands.command_line import fornix

from fornix.access.actors import OPERATOR, Actor
from fornix.access.memberships import lift_overrides, set_override
from fornix.access.policy import Action, can
from fornix.errors import Invalid, NotAllowed
from fornix.models import Event, Override
from fornix.models.memberships import OverrideKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return factories.make_account("alice")


@pytest.fixture
def project():
    return factories.make_project("A1")


def reads(account, project) -> bool:
    return can(Actor(account=account), Action.DATA_READ, project).allowed


def test_a_pin_gives_a_role_until_it_is_lifted(capsys, alice, project):
    pinned = fornix(capsys, "pin", "A1", "alice", "member", "--reason", "a guest")
    could, why = reads(alice, project), Override.objects.get().reason
    lifted = fornix(capsys, "lift", "A1", "alice")

    assert pinned == (0, "alice is pinned as member of A1\n", "")
    assert (could, why) == (True, "a guest")
    assert lifted == (0, "the pin of alice on A1 is lifted\n", "")
    assert not reads(alice, project)
    assert list(Event.objects.order_by("pk").values_list("verb", flat=True))[-2:] == [
        "override.set",
        "override.lifted",
    ]


def test_a_block_outranks_a_role_by_hand_and_a_pin(capsys, alice, project):
    fornix(capsys, "grant", "A1", "alice", "owner")
    fornix(capsys, "pin", "A1", "alice", "owner")

    code, out, _ = fornix(capsys, "block", "A1", "alice")
    blocked = not reads(alice, project)
    _, lifted, _ = fornix(capsys, "lift", "A1", "alice")

    assert (code, out, blocked) == (0, "alice is blocked on A1\n", True)
    assert lifted == "the block of alice on A1 is lifted\nthe pin of alice on A1 is lifted\n"
    assert reads(alice, project)


def test_a_second_pin_replaces_the_first(capsys, alice, project):
    fornix(capsys, "pin", "A1", "alice", "owner")
    fornix(capsys, "pin", "A1", "alice", "collaborator")

    assert Override.objects.get().role == "collaborator"


def test_lifting_what_is_not_there_says_so(capsys, alice, project):
    answer = fornix(capsys, "lift", "A1", "alice")

    assert answer == (1, "", "fornix: alice has neither a pin nor a block on A1\n")


def test_a_pin_without_a_role_and_an_endless_reason_are_refused(alice, project):
    with pytest.raises(Invalid, match="needs a role"):
        set_override(OPERATOR, project, alice, OverrideKind.PIN, at=factories.AT)
    with pytest.raises(Invalid, match="at most 300"):
        set_override(OPERATOR, project, alice, OverrideKind.BLOCK, at=factories.AT, reason="x" * 301)

    assert not Override.objects.exists()


def test_only_administrators_set_and_lift(alice, project):
    actor = Actor(account=alice)

    with pytest.raises(NotAllowed):
        set_override(actor, project, alice, OverrideKind.BLOCK, at=factories.AT)
    with pytest.raises(NotAllowed):
        lift_overrides(actor, project, alice, at=factories.AT)
