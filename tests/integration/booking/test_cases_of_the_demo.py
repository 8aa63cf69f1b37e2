"""The 28 cases of the demo set (contract calpendo 3.5), each by what it shows, after a real sweep."""

from __future__ import annotations

import csv
import html
import io
import unicodedata
from datetime import date

import pytest
from django.db.models import QuerySet
from django.test import Client
from tests import factories
from tests.integration.booking.mirrored import rights, sweep, true_rights

from fornix.access.actors import OPERATOR
from fornix.access.memberships import grant
from fornix.booking.find import AmbiguousCode, FoundProject, find_booking_project
from fornix.booking.oddities import hidden_fields, renamed
from fornix.booking.unresolved import Lack, unresolved
from fornix.catalog.directory import find_people, find_projects
from fornix.catalog.people import person_name
from fornix.catalog.typed_text import fold_text
from fornix.models import Booking, BookingPerson, BookingProject, BookingRole, Membership, Project
from fornix.models.memberships import Role

P = "300004157000"  # what the demo's project ids begin with


def case_of(server, number: int) -> dict:
    return server.site.truth(("cases",))["cases"][str(number)]


def overnight(server, number: int) -> None:
    server.site.edit({"op": "case", "case": number})
    sweep(server)


def booked(number: str) -> BookingProject:
    return BookingProject.objects.get(external_id=P + number)


def person(login: str) -> BookingPerson:
    return BookingPerson.objects.get(login_name=login)


def roles_in(number: str) -> dict[str, str]:
    """Login in Calpendo -> role here, as the mirror granted it."""
    by_email = rights()[P + number]
    people = BookingPerson.objects.filter(account__email__in=by_email)
    return {each.login_name: by_email[each.account.email] for each in people.select_related("account")}


def parts_in(number: str) -> set[tuple[str, str]]:
    return set(booked(number).roles.values_list("person__login_name", "part"))


def bookings_of(server, number: int) -> QuerySet[Booking]:
    return Booking.objects.filter(external_id__in=case_of(server, number)["bookings"])


def test_case_1_owner_and_pi_own_an_ordinary_project_and_users_are_members(mirrored):
    assert roles_in("412") == {
        "zangstrom": "owner",
        "sobriain": "owner",
        "mdang": "member",
        "swhite": "member",
    }


def test_case_2_an_owner_outside_the_user_list_has_access(mirrored):
    assert {part for login, part in parts_in("414") if login == "hokafor"} == {"owner"}
    assert roles_in("414")["hokafor"] == "owner"


def test_case_3_a_pi_without_an_account_in_calpendo_is_told_by_name_and_gets_nothing(mirrored):
    assert booked("429").pi_text == "Dr Harriet Vance"
    assert "pi" not in {part for _, part in parts_in("429")}
    assert "Dr Harriet Vance" in [line.name for line in unresolved(OPERATOR, limit=1000).lines]


def test_case_4_a_pi_text_that_fits_two_people_gives_neither_a_right(mirrored):
    assert booked("430").pi_text == "Prof. J. Smith"
    assert {"john.smith", "jane.smith"} & roles_in("430").keys() == set()
    assert rights()[P + "430"] == true_rights(mirrored)[P + "430"]


def test_case_5_a_pi_who_is_a_user_too_owns_the_project_once(mirrored):
    account = person("sobriain").account

    assert {part for login, part in parts_in("413") if login == "sobriain"} == {"pi", "user"}
    rows = Membership.objects.filter(account=account, project__booking_project=booked("413"))
    assert [row.role for row in rows] == ["owner"]


def test_case_6_a_project_renamed_and_recoded_overnight_is_the_same_with_both_codes(mirrored):
    before, project = rights(), Project.objects.get(booking_project=booked("431"))
    overnight(mirrored, 6)

    assert Project.objects.get(booking_project=booked("431")) == project
    assert (booked("431").code, "2025_012" in former_codes("2025_112")) == ("2025_112", True)
    assert rights() == before


def former_codes(code: str) -> list[str]:
    return [each.code for line in renamed(OPERATOR) if line.code == code for each in line.former]


def test_case_7_a_code_used_anew_sends_no_data_to_either_project_unasked(mirrored):
    old_people = rights()[P + "432"]
    overnight(mirrored, 7)

    assert find_booking_project("2017_031", on=date(2024, 5, 1)) == FoundProject(booked("432"))
    assert isinstance(find_booking_project("2017_031", on=mirrored.site.clock.date()), AmbiguousCode)
    assert rights()[P + "432"] == old_people


