"""One sweep undone: rights are as before it, the next sweep does not do it again, and others' rows are untouched."""

from __future__ import annotations

import pytest
from tests import factories
from tests.integration.booking.mirrored import AT_ONCE, add_account, add_project, config_of, rights, sweep
from tests.integration.commands.command_line import fornix

from fornix.access.actors import OPERATOR
from fornix.access.memberships import grant
from fornix.booking.config import Thresholds
from fornix.booking.holds import approve, held
from fornix.booking.lease import take_lease
from fornix.booking.refusals import SweepRunning
from fornix.booking.sweep import run_sweep
from fornix.booking.undo import CannotUndo, NoSuchSweep, Undone, undo_sweep
from fornix.catalog.projects import create_project
from fornix.errors import NotAllowed
from fornix.models import (
    Account,
    BookingPerson,
    BookingProject,
    BookingRole,
    Event,
    Membership,
    Sweep,
    SweepOutcome,
)
from fornix.models.booking import Hold
from fornix.models.memberships import Role

PROJECT, PERSON = "Calpendo.Project", "Calpendo.CalpendoUser"
PROJECT_ID = "300004157000412"
SARAH, MINH = "sarah.white@example.ac.test", "minh.dang@example.ac.test"


def edit(calpendo, kind: str, row: str, **fields) -> None:
    calpendo.site.edit({"op": "set", "type": kind, "id": row, "fields": fields})


def swap(calpendo, op: str, person: str) -> None:
    calpendo.site.edit({"op": op, "type": PROJECT, "id": PROJECT_ID, "field": "users", "value": person})


def undo(calpendo, sweep_id: int) -> Undone:
    return undo_sweep(OPERATOR, sweep_id, at=calpendo.site.clock)


@pytest.fixture
def known(calpendo, db):
    """Data of one project, and accounts of two of its users."""
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    add_account("sarah", SARAH, calpendo.site.clock)
    add_account("minh", MINH, calpendo.site.clock)
    return calpendo


def mine() -> dict[str, str]:
    return rights()[PROJECT_ID]


def test_who_left_comes_back_and_stays(known):
    before = mine()
    swap(known, "remove", "9085")
    number = sweep(known).sweep_id
    without = mine()

    undone = undo(known, number)

    assert (SARAH in without, undone) == (False, Undone(restored=1))
    assert mine() == before
    assert sweep(known).outcome == "complete"
    assert mine() == before


def test_who_joined_goes_again_and_stays_away_until_calpendo_lists_them_anew(known):
    swap(known, "remove", "9085")
    sweep(known)
    swap(known, "add", "9085")
    number = sweep(known).sweep_id
    joined = mine()

    undone = undo(known, number)
    at_once = mine()
    sweep(known)
    after = mine()
    swap(known, "remove", "9085")
    sweep(known)
    swap(known, "add", "9085")
    sweep(known)

    assert (SARAH in joined, undone) == (True, Undone(taken_back=1))
    assert (SARAH in at_once, SARAH in after, SARAH in mine()) == (False, False, True)


def test_who_expired_may_again_and_the_expiry_counts_once_it_is_said_anew(known):
    before = mine()
    edit(known, PERSON, "9085", status="Expired")
    number = sweep(known).sweep_id

    undone = undo(known, number)
    sweep(known)
    kept = mine()
    edit(known, PERSON, "9085", status="Normal")
    sweep(known)
    edit(known, PERSON, "9085", status="Expired")
    sweep(known)

    assert (undone, kept) == (Undone(reactivated=1), before)
    assert SARAH not in mine()


def test_who_came_back_is_suspended_again(known):
    edit(known, PERSON, "9085", status="Expired")
    sweep(known)
    edit(known, PERSON, "9085", status="Normal")
    number = sweep(known).sweep_id

    undone = undo(known, number)
    sweep(known)

    assert undone == Undone(suspended=1)
    assert SARAH not in mine()


def test_a_link_that_the_sweep_made_is_undone_for_good(calpendo, db):
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    factories.make_account("sarah", email=SARAH)
    number = sweep(calpendo).sweep_id
    linked = mine()

    undone = undo(calpendo, number)
    sweep(calpendo)

    assert (linked, undone) == ({SARAH: "member"}, Undone(unlinked=1))
    assert (mine(), BookingPerson.objects.filter(account__isnull=False).exists()) == ({}, False)
    assert Event.objects.filter(verb="account.unlinked").get().details["sweep"] == number


