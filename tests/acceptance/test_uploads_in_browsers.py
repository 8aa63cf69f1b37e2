"""Files handed in with a browser, by the client that is shipped: whole folders, breaks, reloads, and no scripts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from tests.acceptance.served import (
    PASSWORD,
    PATIENCE_S,
    Served,
    inside,
    make_archive,
    make_people,
    serving,
    wait_until,
    write_images,
)
from tests.conftest import new_database

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LARGE = 40 << 20  # in chunks of 2, 4, 8 and 16 MiB, and what is left

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("chromium")]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """A running archive with P001, to which alice may add."""
    folder = tmp_path_factory.mktemp("browser-uploads")
    (folder / "data").mkdir()
    environment = os.environ | {"FORNIX_DATA": str(folder / "data")}
    server = environment.pop("FORNIX_DATABASE", "")
    if server:
        with new_database(server) as address:
            yield from _serve(environment | {"FORNIX_DATABASE": address}, folder)
    else:
        yield from _serve(environment, folder)


def _serve(environment, folder) -> Iterator[Served]:
    make_archive(environment, folder / "images", passenger_bytes=0)
    make_people(environment, "alice")
    with serving(environment, folder, "--dicom", "off") as running:
        yield running


@pytest.fixture
def engine(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield browser
        browser.close()


def log_in(engine: Browser, served: Served, *, scripts: bool = True) -> Page:
    context = engine.new_context(java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE_S * 1000)
    page = context.new_page()
    page.goto(served.url)
    page.get_by_label("User name").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="My projects")).to_be_visible()
    return page


def choose_folder(page: Page, folder: Path) -> None:
    page.locator("#whole-folder").set_input_files(folder)
    expect(page.locator("#chosen")).to_contain_text("file")


def send(page: Page) -> None:
    page.get_by_role("button", name="Upload", exact=True).click()


def expect_done(page: Page) -> None:
    expect(page.get_by_role("heading", name="Done")).to_be_visible(timeout=PATIENCE_S * 1000)


def deliveries(served: Served) -> list[list[object]]:
    """State of each: committed or not, and how many files of it are here whole."""
    code = (
        "answer = [[row.pk, row.committed_at is not None, row.transfers.exclude(finished_at=None).count()]"
        " for row in Delivery.objects.order_by('id')]"
    )
    found = inside(served.environment, code)
    assert isinstance(found, list)
    return found


def test_a_folder_is_handed_in_and_its_session_is_a_click_away(engine, served, tmp_path):
    write_images(tmp_path / "visit" / "dicom", 30)
    (tmp_path / "visit" / "large.bin").write_bytes(os.urandom(1 << 20) * (LARGE >> 20))
    page = log_in(engine, served)
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)

    page.goto(f"{served.url}/projects/P001/upload")
    choose_folder(page, tmp_path / "visit")
    send(page)
    expect_done(page)

    page.locator("table a.whole").click()
    expect(page.get_by_text("31")).not_to_have_count(0)
    assert complaints == []

    page.goto(f"{served.url}/projects/P001/upload")
    choose_folder(page, tmp_path / "visit")
    send(page)
    expect_done(page)
    expect(page.get_by_text("all of it was here already")).to_be_visible()


def test_an_upload_goes_on_after_a_reload(engine, served, tmp_path):
    write_images(tmp_path / "reload", 12)
    (tmp_path / "reload" / "z-large.bin").write_bytes(os.urandom(LARGE))
    page = log_in(engine, served)
    page.goto(f"{served.url}/upload")
    page.locator("[name=project]").fill("P001")
    page.route("**/files/*", lambda route: route.abort())  # a file's first chunk comes with its beginning
    choose_folder(page, tmp_path / "reload")
    send(page)
    wait_until(lambda: deliveries(served)[-1][2] == 12, "the small files")
    page.on("dialog", lambda dialog: dialog.accept())

    page.goto(f"{served.url}/upload")
    page.get_by_role("link", name="Go on").first.click()
    page.unroute("**/files/*")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if "/files" in request.url else None)
    choose_folder(page, tmp_path / "reload")
    send(page)

    expect_done(page)
    assert sent.count("POST") == 0, "what is here is not sent again"
    assert sent.count("HEAD") == 1
    assert sent.count("PATCH") == 5, "the large file goes on behind its first chunk"


def test_an_upload_survives_a_loss_of_the_network(engine, served, tmp_path):
    write_images(tmp_path / "lost", 12)
    page = log_in(engine, served)
    page.goto(f"{served.url}/projects/P001/upload")
    refused: list[str] = []

    def refuse_some(route: Route) -> None:
        if len(refused) < 6:
            refused.append(route.request.method)
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route(re.compile(r"/files"), refuse_some)
    choose_folder(page, tmp_path / "lost")
    send(page)

    expect_done(page)
    assert len(refused) == 6


def test_a_file_that_is_refused_is_told_and_left_out(engine, served, tmp_path):
    write_images(tmp_path / "some", 3)
    (tmp_path / "some" / "odd.bin").write_bytes(b"odd")
    page = log_in(engine, served)
    page.goto(f"{served.url}/projects/P001/upload")

    def refuse_the_odd_one(route: Route) -> None:
        if route.request.headers.get("upload-length") == "3":
            route.fulfill(status=413, body='{"error": {"title": "", "detail": "no room for it"}}')
        else:
            route.continue_()

    page.route(re.compile(r"/files$"), refuse_the_odd_one)
    choose_folder(page, tmp_path / "some")
    send(page)
    expect(page.locator("#failed-files")).to_contain_text("no room for it")
    page.get_by_role("button", name="Leave them out").click()

    expect_done(page)
    expect(page.locator("table a.whole")).to_have_count(1)


def test_without_scripts_a_form_takes_one_file(engine, served, tmp_path):
    write_images(tmp_path / "plain", 1)
    page = log_in(engine, served, scripts=False)
    page.goto(f"{served.url}/projects/P001/upload")
    page.locator("[name=file]").set_input_files(tmp_path / "plain" / "1.dcm")
    send(page)

    def is_done() -> bool:
        page.reload()
        return page.get_by_role("heading", name="Done").is_visible()

    wait_until(is_done, "the file is filed")
    expect(page.locator("table a.whole")).to_have_count(1)
