"""A role given by hand, and the one that it replaces."""

from __future__ import annotations

import pytest
from tests import factories

from fornix.access.actors import OPERATOR
from fornix.access.memberships import grant
from fornix.models import Event, Membership
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db


def test_a_role_that_another_replaces_is_taken_back_with_an_event():
    alice = factories.make_account("alice")
    project = factories.make_project("P001", people={alice: Role.OWNER})

    grant(OPERATOR, project, alice, Role.COLLABORATOR, at=factories.AT)

    revoked = Event.objects.get(verb="membership.revoked")
    assert Membership.objects.get().role == Role.COLLABORATOR
    assert (revoked.account, revoked.details["role"]) == (alice, Role.OWNER)