def test_rights_by_a_code_that_came_to_meet_a_project_go_again_and_stay_away(calpendo, db):
    sweep(calpendo)
    create_project("LOCAL_7", at=calpendo.site.clock, source="command")
    add_account("sarah", SARAH, calpendo.site.clock)
    edit(calpendo, PROJECT, PROJECT_ID, projectCode="LOCAL-7")
    number = sweep(calpendo).sweep_id
    attached = mine()

    undone = undo(calpendo, number)
    at_once = mine()
    sweep(calpendo)

    assert (attached, at_once, mine()) == ({SARAH: "member"}, {}, {})
    assert (undone.taken_back > 1, undone.skipped, undone.in_force) == (True, 0, 0)


def test_rights_by_a_status_that_became_good_go_again_and_stay_away(calpendo, db):
    edit(calpendo, PROJECT, PROJECT_ID, status="Draft")
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    add_account("sarah", SARAH, calpendo.site.clock)
    draft = mine()
    edit(calpendo, PROJECT, PROJECT_ID, status="Approved")
    number = sweep(calpendo).sweep_id
    approved = mine()

    undone = undo(calpendo, number)
    at_once = mine()
    sweep(calpendo)

    assert (draft, approved, at_once, mine()) == ({}, {SARAH: "member"}, {}, {})
    assert (undone.skipped, undone.in_force) == (0, 0)


def test_a_part_that_calpendo_did_not_list_any_more_ends_with_the_status_that_let_it_count(calpendo, db):
    edit(calpendo, PROJECT, PROJECT_ID, status="Draft")
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    add_account("sarah", SARAH, calpendo.site.clock)
    parts = BookingRole.objects.filter(booking_project__external_id=PROJECT_ID, person__external_id="9085")
    parts.update(hold=Hold.KEPT, held_at=calpendo.site.clock)
    swap(calpendo, "remove", "9085")
    edit(calpendo, PROJECT, PROJECT_ID, status="Approved")
    number = sweep(calpendo).sweep_id
    approved = mine()

    undone = undo(calpendo, number)
    sweep(calpendo)

    assert (approved, mine(), undone.in_force) == ({SARAH: "member"}, {}, 0)
    assert not parts.exists()


def test_what_stays_in_force_is_told(known, capsys):
    swap(known, "remove", "9085")
    sweep(known)
    swap(known, "add", "9085")
    number = sweep(known).sweep_id
    # A decision that came after the sweep, and that undoing it leaves alone.
    BookingRole.objects.filter(person__external_id="9085", booking_project__external_id=PROJECT_ID).update(
        hold=Hold.KEPT, held_at=known.site.clock
    )

    _, out, _ = fornix(capsys, "mirror", "undo", str(number))

    assert "left alone, because different by now: 1; rights that it gave and that stay in force: 1" in out
    assert "`fornix block PROJECT NAME` ends it" in out
    assert Event.objects.filter(verb="sweep.undone").get().details["in_force"] == 1


def test_what_changed_since_is_left_alone_and_counted(known):
    swap(known, "remove", "9085")
    number = sweep(known).sweep_id
    swap(known, "add", "9085")
    sweep(known)
    before = mine()

    assert undo(known, number) == Undone(skipped=1)
    assert mine() == before


def test_titles_codes_and_statuses_stay_as_calpendo_has_them(known):
    edit(known, PROJECT, PROJECT_ID, name="Another title", projectCode="2026_001")
    number = sweep(known).sweep_id

    undone = undo(known, number)

    booked = BookingProject.objects.get(external_id=PROJECT_ID)
    assert (undone, booked.name, booked.code) == (Undone(), "Another title", "2026_001")


def test_rows_of_other_sources_are_never_touched(known):
    sarah = Account.objects.get(username="sarah")
    project = Membership.objects.filter(account=sarah).get().project
    grant(OPERATOR, project, sarah, Role.COLLABORATOR, at=known.site.clock)
    manual = Membership.objects.filter(source="manual").values_list().get()
    swap(known, "remove", "9085")
    number = sweep(known).sweep_id

    undo(known, number)

    assert Membership.objects.filter(source="manual").values_list().get() == manual


