"""Texts longer than their columns: PostgreSQL refuses those, and the mirror must go on all the same."""

from __future__ import annotations

import pytest
from django.db.models import CharField
from tests.integration.booking.mirrored import add_account, config_of, sweep

from fornix.booking.config import PiSource
from fornix.booking.sweep import run_sweep
from fornix.models import (
    Booking,
    BookingCode,
    BookingName,
    BookingPerson,
    BookingProject,
    Scanner,
    SweepOutcome,
)

pytestmark = pytest.mark.django_db
PROJECT, PERSON = "Calpendo.Project", "Calpendo.CalpendoUser"
PROJECT_ID, PERSON_ID = "300004157000412", "9085"
LONG = "long " * 500


def edit(calpendo, kind: str, row: str, **values) -> None:
    calpendo.site.edit({"op": "set", "type": kind, "id": row, "fields": values})


def too_long() -> list[str]:
    """Columns of the mirror that hold more than they may: SQLite does not look, PostgreSQL refuses."""
    return [
        f"{model.__name__}.{field.name}"
        for model in (BookingPerson, BookingProject, BookingCode, BookingName, Scanner, Booking)
        for field in model._meta.concrete_fields
        if isinstance(field, CharField)
        for text in model.objects.values_list(field.name, flat=True)
        if len(text) > field.max_length
    ]


@pytest.mark.parametrize(
    ("kind", "row", "values"),
    [
        (PROJECT, PROJECT_ID, {"name": LONG}),
        (PROJECT, PROJECT_ID, {"projectCode": "ß" * 400}),
        (PERSON, PERSON_ID, {"givenName": LONG, "familyName": LONG, "loginName": LONG}),
        (PERSON, PERSON_ID, {"email": f"{'İ' * 300}@example.org"}),
        (PERSON, PERSON_ID, {"email": f"a@{'é.' * 140}org"}),
    ],
    ids=["name", "code that folds longer", "names", "e-mail that folds longer", "domain"],
)
def test_a_long_text_does_not_stop_the_mirror_and_is_no_change_each_time(calpendo, kind, row, values):
    sweep(calpendo)
    edit(calpendo, kind, row, **values)

    first, second = sweep(calpendo), sweep(calpendo)

    assert first.outcome in (SweepOutcome.COMPLETE, SweepOutcome.HELD)
    assert too_long() == []
    assert [line.text for line in second.lines] == []


def test_the_pi_of_a_long_name_or_address_is_cut_too(calpendo):
    edit(calpendo, PERSON, "9064", givenName="G" * 300, familyName="F" * 300)
    edit(calpendo, PROJECT, PROJECT_ID, principalInvestigator="9064")
    sweep(calpendo)
    named = BookingProject.objects.get(external_id=PROJECT_ID).pi_text
    by_name = config_of(calpendo, pi=(PiSource("email", "name"),))
    edit(calpendo, PROJECT, PROJECT_ID, name=f"{'a' * 330}@example.org")

    result = run_sweep(by_name, calpendo.site.clock)

    assert (result.outcome, too_long(), len(named)) == (SweepOutcome.COMPLETE, [], 400)


def test_an_email_too_long_links_nobody(calpendo):
    edit(calpendo, PERSON, PERSON_ID, email=f"{'İ' * 300}@example.org")
    add_account("alice", f"{'İ' * 300}@example.org", calpendo.site.clock)

    sweep(calpendo)

    assert not BookingPerson.objects.filter(account__isnull=False).exists()
