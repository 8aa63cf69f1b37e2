"""Links by what single sign-on knows an account as: before the e-mail, letter by letter, and never a guess."""

from __future__ import annotations

import pytest
from tests import factories
from tests.integration.booking.mirrored import AT_ONCE, add_account, add_project, config_of, rights, sweep

from fornix.access.actors import OPERATOR
from fornix.access.identities import IdentityTaken, give_identity, remove_identity
from fornix.booking.identity import Linking
from fornix.booking.links import LINKED_BY_IDENTITY
from fornix.booking.people import link_account, unlink_account
from fornix.booking.sweep import run_sweep
from fornix.booking.unresolved import Lack, unresolved
from fornix.booking.why import explain
from fornix.errors import Invalid, NotAllowed
from fornix.models import Account, BookingPerson, Event, Identity

PERSON, PROJECT_ID, CODE = "Calpendo.CalpendoUser", "300004157000412", "2023_112"
REALM, SARAH = "sso.example.test", "9085"
LINKING = Linking(realm=REALM)


@pytest.fixture
def known(calpendo, db):
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    return calpendo


def again(calpendo):
    return run_sweep(config_of(calpendo, login_realm=REALM), calpendo.site.clock, patience=AT_ONCE)


def known_as(account: Account, person_id: str, at, realm: str = REALM, column: str = "login_identifier"):
    subject = getattr(BookingPerson.objects.get(external_id=person_id), column)
    give_identity(OPERATOR, account, realm, subject, at=at)


def linked(person_id: str) -> str | None:
    account = BookingPerson.objects.get(external_id=person_id).account
    return account.username if account else None


@pytest.mark.parametrize("column", ["login_identifier", "login_name"])
def test_a_sweep_links_by_identity_and_says_so(known, column):
    known_as(add_account("sw", "", known.site.clock), SARAH, known.site.clock, column=column)

    result = again(known)

    (line,) = (line for line in result.lines if line.kind == "person.linked")
    assert (linked(SARAH), rights()[PROJECT_ID]) == ("sw", {"": "member"})
    assert line.text == "is the account sw, by identity at single sign-on"
    assert any(
        "by identity at single sign-on" in reason for reason in explain("sw", CODE, linking=LINKING).reasons
    )


def test_an_identity_outranks_the_e_mail(known):
    mailed = add_account("mailed", "", known.site.clock)
    Account.objects.filter(pk=mailed.pk).update(email="sarah.white@example.ac.test")
    known_as(add_account("sw", "", known.site.clock), SARAH, known.site.clock)

    again(known)

    assert linked(SARAH) == "sw"


@pytest.mark.parametrize("realm", ["", "elsewhere.test"], ids=["not configured", "another realm"])
def test_an_identity_of_another_realm_links_nobody(known, realm):
    known_as(add_account("sw", "", known.site.clock), SARAH, known.site.clock)

    run_sweep(config_of(known, login_realm=realm), known.site.clock, patience=AT_ONCE)

    assert linked(SARAH) is None


def test_a_user_name_here_is_no_identity(known):
    add_account(BookingPerson.objects.get(external_id=SARAH).login_name, "", known.site.clock)

    again(known)

    assert linked(SARAH) is None


def test_an_identity_that_fits_two_people_links_neither_also_not_by_e_mail(known):
    account = add_account("sw", "", known.site.clock)
    known_as(account, SARAH, known.site.clock)
    Account.objects.filter(pk=account.pk).update(email="sarah.white@example.ac.test")
    subject = BookingPerson.objects.get(external_id=SARAH).login_identifier
    fields = {"loginName": subject}
    known.site.edit({"op": "set", "type": PERSON, "id": "9127", "fields": fields})

    result = again(known)

    lacks = {line.name: line.lack for line in unresolved(OPERATOR, limit=500, linking=LINKING).lines}
    assert (linked(SARAH), linked("9127")) == (None, None)
    assert any("share one log-in at single sign-on" in each for each in result.concerns)
    assert lacks["Sarah White"] is Lack.IDENTITY


def test_an_administrator_is_not_linked_by_identity_and_it_is_told(known):
    known_as(add_account("ward", "", known.site.clock, is_administrator=True), SARAH, known.site.clock)

    result = again(known)

    lacks = {line.name: line.lack for line in unresolved(OPERATOR, limit=500, linking=LINKING).lines}
    assert linked(SARAH) is None
    assert "ward is an administrator: link Sarah White by hand" in result.concerns
    assert lacks["Sarah White"] is Lack.ADMINISTRATOR
    assert any("linked by hand only" in each for each in explain("ward", CODE, linking=LINKING).reasons)


def test_who_was_unlinked_is_not_linked_again(known):
    account = add_account("sw", "", known.site.clock)
    known_as(account, SARAH, known.site.clock)
    link_account(account, at=known.site.clock, linking=LINKING)
    unlink_account(OPERATOR, account, at=known.site.clock)

    again(known)

    assert linked(SARAH) is None


def test_an_identity_given_later_links_at_once(known):
    account = add_account("sw", "", known.site.clock)
    known_as(account, SARAH, known.site.clock)

    (person,) = link_account(account, at=known.site.clock, linking=LINKING)

    assert (person.linked_how, rights()[PROJECT_ID]) == (LINKED_BY_IDENTITY, {"": "member"})
    assert explain("sw", CODE, linking=LINKING).allowed


def test_a_subject_is_one_accounts_and_can_be_taken_back(db):
    anna, bob = factories.make_account("anna"), factories.make_account("bob")
    give = {"realm": REALM, "subject": "zo\u0065\u0308", "at": factories.AT}
    first, second = give_identity(OPERATOR, anna, **give), give_identity(OPERATOR, anna, **give)

    with pytest.raises(IdentityTaken, match="the account anna already"):
        give_identity(OPERATOR, bob, **give)

    removed = remove_identity(OPERATOR, anna, **give), remove_identity(OPERATOR, anna, **give)
    assert (first, second, removed, Identity.objects.count()) == (True, False, (True, False), 0)
    verbs = Event.objects.filter(verb__startswith="identity").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["identity.given", "identity.removed"]


def test_only_administrators_give_identities_and_none_is_empty(db):
    anna = factories.make_account("anna")

    with pytest.raises(NotAllowed):
        give_identity(factories.actor_of(anna), anna, REALM, "anna", at=factories.AT)
    with pytest.raises(Invalid):
        give_identity(OPERATOR, anna, REALM, " ", at=factories.AT)
