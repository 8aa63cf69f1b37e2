"""Pages to hand in files, as they are without scripts."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests import factories
from tests.integration.ingest.archive import instance

from fornix import wiring
from fornix.ingest.deliveries import MAX_ATTEMPTS, Wanted, open_delivery
from fornix.ingest.deliveries_bytes import append
from fornix.ingest.deliveries_import import import_due_deliveries
from fornix.ingest.deliveries_single import hand_in
from fornix.ingest.deliveries_transfers import Announced, announce
from fornix.models import Delivery, File
from fornix.models.memberships import Role

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def alice(db):
    account = factories.make_account("alice")
    factories.make_project(people={account: Role.MEMBER})
    return account


@pytest.fixture
def browser(alice) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend=BACKEND)
    return client


def form_token(browser: Client, page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(page).content.decode())
    assert found
    return found[1]


def post(browser: Client, page: str, address: str = "", **fields: object):
    return browser.post(address or page, {"csrfmiddlewaretoken": form_token(browser, page), **fields})


def image() -> SimpleUploadedFile:
    content = instance(StudyInstanceUID="1.2.3.4", PatientID="sub-001", StudyDescription="P001")
    return SimpleUploadedFile("1.dcm", content)


def delivered(alice, content: bytes = b"by hand") -> Delivery:
    return hand_in(
        factories.actor_of(alice),
        "browser",
        Wanted(),
        "notes.txt",
        [content],
        wiring.store(),
        length=None,
        room=10**9,
        at=timezone.now(),
    )


def work() -> int:
    return import_due_deliveries(wiring.store(), wiring.site_rules(), wiring.scratch())


def test_a_form_takes_a_file_and_leads_to_what_became_of_it(browser):
    answer = post(browser, "/projects/P001/upload", subject="sub-5", file=image())

    assert answer.status_code == 302
    assert "All is here" in browser.get(answer["Location"]).content.decode()
    work()
    page = browser.get(answer["Location"]).content.decode()
    assert "Done" in page
    assert "sub-5" in page
    assert File.objects.count() == 1


def test_the_project_of_the_address_outranks_what_is_typed(browser):
    post(browser, "/projects/P001/upload", project="NOWHERE", file=image())

    assert Delivery.objects.get().project_label == "P001"


def test_a_form_of_another_site_takes_nothing(browser):
    assert browser.post("/upload", {"file": image()}).status_code == 403
    assert not Delivery.objects.exists()
    assert not list(wiring.store().list(""))


def test_a_form_without_a_file_is_told_so(browser):
    assert post(browser, "/upload").status_code == 400
    assert not Delivery.objects.exists()


def test_a_token_hands_in_by_the_api_and_not_by_the_page(alice):
    from tests.integration.api.conftest import basic

    script = Client(headers={"Authorization": basic(alice)})

    assert script.post("/upload", {"file": image()}).status_code == 403


def test_what_is_not_finished_is_shown_with_ways_to_end_it(browser, alice):
    begun = open_delivery(factories.actor_of(alice), "browser", Wanted("P001"), at=timezone.now())
    page = browser.get("/upload").content.decode()

    assert f"/upload?resume={begun.pk}" in page
    assert "Choose the same files" in browser.get(f"/upload?resume={begun.pk}").content.decode()
    assert post(browser, "/upload", f"/uploads/{begun.pk}/discard").status_code == 302
    assert not Delivery.objects.exists()


def test_what_is_safe_of_a_file_under_way_is_shown(browser, alice):
    actor = factories.actor_of(alice)
    begun = open_delivery(actor, "browser", Wanted("P001"), at=timezone.now())
    assert "none yet" in browser.get("/upload").content.decode()
    file = announce(actor, begun.pk, Announced("raw.fif", 31_000_000), room=None, at=timezone.now())
    append(actor, begun.pk, file.transfer_id, 0, [bytes(9_000_000)], wiring.store())

    pages = ("/upload", f"/upload?resume={begun.pk}", f"/uploads/{begun.pk}")
    shown = [browser.get(page).content.decode() for page in pages]

    assert all("9.0 MB of 31.0 MB" in page for page in shown)
    assert all(re.search("0 of 1", page) for page in shown)


def test_going_on_with_what_is_committed_leads_to_its_page(browser, alice):
    done = delivered(alice)

    answer = browser.get(f"/upload?resume={done.pk}")

    assert answer["Location"] == f"/uploads/{done.pk}"


def test_an_import_that_broke_can_be_tried_again_from_its_page(browser, alice):
    broken = delivered(alice)
    Delivery.objects.update(attempts=MAX_ATTEMPTS)
    address = f"/uploads/{broken.pk}"
    assert "Filing broke" in browser.get(address).content.decode()

    assert post(browser, address, f"{address}/commit").status_code == 302

    assert work() == 1
    assert "Waits for a person" in browser.get(address).content.decode()


def test_a_session_that_one_may_not_see_any_more_is_not_told(browser, alice):
    answer = post(browser, "/projects/P001/upload", subject="sub-5", file=image())
    work()
    from fornix.access.actors import OPERATOR
    from fornix.access.memberships import revoke
    from fornix.models import Project

    revoke(OPERATOR, Project.objects.get(), alice, at=timezone.now())

    page = browser.get(answer["Location"]).content.decode()
    assert "sub-5" not in page
    assert "Nothing to show" in page


def test_a_name_typed_as_a_label_is_refused_and_stays_in_the_form(browser):
    answer = post(browser, "/upload", file=image(), project="P001", subject="Müller Hans", session="s-1")
    page = answer.content.decode()

    assert answer.status_code == 400
    assert "this would be M_ller_Hans" in page
    assert all(f'value="{typed}"' in page for typed in ("P001", "Müller Hans", "s-1"))
    assert not Delivery.objects.exists()
