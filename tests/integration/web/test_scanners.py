"""The scanners' pages: what is described, what went wrong, who called unknown."""

from __future__ import annotations

import pytest
from django.utils import timezone
from tests.factories import AT, make_account

from fornix.models import Association, Sender
from fornix.models.senders import AssociationOutcome

pytestmark = pytest.mark.django_db
FORM = {"name": "Prisma", "ae_title": "PRISMA", "address": "192.0.2.7", "port": "104", "is_allowed": "yes"}


@pytest.fixture
def carol(browser):
    return browser(make_account("carol", is_administrator=True))


def text_of(response, status: int = 200) -> str:
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def call(**fields) -> Association:
    now = timezone.now()
    told = {
        "calling_ae_title": "TRIO",
        "address": "192.0.2.9",
        "owner": "",
        "started_at": now,
        "renewed_at": now,
    }
    return Association.objects.create(**told | fields)


def test_a_scanner_is_added_changed_and_deleted(carol):
    made = carol.post("/scanners/save", FORM, follow=True)
    sender = Sender.objects.get()
    changed = carol.post("/scanners/save", FORM | {"sender": sender.pk, "clock_ahead_s": "-60"}, follow=True)
    sender.refresh_from_db()
    deleted = carol.post("/scanners/delete", {"sender": sender.pk}, follow=True)

    assert "“Prisma” is saved" in text_of(made)
    assert (sender.clock_ahead_s, sender.port, sender.is_console) == (-60, 104, False)
    assert "is saved" in text_of(changed)
    assert "“Prisma” is deleted" in text_of(deleted)
    assert not Sender.objects.exists()


def test_what_was_typed_stays_with_what_is_wrong_beside_it(carol):
    page = text_of(carol.post("/scanners/save", FORM | {"address": "scanner.local", "port": "many"}), 400)
    again = text_of(carol.post("/scanners/save", FORM | {"address": "scanner.local"}), 400)

    assert "A port is a number" in page
    assert 'value="scanner.local"' in again
    assert "no host name" in again
    assert not Sender.objects.exists()


def test_the_last_error_is_told_in_plain_words(carol):
    sender = Sender.objects.create(name="Prisma", ae_title="PRISMA", created_at=AT)
    call(sender=sender, reason="The sender aborted after 3 images.", outcome=AssociationOutcome.ABORTED)

    assert "The sender aborted after 3 images." in text_of(carol.get("/scanners"))
    assert "The sender aborted after 3 images." in text_of(carol.get(f"/scanners/{sender.pk}"))


def test_an_unknown_caller_can_be_made_known(carol):
    call(reason="Nobody has described a sender called TRIO.", outcome=AssociationOutcome.REFUSED)

    page = text_of(carol.get("/scanners"))
    form = text_of(carol.get("/scanners/new?ae_title=TRIO&address=192.0.2.9"))

    assert 'href="/scanners/new?ae_title=TRIO&amp;address=192.0.2.9"' in page
    assert 'name="ae_title" id="f-ae_title" value="TRIO"' in form
    assert 'value="192.0.2.9"' in form


def test_an_echo_without_an_address_says_what_is_missing(carol):
    sender = Sender.objects.create(name="Prisma", ae_title="PRISMA", created_at=AT)

    page = text_of(carol.post("/scanners/echo", {"sender": sender.pk}))

    assert "needs an address of one machine and a port" in page


def test_hostile_texts_of_callers_are_text(carol):
    call(calling_ae_title="<script>a", reason="<img src=x>")

    page = text_of(carol.get("/scanners"))

    assert "<script>a" not in page
    assert "<img src=x>" not in page