def test_case_8_a_project_without_a_code_is_known_and_never_found_by_one(mirrored):
    assert (booked("433").code, parts_in("433") != set()) == ("", True)
    assert find_booking_project("", on=None) is None


def test_case_9_a_requested_project_takes_data_from_the_night_it_is_approved(mirrored):
    before = find_booking_project("2026_009", on=None)
    overnight(mirrored, 9)

    assert before is None
    assert find_booking_project("2026_009", on=None) == FoundProject(booked("434"))


def test_case_10_people_of_a_terminated_project_keep_it(mirrored):
    assert booked("427").status == "Terminated"
    assert roles_in("427")["sarad"] == "owner"
    assert rights()[P + "427"] == true_rights(mirrored)[P + "427"]


def test_case_11_each_status_is_treated_in_its_own_way(mirrored):
    statuses = [booked(number).status for number in ("435", "436", "437", "438")]

    assert statuses == ["Denied", "Unbookable", "Restricted", "Draft"]
    assert [P + number in rights() for number in ("435", "436", "437", "438")] == [False, False, True, False]
    assert roles_in("437")["hokafor"] == "owner"


def test_case_12_a_project_removed_entirely_keeps_its_people_and_is_told_as_missing(mirrored):
    before = rights()
    overnight(mirrored, 12)

    assert booked("439").missing_since is not None
    assert rights() == before


def test_case_13_a_user_who_leaves_is_suspended_not_forgotten(mirrored):
    account, before = person("mlevy").account, rights()
    overnight(mirrored, 13)

    assert account.email in before[P + "440"]
    assert account.email not in rights()[P + "440"]
    assert (person("mlevy").account, ("mlevy", "user") in parts_in("440")) == (account, True)


def test_case_14_who_is_normal_but_past_the_expiry_date_has_nothing(mirrored):
    assert (person("gmoreau").status, person("gmoreau").is_active) == ("Normal", False)
    assert "gmoreau" not in roles_in("425")


def test_case_15_of_two_accounts_of_one_person_the_expired_one_takes_nothing_away(mirrored):
    old, new = BookingPerson.objects.filter(external_id__in=case_of(mirrored, 15)["people"]).order_by(
        "is_active"
    )

    assert (old.is_active, new.is_active, old.email.lower()) == (False, True, new.email.lower())
    assert new.account.email in rights()[P + "421"]


def test_case_16_a_new_name_login_and_email_leave_the_same_person(mirrored):
    account, before = person("cbauer").account, rights()
    overnight(mirrored, 16)

    assert (person("cconti").account, person("cconti").family_name) == (account, "Bauer-Conti")
    assert rights() == before


def test_case_17_two_users_of_one_lab_email_are_linked_to_nobody_and_told(mirrored):
    assert (person("kobi").email, person("kobi").account) == (person("ffischer").email, None)
    assert {"kobi", "ffischer"} & roles_in("441").keys() == set()
    told = {line.name: line.lack for line in unresolved(OPERATOR, limit=1000).lines}
    assert told[person_name(person("kobi"))] is told[person_name(person("ffischer"))] is Lack.SHARED


def test_case_18_who_is_taken_off_loses_what_calpendo_gave_and_keeps_what_a_person_gave(mirrored):
    project = Project.objects.get(booking_project=booked("440"))
    account = person("pvandijk").account
    grant(OPERATOR, project, account, Role.COLLABORATOR, at=mirrored.site.clock)
    overnight(mirrored, 18)

    rows = Membership.objects.filter(project=project, account=account)
    assert [(row.source, row.role) for row in rows] == [("manual", "collaborator")]


def test_case_19_a_grant_by_hand_to_an_outsider_is_never_touched(mirrored):
    project = Project.objects.get(booking_project=booked("442"))
    grant(OPERATOR, project, person("tkovac").account, Role.MEMBER, at=mirrored.site.clock)
    row = Membership.objects.filter(source="manual").values().get()
    for number in (13, 16, 18):
        overnight(mirrored, number)

    assert Membership.objects.filter(source="manual").values().get() == row


def test_case_20_hard_names_are_stored_as_calpendo_has_them(mirrored):
    said = mirrored.site.truth(("people",))["people"]
    for person_id in case_of(mirrored, 20)["people"]:
        row = BookingPerson.objects.get(external_id=person_id)
        written = [said[person_id][name] or "" for name in ("given_name", "family_name")]
        assert [row.given_name, row.family_name] == [
            unicodedata.normalize("NFC", each).strip() for each in written
        ]
    assert booked("423").name == "Pain expectation and placebo analgesia 🧊🔥"


def names_of_case_20(server) -> list[str]:
    ids = case_of(server, 20)["people"]
    rows = BookingPerson.objects.filter(external_id__in=ids, roles__booking_project=booked("423")).distinct()
    return [person_name(row) for row in rows]


