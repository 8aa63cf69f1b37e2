"""Links between accounts and people of Calpendo: by hand, undone for good, never by an address given on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests import factories
from tests.integration.booking.mirrored import AT_ONCE, add_account, add_project, config_of, rights, sweep
from tests.integration.commands.command_line import fornix

from fornix.access.actors import OPERATOR
from fornix.booking import sweep as sweeping
from fornix.booking.identity import Linking
from fornix.booking.people import (
    NoSuchPerson,
    PersonLinked,
    find_person,
    link_account,
    link_by_hand,
    others_with_email,
    unlink_account,
)
from fornix.booking.sweep import run_sweep
from fornix.errors import NotAllowed
from fornix.models import Account, BookingPerson, Event

PERSON, PROJECT_ID = "Calpendo.CalpendoUser", "300004157000412"
SARAH = "sarah.white@example.ac.test"
ALIASES = {"imaging.test": "example.ac.test"}


@pytest.fixture
def known(calpendo, db):
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    return calpendo


def edit(calpendo, row: str, **fields) -> None:
    calpendo.site.edit({"op": "set", "type": PERSON, "id": row, "fields": fields})


def linked(person_id: str) -> str | None:
    account = BookingPerson.objects.get(external_id=person_id).account
    return account.username if account else None


def test_a_link_by_hand_grants_at_once_and_is_an_event_with_its_maker(known):
    ward = factories.make_account("ward", is_administrator=True)
    anna = factories.make_account("anna")

    done = link_by_hand(factories.actor_of(ward), anna, find_person("9085"), at=known.site.clock)

    event = Event.objects.get(verb="account.linked")
    assert (done, rights()[PROJECT_ID]) == (True, {"": "member"})
    assert (event.actor, event.account, event.details["calpendo_id"]) == (ward, anna, "9085")
    assert BookingPerson.objects.get(account=anna).linked_how == "an administrator (ward)"


def test_administrators_can_be_linked_by_hand(known, capsys):
    factories.make_account("root", is_administrator=True)

    code, out, _ = fornix(capsys, "user", "link", "root", "zangstrom")
    again = fornix(capsys, "user", "link", "root", "9104")[1]

    assert (code, out) == (0, "root is linked to Zoë Ångström in Calpendo (id 9104)\n")
    assert again == "root is linked to Zoë Ångström in Calpendo already\n"
    assert Event.objects.filter(verb="account.linked").count() == 1


def test_a_person_of_another_account_is_refused(known):
    add_account("sarah", SARAH, known.site.clock)
    other = factories.make_account("other")

    with pytest.raises(PersonLinked, match="Sarah White is the account sarah already"):
        link_by_hand(OPERATOR, other, find_person("9085"), at=known.site.clock)

    assert linked("9085") == "sarah"


def test_only_administrators_link(known):
    alice = factories.make_account("alice")

    with pytest.raises(NotAllowed):
        link_by_hand(factories.actor_of(alice), alice, find_person("9085"), at=known.site.clock)


@pytest.mark.parametrize("text", ["9085", "swhite", "SWHITE", "Sarah.White@example.ac.test"])
def test_a_person_is_found_by_id_login_and_email(known, text):
    assert find_person(text).external_id == "9085"


@pytest.mark.parametrize(
    ("text", "words"),
    [("nobody", "Nobody in Calpendo has"), ("auditory.lab@example.ac.test", r"9088 \(Kwame Obi\), 9089")],
)
def test_who_is_not_one_person_is_refused(known, text, words):
    with pytest.raises(NoSuchPerson, match=words):
        find_person(text)


def test_what_a_person_unlinked_no_sweep_links_again(known):
    sarah = add_account("sarah", SARAH, known.site.clock)
    unlink_account(OPERATOR, sarah, at=known.site.clock)

    sweep(known)
    link_account(sarah, at=known.site.clock)

    assert (linked("9085"), rights()) == (None, {PROJECT_ID: {}})


def test_what_a_person_unlinked_a_person_can_link_again(known):
    sarah = add_account("sarah", SARAH, known.site.clock)
    unlink_account(OPERATOR, sarah, at=known.site.clock)

    link_by_hand(OPERATOR, sarah, find_person("9085"), at=known.site.clock)
    sweep(known)

    assert (linked("9085"), rights()) == ("sarah", {PROJECT_ID: {SARAH: "member"}})


def test_a_new_email_keeps_the_link_and_is_reported(known):
    add_account("sarah", SARAH, known.site.clock)
    edit(known, "9085", email="sarah.brown@example.ac.test")

    result = sweep(known)

    assert linked("9085") == "sarah"
    assert any("Sarah White has another e-mail in Calpendo (sarah.brown" in each for each in result.concerns)


def test_an_address_that_was_given_to_somebody_new_links_nobody(known):
    add_account("sarah", SARAH, known.site.clock)
    edit(known, "9085", email="sarah.brown@example.ac.test")
    edit(known, "9083", email=SARAH)

    result = sweep(known)

    assert (linked("9085"), linked("9083")) == ("sarah", None)
    assert any("`fornix user link sarah 9083`" in each for each in result.concerns)


def test_a_second_row_of_an_expired_person_is_linked_beside_the_first(known):
    add_account("sarah", SARAH, known.site.clock)
    edit(known, "9085", status="Expired")
    edit(known, "9083", email=SARAH)

    sweep(known)

    assert (linked("9085"), linked("9083")) == ("sarah", "sarah")


@pytest.mark.parametrize(
    "changes",
    [{"is_administrator": True}, {"is_active": False}, {"email": "other@example.ac.test"}],
    ids=["administrator", "switched off", "another address"],
)
def test_an_account_that_changed_while_the_sweep_read_is_not_linked(known, monkeypatch, changes):
    factories.make_account("sarah", email=SARAH)
    apply_plan = sweeping.apply_plan

    def apply_later(*args, **options):
        Account.objects.filter(username="sarah").update(**changes)
        apply_plan(*args, **options)

    monkeypatch.setattr(sweeping, "apply_plan", apply_later)
    planned = sweep(known)

    assert "person.linked" in {line.kind for line in planned.lines}
    assert (linked("9085"), rights()[PROJECT_ID]) == (None, {})


def test_an_address_that_two_accounts_have_by_the_time_links_neither(known, monkeypatch):
    factories.make_account("sarah", email=SARAH)
    apply_plan = sweeping.apply_plan

    def apply_later(*args, **options):
        factories.make_account("sarah2", email=SARAH)
        apply_plan(*args, **options)

    monkeypatch.setattr(sweeping, "apply_plan", apply_later)
    sweep(known)

    assert linked("9085") is None


def test_alias_domains_link_as_one_in_sweeps_and_at_once(known):
    factories.make_account("sarah", email="Sarah.White@imaging.test")
    later = factories.make_account("minh", email="minh.dang@imaging.test")
    config = replace(config_of(known), alias_domains=tuple(ALIASES.items()))
    Account.objects.filter(pk=later.pk).update(is_active=False)
    run_sweep(config, known.site.clock, patience=AT_ONCE)
    by_sweep = linked("9085")
    Account.objects.filter(pk=later.pk).update(is_active=True)
    later.refresh_from_db()
    link_account(later, at=known.site.clock, linking=Linking(ALIASES))

    assert (by_sweep, linked("9127")) == ("sarah", "minh")


def test_two_accounts_of_alias_domains_share_an_email(db):
    one = factories.make_account("one", email="a@imaging.test")
    factories.make_account("two", email="a@example.ac.test")

    assert others_with_email(one) == ()
    assert others_with_email(one, linking=Linking(ALIASES)) == ("two",)
