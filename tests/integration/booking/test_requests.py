"""A sweep that somebody asks for: never lost, never twice, answered by the next sweep that begins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import factories
from tests.integration.booking.mirrored import sweep

from fornix.access.actors import OPERATOR
from fornix.booking.lease import STALE_AFTER, SweepRunning, take_lease
from fornix.booking.requests import ACCEPTS_FOR, accepts_at, ask_for_sweep, claim_request, open_request
from fornix.errors import NotAllowed
from fornix.models import Event, Sweep, SweepRequest

pytestmark = pytest.mark.django_db


def ask(calpendo, **options) -> SweepRequest:
    return ask_for_sweep(OPERATOR, at=calpendo.site.clock, **options)


def test_the_next_sweep_answers_and_is_named(calpendo):
    request = ask(calpendo)

    result = sweep(calpendo)

    request.refresh_from_db()
    assert (request.sweep_id, open_request()) == (result.sweep_id, None)
    assert request.answered_at >= request.asked_at


def test_who_asks_again_gets_the_same_request(calpendo):
    first, second = ask(calpendo), ask(calpendo)

    assert first == second
    assert Event.objects.filter(verb="sweep.asked").count() == 1


def test_a_request_that_accepts_makes_the_waiting_one_accept(calpendo):
    ask(calpendo)

    request = ask(calpendo, accepts=True)

    assert (SweepRequest.objects.get(), request.accepts) == (request, True)


def test_a_request_accepts_for_a_quarter_of_an_hour_and_is_a_usual_one_later(calpendo):
    request = ask(calpendo, accepts=True)
    soon = accepts_at(request, calpendo.site.clock + ACCEPTS_FOR)
    calpendo.site.advance(ACCEPTS_FOR + timedelta(seconds=1))

    result = sweep(calpendo, is_confirmed=False)

    request.refresh_from_db()
    assert (soon, accepts_at(request, calpendo.site.clock)) == (True, False)
    assert (result.outcome, request.sweep_id, open_request()) == ("planned", result.sweep_id, None)


@pytest.mark.parametrize("accepted", [True, False])
def test_who_confirms_again_later_is_asked_by_the_new_time(calpendo, accepted):
    ask(calpendo, accepts=accepted)
    calpendo.site.advance(ACCEPTS_FOR + timedelta(seconds=1))

    request = ask(calpendo, accepts=True)

    assert SweepRequest.objects.get() == request
    assert accepts_at(request, calpendo.site.clock)


def test_only_administrators_ask(calpendo):
    alice = factories.make_account("alice")

    with pytest.raises(NotAllowed):
        ask_for_sweep(factories.actor_of(alice), at=calpendo.site.clock)

    assert not SweepRequest.objects.exists()


def test_a_dry_run_answers_nobody(calpendo):
    request = ask(calpendo)

    sweep(calpendo, dry_run=True)

    assert open_request() == request


def test_a_sweep_without_an_answer_of_calpendo_answers_too(calpendo):
    request = ask(calpendo)
    calpendo.site.set_faults([{"effect": "401"}])

    sweep(calpendo)

    request.refresh_from_db()
    assert (request.sweep.outcome, open_request()) == ("incomplete", None)


def test_what_is_asked_during_a_sweep_is_answered_by_the_one_after_it(calpendo):
    first = ask(calpendo)
    running = take_lease(calpendo.site.clock)
    claim_request(running, accepts=False)

    second = ask(calpendo)

    assert second != first
    assert ask(calpendo) == second
    with pytest.raises(SweepRunning):
        sweep(calpendo)


def test_a_request_of_a_sweep_that_was_killed_is_taken_again(calpendo):
    request = ask(calpendo)
    killed = take_lease(calpendo.site.clock)
    claim_request(killed, accepts=False)
    calpendo.site.advance(STALE_AFTER + timedelta(seconds=1))

    result = sweep(calpendo)

    request.refresh_from_db()
    assert (request.sweep_id, open_request()) == (result.sweep_id, None)
    assert Sweep.objects.get(pk=killed.pk).outcome == "incomplete"


def test_all_that_was_asked_before_a_sweep_is_answered_by_it(calpendo):
    first = ask(calpendo)
    killed = take_lease(calpendo.site.clock)
    claim_request(killed, accepts=False)
    second = ask(calpendo)
    calpendo.site.advance(STALE_AFTER + timedelta(seconds=1))

    result = sweep(calpendo)

    second.refresh_from_db()
    assert (open_request(), second.sweep_id, first.pk < second.pk) == (None, result.sweep_id, True)
