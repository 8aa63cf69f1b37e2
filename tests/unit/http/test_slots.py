"""How many downloads run at once, in all and for one person."""

from __future__ import annotations

import pytest

from fornix.http.slots import AT_ONCE, PER_PERSON, THREADS, NoSlot, Slots, TooManyOfYours

ALICE, BOB, CAROL = 1, 2, 3


def test_a_quarter_of_the_threads_is_left_for_pages():
    assert AT_ONCE * 4 == THREADS * 3
    assert PER_PERSON == 6


def test_a_person_gets_no_more_than_his_share():
    slots = Slots(at_once=10, per_person=2)
    slots.take(ALICE)
    slots.take(ALICE)

    with pytest.raises(TooManyOfYours):
        slots.take(ALICE)
    slots.take(BOB)


def test_nobody_gets_one_when_all_are_taken():
    slots = Slots(at_once=2, per_person=2)
    held = [slots.take(ALICE), slots.take(BOB)]

    with pytest.raises(NoSlot) as refusal:
        slots.take(CAROL)
    held[0].release()

    assert type(refusal.value) is NoSlot
    slots.take(CAROL)


def test_a_slot_given_back_twice_is_one_slot():
    slots = Slots(at_once=2, per_person=2)
    first = slots.take(ALICE)
    slots.take(ALICE)
    first.release()
    first.release()
    slots.take(ALICE)

    with pytest.raises(TooManyOfYours):
        slots.take(ALICE)


def test_a_plan_that_fails_gives_its_slot_back():
    slots = Slots(at_once=1, per_person=1)

    with pytest.raises(ValueError, match="no plan"), slots.taken_until_sending(ALICE):
        raise ValueError("no plan")

    slots.take(ALICE)
