"""`fornix user`, `grant` and `revoke`: accounts and what they may, from the command line."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone
from tests import factories
from tests.integration.commands.command_line import fornix, type_in

from fornix.access.accounts import find_account, find_token
from fornix.access.actors import Actor
from fornix.access.memberships import Grant, replace_grants
from fornix.booking.grants import apply_grants
from fornix.booking.identity import Linking
from fornix.booking.lease import take_lease
from fornix.booking.people import link_account, write_link
from fornix.booking.refusals import SweepRunning
from fornix.errors import Invalid, NotAllowed
from fornix.models import Account, BookingPerson, BookingProject, BookingRole, Event, Membership
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "another horse, another staple"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def verbs() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("verb", flat=True))


def make_person(given: str, family: str, email: str) -> BookingPerson:
    return BookingPerson.objects.create(
        instance="main",
        external_id=email,
        given_name=given,
        family_name=family,
        email=email,
        folded_email=email,
        status="Normal",
        is_active=True,
        first_seen_at=factories.AT,
        last_seen_at=factories.AT,
    )


def test_a_weak_password_makes_the_account_and_says_so(capsys, monkeypatch):
    type_in(monkeypatch, "123\n")

    code, out, err = fornix(capsys, "user", "add", "alice", "--password-stdin")

    assert (code, out) == (0, "made account alice\n")
    assert err.startswith("fornix: made; the password is weak: ")
    assert find_account("alice").check_password("123")


@pytest.mark.parametrize(
    ("typed", "words", "refusal"),
    [
        ("\n", ("--password-stdin",), "The password is empty"),
        ("", ("--password-stdin",), "The password is empty"),
        (b"\xff\xfe\n", ("--password-stdin",), "not UTF-8"),
        ("x" * 2000, ("--password-stdin",), "at most 1000"),
        ("", (), "There is no terminal to ask for the password: use --password-stdin."),
        (NEW_PASSWORD, ("--password-stdin", "--email", "nomail"), "This is no e-mail address"),
        (NEW_PASSWORD, ("--password-stdin", "--email", "a b@c.org"), "This is no e-mail address"),
        (NEW_PASSWORD, ("--password-stdin", "--name", "x" * 301), "at most 300"),
    ],
    ids=["empty", "nothing", "bytes", "long", "no terminal", "no e-mail", "space in e-mail", "long name"],
)
def test_an_account_that_cannot_be_made_is_refused_in_words(capsys, monkeypatch, typed, words, refusal):
    type_in(monkeypatch, typed)

    with pytest.raises(Invalid, match=refusal):
        fornix(capsys, "user", "add", "alice", *words)

    assert not Account.objects.exists()


@pytest.mark.parametrize("username", ["élise", "Ä", "a b", "", "٣", "x" * 151])
def test_a_user_name_of_other_letters_is_refused(capsys, monkeypatch, username):
    type_in(monkeypatch, NEW_PASSWORD)

    with pytest.raises(Invalid, match="letters \\(a to z\\), digits"):
        fornix(capsys, "user", "add", "--password-stdin", username)


def test_an_email_of_two_accounts_is_noted(capsys, monkeypatch):
    factories.make_account("bob", email="lab@example.org")
    type_in(monkeypatch, NEW_PASSWORD)

    code, _, err = fornix(capsys, "user", "add", "alice", "--email", "LAB@example.org", "--password-stdin")

    assert code == 0
    assert "bob has this e-mail too: an e-mail that two accounts share links nobody" in err


def test_a_new_password_ends_other_log_ins(capsys, monkeypatch, client):
    account = factories.make_account("alice")
    client.force_login(account, backend=BACKEND)
    before = client.get("/account").status_code
    type_in(monkeypatch, NEW_PASSWORD)

    code, out, err = fornix(capsys, "user", "password", "Alice", "--password-stdin")

    assert (code, err) == (0, "")
    assert "alice has a new password" in out
    assert (before, client.get("/account").status_code) == (200, 401)
    assert find_account("alice").check_password(NEW_PASSWORD)
    assert verbs()[-1] == "password.changed"


def test_an_empty_new_password_changes_nothing(capsys, monkeypatch):
    factories.make_account("alice")
    type_in(monkeypatch, "\n")

    with pytest.raises(Invalid, match="empty"):
        fornix(capsys, "user", "password", "alice", "--password-stdin")

    assert find_account("alice").check_password(factories.PASSWORD)


def test_switching_an_account_off_ends_log_ins_and_tokens_and_on_brings_tokens_back(capsys, client):
    account = factories.make_account("alice")
    made = factories.make_token(account)
    client.force_login(account, backend=BACKEND)

    off = fornix(capsys, "user", "deactivate", "alice")
    refused = find_token(made.token.alias, made.secret, at=factories.AT)
    status = client.get("/account").status_code
    on = fornix(capsys, "user", "activate", "alice")

    assert (off[0], refused, status, on[0]) == (0, None, 401, 0)
    assert find_token(made.token.alias, made.secret, at=factories.AT) == made.token
    assert verbs()[-2:] == ["account.deactivated", "account.activated"]


def test_switching_off_twice_is_one_event(capsys):
    factories.make_account("alice")

    fornix(capsys, "user", "deactivate", "alice")
    code, _, _ = fornix(capsys, "user", "deactivate", "alice")

    assert code == 0
    assert verbs().count("account.deactivated") == 1


def test_a_corrected_email_links_as_at_creation(capsys):
    factories.make_account("alice", email="alise@example.org")
    make_person("Alice", "Young", "alice@example.org")

    code, out, _ = fornix(capsys, "user", "email", "alice", "alice@example.org")

    assert code == 0
    assert "alice is linked to Alice Young in Calpendo" in out
    assert verbs()[-2:] == ["email.changed", "account.linked"]


def link_wrongly(email: str) -> Account:
    """alice, who is linked to Bob Hill by his address, and so is a member of his project A1."""
    alice, bob = factories.make_account("alice", email=email), make_person("Bob", "Hill", "bob@example.org")
    booked = BookingProject.objects.create(
        instance="main",
        external_id="7",
        code="A1",
        status="Approved",
        first_seen_at=factories.AT,
        last_seen_at=factories.AT,
    )
    BookingRole.objects.create(booking_project=booked, person=bob, part="user", since=factories.AT)
    project = factories.make_project("A1")
    project.booking_project = booked
    project.save()
    write_link(bob, alice, at=factories.AT)
    apply_grants(project, at=factories.AT)
    return alice


def test_a_wrong_link_is_undone_with_all_that_came_by_it(capsys):
    alice = link_wrongly("bob@example.org")
    had = Membership.objects.filter(account=alice).count()

    _, _, warned = fornix(capsys, "user", "email", "alice", "alice@example.org")
    code, out, err = fornix(capsys, "user", "unlink", "alice")
    link_account(alice, at=factories.AT)

    assert "Bob Hill has another e-mail in Calpendo (bob@example.org)" in warned
    assert "`fornix user unlink alice`" in warned
    assert (had, code, err) == (1, 0, "")
    assert out.startswith("alice is no longer linked to Bob Hill in Calpendo\n")
    assert verbs()[-2:] == ["account.unlinked", "membership.revoked"]
    assert not Membership.objects.exists()
    assert BookingPerson.objects.get().account is None


def test_unlinking_keeps_what_was_given_by_hand_and_holds_whatever_the_email(capsys):
    alice = link_wrongly("Bob@example.org")
    fornix(capsys, "grant", "A1", "alice", "collaborator")

    code, out, _ = fornix(capsys, "user", "unlink", "alice")
    link_account(alice, at=factories.AT)

    assert code == 0
    assert (
        "No sweep links them again, whatever the e-mail: `fornix user link NAME bob@example.org` does." in out
    )
    assert BookingPerson.objects.get().account is None
    assert Membership.objects.get(account=alice).source == "manual"


def test_unlinking_who_is_linked_to_nobody_says_so(capsys):
    factories.make_account("alice")

    assert fornix(capsys, "user", "unlink", "alice") == (
        1,
        "",
        "fornix: alice is linked to nobody in Calpendo\n",
    )


def test_nobody_is_unlinked_beside_a_running_sweep(capsys):
    alice = link_wrongly("bob@example.org")
    take_lease(timezone.now())

    with pytest.raises(SweepRunning):
        fornix(capsys, "user", "unlink", "alice")

    assert BookingPerson.objects.get().account == alice


def test_an_email_that_is_none_is_refused(capsys):
    factories.make_account("alice", email="alice@example.org")

    with pytest.raises(Invalid, match="no e-mail address"):
        fornix(capsys, "user", "email", "alice", "nomail")

    assert find_account("alice").email == "alice@example.org"


def test_accounts_are_listed(capsys):
    alice = factories.make_account("alice", email="alice@example.org", name="Alice")
    factories.make_account("bob", is_administrator=True)
    BookingPerson.objects.filter(pk=make_person("민준", "김", "alice@example.org").pk).update(account=alice)
    fornix(capsys, "user", "deactivate", "bob")

    _, out, _ = fornix(capsys, "user", "list")
    told = json.loads(fornix(capsys, "user", "list", "--json")[1])["accounts"]

    assert out == "alice  Alice; alice@example.org; 김민준 in Calpendo\nbob  administrator; switched off\n"
    assert [each["username"] for each in told] == ["alice", "bob"]
    assert [(each["active"], each["administrator"]) for each in told] == [(True, False), (False, True)]
    assert told[0]["calpendo"] == [{"id": "alice@example.org", "name": "김민준"}]


@pytest.mark.parametrize(
    "words",
    [("password",), ("deactivate",), ("activate",), ("unlink",), ("email", "a@b.org"), ("link", "9085")],
)
def test_an_unknown_account_is_told_so(capsys, monkeypatch, words):
    type_in(monkeypatch, NEW_PASSWORD)

    verb, *rest = words
    with pytest.raises(Invalid, match="There is no account nobody"):
        fornix(capsys, "user", verb, "nobody", *rest)


def test_only_administrators_change_accounts(capsys):
    from fornix.access.accounts import reset_password, set_active, set_email

    alice, bob = factories.make_account("alice"), factories.make_account("bob")
    actor = Actor(account=alice)

    with pytest.raises(NotAllowed):
        reset_password(actor, bob, NEW_PASSWORD, at=factories.AT)
    with pytest.raises(NotAllowed):
        set_active(actor, bob, is_active=False, at=factories.AT)
    with pytest.raises(NotAllowed):
        set_email(actor, bob, "bob@example.org", at=factories.AT)


def test_what_was_granted_can_be_taken_back(capsys):
    project, alice = factories.make_project("A1"), factories.make_account("alice")

    fornix(capsys, "grant", "A1", "alice", "member")
    code, out, err = fornix(capsys, "revoke", "A1", "alice")

    assert (code, out, err) == (0, "alice has no role by hand any more on A1\n", "")
    assert not Membership.objects.filter(project=project, account=alice).exists()
    assert verbs()[-2:] == ["membership.granted", "membership.revoked"]


def test_revoke_leaves_and_tells_what_other_sources_give(capsys):
    project, alice = factories.make_project("A1"), factories.make_account("alice")
    given = Grant(alice.pk, Role.MEMBER, "user in Calpendo")
    replace_grants(project, "calpendo:main", [given], at=factories.AT)

    code, out, err = fornix(capsys, "revoke", "A1", "alice")

    assert (code, out) == (1, "")
    assert "fornix: alice had no role by hand on A1" in err
    assert "alice still is member by calpendo:main (user in Calpendo)" in err
    assert Membership.objects.count() == 1


def test_an_identity_is_given_links_and_is_taken_back(capsys, monkeypatch):
    monkeypatch.setattr("fornix.commands.user_identity.linking", lambda: Linking(realm="sso.test"))
    factories.make_account("anna")
    person = make_person("Anna", "Berg", "anna.berg@x.test")
    BookingPerson.objects.filter(pk=person.pk).update(login_identifier="aberg@sso.test")

    given, told, _ = fornix(capsys, "user", "identity", "anna", "sso.test", "aberg@sso.test")
    elsewhere, _, warned = fornix(capsys, "user", "identity", "anna", "other.test", "x")
    remove = ("user", "identity", "anna", "sso.test", "aberg@sso.test", "--remove")
    taken = [fornix(capsys, *remove)[0] for _ in range(2)]

    assert (given, elsewhere, taken) == (0, 0, [0, 1])
    assert "anna is linked to Anna Berg in Calpendo" in told
    assert "calpendo.login_realm is sso.test" in warned
    assert BookingPerson.objects.get(pk=person.pk).linked_how == "identity at single sign-on"
