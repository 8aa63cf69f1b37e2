"""Why can this person see this project, and why not: each question with the rows that its answer must name."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests import factories
from tests.integration.booking.mirrored import add_account, add_project, sweep
from tests.integration.commands.command_line import fornix

from fornix.access.actors import OPERATOR
from fornix.access.memberships import grant, set_override
from fornix.booking.holds import approve, reject
from fornix.booking.identity import Linking
from fornix.booking.people import find_person, link_by_hand, unlink_account
from fornix.booking.undo import undo_sweep
from fornix.booking.why import Moment, explain
from fornix.models import Account, BookingPerson, BookingProject, Project, Sweep
from fornix.models.memberships import OverrideKind, Role

PROJECT, PERSON = "Calpendo.Project", "Calpendo.CalpendoUser"
PROJECT_ID, CODE = "300004157000412", "2023_112"
NOBODY_LEFT = {"users": [], "owner": "9064", "principalInvestigator": None}


def edit(calpendo, kind: str, row: str, **fields) -> None:
    calpendo.site.edit({"op": "set", "type": kind, "id": row, "fields": fields})


def user(calpendo, op: str, person: str, project: str = PROJECT_ID) -> None:
    calpendo.site.edit({"op": op, "type": PROJECT, "id": project, "field": "users", "value": person})


def with_data(calpendo, number: str) -> None:
    add_project(f"300004157000{number}", calpendo.site.clock)


def account_of(calpendo, login: str, **details) -> Account:
    email = BookingPerson.objects.get(login_name=login).email.strip()
    return add_account(login.replace(".", ""), email, calpendo.site.clock, **details)


@pytest.fixture
def known(calpendo, db):
    """Swept, with data of one project and an account for one of its users."""
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    add_account("sarah", "sarah.white@example.ac.test", calpendo.site.clock)
    return calpendo


def ask(name: str, project: str = CODE) -> tuple[bool, str]:
    told = explain(name, project)
    return told.allowed, "; ".join(told.reasons)


def assert_told(answer: tuple[bool, str], *words: str, allowed: bool) -> None:
    assert answer[0] is allowed, answer[1]
    missing = [each for each in words if each not in answer[1]]
    assert not missing, f"{missing} not in: {answer[1]}"


def test_a_user_of_the_project_may_and_the_sweep_is_named(known):
    assert_told(
        ask("sarah"),
        "is member by calpendo:main since",
        "Sarah White is a user of 2023_112 in Calpendo since sweep",
        "is linked to Sarah White in Calpendo (id 9085) by e-mail given by an administrator",
        "as of sweep",
        allowed=True,
    )


@pytest.mark.parametrize("name", ["Zoë", "zoe", "ZOË ÅNGSTRÖM", "Ångström, Zoë", "9104", "zangstrom"])
def test_who_has_an_account_is_found_by_whatever_calpendo_calls_them(known, name):
    add_account("z1", "zoe.angstrom@example.ac.test", known.site.clock)

    assert_told(
        ask(name), "the owner of 2023_112", "a user of 2023_112", "is owner by calpendo:main", allowed=True
    )
    assert explain(name, CODE).person == "z1"


@pytest.mark.parametrize("name", ["mdang", "MDANG", "minh.dang@example.ac.test", "minh anh Đặng", "Minh"])
def test_people_of_calpendo_alone_are_found_by_login_email_and_name(known, name):
    assert explain(name, CODE).person == "Minh Anh Đặng"


def test_somebody_else_may_not_and_is_told_what_is_missing(known):
    account_of(known, "lmueller")

    assert_told(
        ask("lmueller"),
        "is not on this project by any source",
        "is neither owner, PI nor user",
        allowed=False,
    )


def test_an_owner_who_is_not_among_the_users_may(known):
    with_data(known, "414")
    account_of(known, "hokafor")

    assert_told(ask("hokafor", "2024_027"), "Hannah Okafor is the owner of 2024_027", allowed=True)


def test_a_pi_who_is_only_a_text_gets_nothing_by_it(known):
    with_data(known, "430")
    account_of(known, "john.smith")

    assert_told(
        ask("johnsmith", "2023_058"),
        "is neither owner, PI nor user",
        "only a text in Calpendo (Prof. J. Smith)",
        allowed=False,
    )


def test_of_one_person_in_two_rows_both_are_told(known):
    with_data(known, "421")
    account_of(known, "nokonkwo")

    assert_told(
        ask("Ngozi Okonkwo", "2020_207"),
        "is linked to Ngozi Okonkwo in Calpendo (id 9062)",
        "Ngozi Okonkwo (id 8012) has the account's e-mail too, is Expired there and is no account's",
        allowed=True,
    )


def test_a_suspended_person_is_told_so(known):
    edit(known, PERSON, "9085", status="Expired")
    sweep(known)

    assert_told(
        ask("sarah"),
        "Sarah White is Expired in Calpendo",
        "suspended, and comes back by itself",
        allowed=False,
    )


def test_a_person_whose_time_has_passed_is_told_the_day(known):
    with_data(known, "425")

    assert_told(ask("gmoreau", "2022_141"), "Normal (expires on 20", "is suspended", allowed=False)


def test_a_person_without_an_account_is_pending(known):
    assert_told(
        ask("Minh Anh Đặng"),
        "has no account here",
        "is known in Calpendo only (id 9127",
        "pending until there is an account with the e-mail minh.dang@Example.ac.test",
        "this is pending",
        allowed=False,
    )


def test_why_the_account_with_the_persons_email_is_not_theirs(known):
    with_data(known, "441")
    add_account("lab", "auditory.lab@example.ac.test", known.site.clock)

    assert_told(
        ask("kobi", "2024_008"),
        "the account lab is not linked, because Kwame Obi (id 9088), Franziska Fischer (id 9089) share this e-mail",
        allowed=False,
    )


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "the account has no e-mail"),
        ("nobody@example.ac.test", "nobody there has the e-mail"),
        ("auditory.lab@example.ac.test", "share this e-mail"),
        ("ryan.cole@example.ac.test", "is Blocked there"),
        ("sarah.white@example.ac.test", "is the account sarah"),
    ],
)
def test_why_an_account_is_not_linked(known, email, words):
    add_account("someone", email, known.site.clock)

    assert words in ask("someone")[1]


def test_an_administrator_is_linked_by_hand_only_and_it_is_told_by_whom(known):
    ward = factories.make_account("ward", email="minh.dang@example.ac.test", is_administrator=True)
    before = ask("ward")[1]
    link_by_hand(factories.actor_of(ward), ward, find_person("9127"), at=known.site.clock)

    assert "administrators are linked by hand only: `fornix user link ward 9127`" in before
    assert_told(
        ask("ward"), "is a site administrator", "(id 9127) by an administrator (ward) since", allowed=True
    )


def test_a_link_that_a_person_undid_is_told_so(known):
    unlink_account(OPERATOR, Account.objects.get(), at=known.site.clock)

    assert_told(
        ask("sarah"), "a person undid the link", "`fornix user link sarah 9085` makes it again", allowed=False
    )


def test_a_block_is_told_with_what_it_outranks(known):
    project, sarah = Project.objects.get(), Account.objects.get(username="sarah")
    grant(OPERATOR, project, sarah, Role.COLLABORATOR, at=known.site.clock)
    both = ask("sarah")
    set_override(OPERATOR, project, sarah, OverrideKind.BLOCK, at=known.site.clock, reason="left the group")

    assert_told(both, "is collaborator by manual", "is member by calpendo:main", allowed=True)
    assert_told(
        ask("sarah"),
        "is blocked on this project by an administrator (left the group)",
        "without that, is member by calpendo:main since",
        "without that, is collaborator by manual since",
        allowed=False,
    )


def test_a_pin_is_told(known):
    project, lars = Project.objects.get(), account_of(known, "lmueller")
    set_override(OPERATOR, project, lars, OverrideKind.PIN, at=known.site.clock, role=Role.MEMBER)

    assert_told(ask("lmueller"), "is pinned as member by an administrator", allowed=True)


def test_an_account_that_is_switched_off_is_told_so(known):
    Account.objects.update(is_active=False)

    assert_told(ask("sarah"), "the account is switched off", "without that, is member", allowed=False)


def test_a_held_removal_and_one_that_was_rejected_are_told(known):
    edit(known, PROJECT, PROJECT_ID, **NOBODY_LEFT)
    number = sweep(known).sweep_id
    waits = ask("sarah")
    reject(OPERATOR, ["all"], at=known.site.clock)

    listed = f"Calpendo no longer lists Sarah White as a user of 2023_112, since sweep {number}"
    assert_told(waits, listed, "is held until an administrator decides (`fornix mirror holds`)", allowed=True)
    assert "Sarah White is a user of" not in waits[1]
    assert_told(ask("sarah"), listed, "by an administrator's decision it counts", allowed=True)


def test_a_pi_who_was_replaced_is_told_that_it_ends_with_the_next_sweep(known):
    account_of(known, "sobriain")
    edit(known, PROJECT, PROJECT_ID, principalInvestigator="9104")
    sweep(known)

    assert_told(
        ask("sobriain"), "no longer lists Seán Ó Briain as the PI", "ends with the next sweep", allowed=True
    )


def test_a_held_addition_and_one_that_was_refused_are_told(known):
    account_of(known, "lmueller")
    many = list(BookingPerson.objects.filter(is_active=True).values_list("external_id", flat=True)[:300])
    edit(known, PROJECT, PROJECT_ID, users=["9064", "9085", "9104", "9127", *many])
    number = sweep(known).sweep_id
    waits = ask("lmueller")
    reject(OPERATOR, ["all"], at=known.site.clock)

    listed = f"is a user of 2023_112 in Calpendo since sweep {number}"
    assert_told(waits, listed, "the addition is held, and gives nothing, until", allowed=False)
    assert_told(ask("lmueller"), listed, "by an administrator's decision it gives nothing", allowed=False)


def test_an_expiry_that_was_undone_and_a_return_that_was_undone_are_told(known):
    edit(known, PERSON, "9085", status="Expired")
    expired = sweep(known).sweep_id
    undo_sweep(OPERATOR, expired, at=known.site.clock)
    kept = ask("sarah")
    approve(OPERATOR, [f"person-{BookingPerson.objects.get(external_id='9085').pk}"], at=known.site.clock)
    edit(known, PERSON, "9085", status="Normal")
    undo_sweep(OPERATOR, sweep(known).sweep_id, at=known.site.clock)

    assert_told(
        kept, "Sarah White is Expired in Calpendo", "by an administrator's decision it counts", allowed=True
    )
    assert_told(ask("sarah"), "is Normal in Calpendo, and suspended here", allowed=False)


def test_a_status_that_is_held_kept_or_followed_is_told(known):
    edit(known, PROJECT, PROJECT_ID, status="Requested")
    sweep(known)
    waits = ask("sarah")
    reject(OPERATOR, ["all"], at=known.site.clock)
    kept = ask("sarah")
    approve(
        OPERATOR, [f"status-{BookingProject.objects.get(external_id=PROJECT_ID).pk}"], at=known.site.clock
    )

    goes_on = "is Requested in Calpendo since sweep"
    assert_told(waits, goes_on, "goes on as Approved here until an administrator decides", allowed=True)
    assert_told(kept, goes_on, "goes on as Approved here by an administrator's decision", allowed=True)
    assert_told(ask("sarah"), "the project is Requested in Calpendo: it gives nobody access", allowed=False)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("Denied", "is Denied in Calpendo: nobody is added"),
        ("Odd", "Odd, is not known here: nobody is added"),
    ],
)
def test_a_frozen_project_gives_newcomers_nothing_and_says_so(known, status, words):
    edit(known, PROJECT, PROJECT_ID, status=status)
    sweep(known)
    account_of(known, "mdang")

    assert_told(ask("mdang"), words, "a user of 2023_112", allowed=False)
    assert_told(ask("sarah"), words, allowed=True)


def test_a_project_that_calpendo_does_not_list_keeps_its_people_and_says_so(known):
    known.site.edit({"op": "delete", "type": PROJECT, "id": PROJECT_ID, "cascade": True})
    sweep(known)
    missing = ask("sarah")
    for _ in range(26):
        sweep(known)

    assert_told(missing, "Calpendo does not list the project since sweep", allowed=True)
    assert_told(ask("sarah"), "the project is gone from Calpendo since", allowed=True)


def test_a_person_whom_calpendo_does_not_list_keeps_what_there_was(known):
    BookingPerson.objects.filter(external_id="9085").update(missing_since=known.site.clock)

    assert_told(
        ask("sarah"), "Calpendo does not list Sarah White since", "what there was is kept", allowed=True
    )


def test_a_project_that_was_renamed_is_told_by_its_new_code(known):
    edit(known, PROJECT, PROJECT_ID, projectCode="2026_900")
    sweep(known)

    assert_told(ask("sarah"), "2023_112 has the code 2026_900 in Calpendo now", allowed=True)
    assert_told(ask("sarah", "2026_900"), "2026_900 is 2023_112 here", allowed=True)


def test_a_code_that_went_to_another_project_is_told_of_both(known):
    with_data(known, "432")
    account_of(known, "mkim")
    known.site.edit({"op": "case", "case": 7})
    sweep(known)

    assert_told(
        ask("mkim", "2017_031"),
        "also the code of another project in Calpendo: Motion adaptation, second study",
        allowed=False,
    )


def test_the_former_code_of_a_project_without_data_leads_to_its_new_one(known):
    edit(known, PROJECT, "300004157000415", projectCode="2022_099")
    sweep(known)

    told = explain("sarah", "2022_088")

    assert told.project == "2022_099"
    assert "2022_088 is 2022_099 here" in told.reasons


@pytest.mark.parametrize(
    "title", ["sleep spindles and memory consolidation in adolescents", "300004157000414"]
)
def test_a_project_is_found_by_its_title_and_its_id(known, title):
    assert explain("sarah", title).project == "2024_027"


def test_a_project_without_data_is_told_so(known):
    assert_told(ask("sarah", "2023_101"), "holds no data yet", allowed=False)


def test_a_project_that_books_no_scanner_is_told_so(known):
    assert "books no MRI or MEG scanner" in ask("sarah", "2023_140")[1]


def test_a_project_that_calpendo_does_not_know_is_told_so(known):
    factories.make_project("OWN", people={Account.objects.get(): Role.MEMBER})

    assert_told(
        ask("sarah", "OWN"), "is member by manual", "Calpendo has no project of this code", allowed=True
    )


def test_an_administrator_may_see_what_holds_no_data(known):
    factories.make_account("root", is_administrator=True)

    assert_told(ask("root"), "is a site administrator", allowed=True)
    assert ask("root", "2023_101")[0]


def test_a_mirror_that_is_old_or_failed_is_told_so(known):
    last = Sweep.objects.latest("pk")
    moment = Moment(last.started_at + timedelta(hours=5), timedelta(hours=1))
    fresh = explain("sarah", CODE, moment=Moment(last.started_at + timedelta(hours=2), timedelta(hours=1)))
    known.site.set_faults([{"effect": "401"}])
    failed = sweep(known).sweep_id

    told = "; ".join(explain("sarah", CODE, moment=moment).reasons)

    assert not any("ago" in reason for reason in fresh.reasons)
    assert "that is 5 h 0 min ago" in told
    assert f"the last sweep, {failed}, could not be used: " in told


def test_before_the_first_sweep_is_confirmed_that_is_told(calpendo, db):
    factories.make_project("OWN", people={factories.make_account("alice"): Role.MEMBER})
    sweep(calpendo, is_confirmed=False)

    assert_told(ask("alice", "OWN"), "the first sweep waits to be confirmed", allowed=True)


@pytest.mark.parametrize(
    ("called", "typed"),
    [
        ("Zoë Ångström", "zoe angstrom"),
        ("Jane O'Brien", "o brien JANE"),
        ("Jane\tBrown", "Jane Brown"),
        ("Weiß", "weiss"),
        ("100_% Sure", "100 sure"),
        ("Пётр", "ПЕТР"),
    ],
)
def test_names_are_found_however_typed_also_where_the_database_chooses_first(db, called, typed):
    for account, name in (("found", called), ("other", "Somebody Else")):
        factories.make_account(account, name=name)
    factories.make_project("OWN")

    assert explain(typed, "OWN").person == "found"


def test_an_email_of_an_alias_domain_names_the_person(known):
    told = explain("minh.dang@imaging.test", CODE, linking=Linking({"imaging.test": "example.ac.test"}))

    assert told.person == "Minh Anh Đặng"


def test_alias_domains_count_as_one(known):
    account = add_account("minh", "minh.dang@imaging.test", known.site.clock)

    told = "; ".join(explain("minh", CODE, linking=Linking({"imaging.test": "example.ac.test"})).reasons)

    assert account.booking_people.count() == 0
    assert "Minh Anh Đặng (id 9127) has this e-mail; the next sweep links them" in told


@pytest.mark.parametrize(
    ("name", "project", "words"),
    [
        ("nobody at all", CODE, "There is no account nobody at all"),
        ("sarah", "NO_SUCH", "There is no project NO_SUCH"),
        ("Smith", CODE, "Smith can be several people. Name one of them: 9069 (John Smith in Calpendo), 9070"),
        ("", CODE, "There is no account"),
    ],
)
def test_who_or_what_is_not_known_for_certain_is_said(known, capsys, name, project, words):
    code, out, err = fornix(capsys, "why", name, project)

    assert (code, out) == (1, "")
    assert words in err
    assert json.loads(fornix(capsys, "why", name, project, "--json")[1])["allowed"] is False


def test_in_words_the_verdict_comes_first(known, capsys):
    code, out, _ = fornix(capsys, "why", "sarah", CODE)

    assert code == 0
    assert out.startswith("sarah may see 2023_112:\n- ")


def test_json_tells_the_same(known, capsys):
    code, out, _ = fornix(capsys, "why", "sarah", CODE, "--json")

    told = json.loads(out)
    assert (code, told["allowed"], told["person"], told["project"]) == (0, True, "sarah", CODE)
    assert told["reasons"][: len(told["reasons"]) - 1] == list(explain("sarah", CODE).reasons)[:-1]


def test_the_command_knows_that_the_mirror_is_old(known, capsys, monkeypatch):
    later = known.site.clock + timedelta(days=3)
    monkeypatch.setattr("fornix.commands.why.timezone.now", lambda: later)

    assert "3 days ago" in fornix(capsys, "why", "sarah", CODE)[1]