def test_the_undoing_is_an_event_with_the_sweep_and_the_numbers(known):
    swap(known, "remove", "9085")
    number = sweep(known).sweep_id
    last = Event.objects.latest("pk").pk

    undo(known, number)

    events = list(Event.objects.filter(pk__gt=last).order_by("pk"))
    assert [(each.verb, each.source, each.details["sweep"]) for each in events] == [
        ("membership.granted", "command", number),
        ("sweep.undone", "command", number),
    ]
    assert events[1].details["restored"] == 1
    assert Sweep.objects.get(pk=number).undone_at == known.site.clock


def test_a_sweep_is_undone_once(known):
    swap(known, "remove", "9085")
    number = sweep(known).sweep_id
    undo(known, number)
    before = mine()

    with pytest.raises(CannotUndo, match=f"Sweep {number} was undone already"):
        undo(known, number)

    assert mine() == before


def test_what_undoing_held_can_follow_calpendo_later(known):
    swap(known, "remove", "9085")
    number = sweep(known).sweep_id
    undo(known, number)
    (kept,) = held(OPERATOR)

    approve(OPERATOR, [kept.id], at=known.site.clock)

    assert (kept.kind, kept.is_decided, kept.people) == ("removal", True, ("Sarah White",))
    assert SARAH not in mine()


def test_a_sweep_that_was_not_applied_cannot_be_undone(known):
    known.site.set_faults([{"effect": "401"}])
    number = sweep(known).sweep_id

    with pytest.raises(CannotUndo, match=f"Sweep {number} is incomplete"):
        undo(known, number)


def test_a_sweep_that_was_cut_off_half_way_can_be_undone(known):
    before = mine()
    swap(known, "remove", "9085")
    number = sweep(known).sweep_id
    # So it is left by a sweep that was killed after it wrote its plan down.
    Sweep.objects.filter(pk=number).update(outcome=SweepOutcome.INCOMPLETE)

    undo(known, number)

    assert mine() == before


def test_a_number_that_is_no_sweep_is_said_to_be_none(known):
    with pytest.raises(NoSuchSweep, match="There is no sweep 999"):
        undo(known, 999)


def test_nothing_is_undone_beside_a_running_sweep(known):
    swap(known, "remove", "9085")
    number = sweep(known).sweep_id
    take_lease(known.site.clock)

    with pytest.raises(SweepRunning):
        undo(known, number)

    assert Sweep.objects.get(pk=number).undone_at is None


def test_only_administrators_undo(known):
    number = Sweep.objects.latest("pk").pk

    with pytest.raises(NotAllowed):
        undo_sweep(factories.actor_of("sarah"), number, at=known.site.clock)


def test_an_undoing_that_was_cut_off_is_done_to_its_end(known, monkeypatch):
    swap(known, "remove", "9085")
    edit(known, PERSON, "9127", status="Expired")
    number = sweep(known).sweep_id
    before = mine()
    monkeypatch.setattr("fornix.booking.undo._Undoing.of_project", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        undo(known, number)
    monkeypatch.undo()

    undone = undo(known, number)

    assert before == {}
    assert undone == Undone(restored=1, skipped=1)
    assert mine().keys() == {SARAH, MINH}


def test_the_command_tells_what_was_undone_and_what_stays(known, capsys):
    swap(known, "remove", "9085")
    number = sweep(known).sweep_id

    code, out, _ = fornix(capsys, "mirror", "undo", str(number))

    assert code == 0
    assert out.startswith(f"sweep {number} is undone: parts in projects that count again: 1\n")
    assert "Titles, codes and statuses are Calpendo's and stay." in out


def test_rights_of_projects_that_a_sweep_opened_are_taken_back_for_good(calpendo, db):
    sweep(calpendo)
    add_account("sarah", SARAH, calpendo.site.clock)
    config = config_of(calpendo, show_empty_projects=True, guards=Thresholds(added_few=1000, added_most=1000))
    opening = run_sweep(config, calpendo.site.clock, patience=AT_ONCE)
    given = Membership.objects.filter(account__username="sarah").count()

    undone = undo(calpendo, opening.sweep_id)
    then = run_sweep(config, calpendo.site.clock, patience=AT_ONCE)

    left = Membership.objects.filter(account__username="sarah").count()
    assert given > 0
    assert (left, undone.in_force, then.has_news) == (0, 0, False)
    assert "project.opened" in {line.kind for line in opening.lines}