@pytest.fixture
def administrator(mirrored):
    client = Client(headers={"Accept": "text/html"})
    account = factories.make_account("root", is_administrator=True)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_case_20_hard_names_are_unharmed_on_pages_and_in_tables(mirrored, administrator):
    label = Project.objects.get(booking_project=booked("423")).label
    page, table = (administrator.get(f"/projects/{label}/people{end}").content for end in ("", ".csv"))
    names = names_of_case_20(mirrored)

    assert {"Zoë Ångström", "김민준", "محمد الأمين", "Robert, Jr. O'Neill;", "Renée Dubé"} < set(names)
    assert max(map(len, names)) == 180
    for name in names:
        assert name in html.unescape(page.decode())
        assert name in [row[0] for row in csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))]
    assert "🧊🔥" in administrator.get(f"/projects/{label}").content.decode()


@pytest.mark.parametrize(
    "typed", ["Zoë Ångström", "zoe angstrom", "Đặng Minh Anh", "Ó Briain", "김민준", "محمد الأمين", "O'Neill"]
)
def test_case_20_hard_names_are_found_as_people_type_them(mirrored, typed):
    found = find_people(OPERATOR, typed)
    names = [each.name for each in (found.chosen, *found.candidates) if each]

    assert any(fold_text(typed.split()[-1]) in fold_text(name) for name in names)


def test_case_20_a_project_is_found_by_the_emoji_of_its_title(mirrored):
    assert find_projects(OPERATOR, "placebo analgesia 🧊🔥").chosen is not None


def test_case_21_what_was_always_hidden_gives_nothing_and_is_told(mirrored):
    assert [set(dict(parts_in(number)).values()) for number in ("443", "444", "445")] == [{"owner", "pi"}] * 3
    assert hidden_fields(OPERATOR)


def test_case_21_members_hidden_overnight_are_kept_as_last_known(mirrored):
    before = rights()[P + "422"]
    overnight(mirrored, 21)

    assert rights()[P + "422"] == before
    assert {"lhaddad", "malamin", "sukarno"} <= roles_in("422").keys()


def test_case_22_a_cancelled_booking_is_kept_and_marked(mirrored):
    overnight(mirrored, 22)
    rows = bookings_of(mirrored, 22)

    assert len(rows) == 4
    assert all(row.is_cancelled for row in rows)


def test_case_23_bookings_swapped_between_projects_change_sides(mirrored):
    ids = case_of(mirrored, 23)["bookings"][2:4]
    before = [Booking.objects.get(external_id=each).booking_project for each in ids]
    overnight(mirrored, 23)

    assert [Booking.objects.get(external_id=each).booking_project for each in ids] == before[::-1]


def test_case_24_odd_bookings_have_the_times_of_the_oracle(mirrored):
    truth = mirrored.site.truth(("bookings",))["bookings"]
    rows = bookings_of(mirrored, 24)

    assert len(rows) == 8
    assert [row.external_id for row in rows if row.booking_project is None] == [
        case_of(mirrored, 24)["bookings"][0]
    ]
    plain = [row for row in rows if not truth[row.external_id]["odd_hour"]]
    assert len(plain) == 6
    assert all(row.starts_at.isoformat() == truth[row.external_id]["starts_at"] for row in plain)


def test_case_25_a_booking_of_the_meg_is_mirrored_like_any_other(mirrored):
    (row,) = bookings_of(mirrored, 25)

    assert (row.scanner.external_id, row.booking_project) == ("13", booked("412"))


def test_case_26_a_project_of_four_hundred_and_one_of_nobody_are_mirrored_whole(mirrored):
    assert BookingRole.objects.filter(booking_project=booked("446"), part="user").count() == 400
    assert not BookingRole.objects.filter(booking_project=booked("447"), part="user").exists()
    assert roles_in("447") == {"bnguyen": "owner", "john.smith": "owner"}


@pytest.mark.parametrize("code", ["HIN 2024", "VIS/2024-3", "MEG^12", "Grün_01"])
def test_case_27_codes_that_need_encoding_are_found_as_they_are(mirrored, code):
    found = find_booking_project(code, on=None)

    assert isinstance(found, FoundProject)
    assert found.booking_project.code == code


def test_case_28_pseudo_projects_give_nobody_anything(mirrored):
    assert not any(booked(number).is_eligible for number in ("452", "453", "454"))
    assert [find_booking_project(code, on=None) for code in ("BLOCKER", "QA_PHANTOM", "TRAINING")] == [
        None
    ] * 3
