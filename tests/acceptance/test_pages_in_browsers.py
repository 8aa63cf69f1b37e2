"""J-WIN-4: two people in two browsers, on a real archive, see exactly their own; with scripts and without."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid
from tests.acceptance.served import inside

PASSWORD = "correct horse battery staple"
PEOPLE = {"alice": "HERS", "bob": "HIS"}
FORNIX = str(Path(sys.executable).with_name("fornix"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("chromium")]


def fornix(environment: dict[str, str], *words: str, typed: str = "") -> None:
    command = [FORNIX, *words]
    done = subprocess.run(
        command, check=False, env=environment, input=typed, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr + done.stdout


def write_series(folder: Path, subject: str) -> None:
    """Three images of one study."""
    study, series = generate_uid(), generate_uid()
    folder.mkdir()
    for number in range(1, 4):
        ds = Dataset()
        ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, generate_uid()
        ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
        ds.PatientID = ds.PatientName = subject
        ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "MR", 2, number
        ds.SeriesDescription, ds.StudyDate, ds.StudyTime = "t1_mprage_sag", "20260219", "093400"
        ds.EchoTime = "33"
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.save_as(folder / f"{number}.dcm", enforce_file_format=True)


@pytest.fixture
def address(command_environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """An archive with one project for each of two people, served."""
    for person, project in PEOPLE.items():
        write_series(tmp_path / project, f"{person}-001")
        fornix(command_environment, "user", "add", person, "--password-stdin", typed=PASSWORD)
        fornix(command_environment, "import", str(tmp_path / project), "--project", project)
        fornix(command_environment, "grant", project, person, "member")
    command = [FORNIX, "serve", "--listen", "127.0.0.1:0", "--dicom", "off"]
    log = (tmp_path / "serve.log").open("w+")
    server = subprocess.Popen(command, env=command_environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield ready_address(server, Path(log.name))
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def ready_address(server: subprocess.Popen, log: Path) -> str:
    for _ in range(600):
        found = re.search(r"^ready (http://\S+)", log.read_text(), re.MULTILINE)
        if found:
            return found[1]
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture
def engine(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield browser
        browser.close()


def log_in(context: BrowserContext, address: str, person: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.get_by_label("User name").fill(person)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="My projects")).to_be_visible()
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_two_people_in_two_browsers_see_exactly_their_own(engine: Browser, address: str, scripts: bool):
    seen = {}
    for person in PEOPLE:
        context = engine.new_context(java_script_enabled=scripts)
        page = log_in(context, address, person)
        seen[person] = page.locator("table a.whole").all_inner_texts()
        page.get_by_role("article").get_by_role("link").click()
        expect(page.get_by_role("link", name="t1_mprage_sag")).to_be_visible()
        other = page.request.get(f"{address}/projects/{PEOPLE['bob' if person == 'alice' else 'alice']}")
        assert other.status == 404
        context.close()

    assert seen == {person: [project] for person, project in PEOPLE.items()}


def test_a_scan_opens_beside_the_list_and_nothing_breaks_the_policy(engine: Browser, address: str):
    context = engine.new_context()
    complaints: list[str] = []
    context.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page = log_in(context, address, "alice")

    page.get_by_role("article").get_by_role("link").click()
    page.get_by_role("link", name="t1_mprage_sag").click()

    expect(page.get_by_text("Echo time")).to_be_visible()
    assert re.search(r"/sessions/FORNIX_E\d+/scans/2$", page.url)
    page.go_back()
    expect(page.get_by_text("Echo time")).to_be_hidden()
    assert not complaints
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize(("width", "covered"), [(900, 444), (390, 390)])
def test_in_small_windows_a_scan_lies_over_the_list(
    engine: Browser, address: str, scripts: bool, width: int, covered: int
):
    context = engine.new_context(
        java_script_enabled=scripts, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page = log_in(context, address, "alice")
    page.get_by_role("article").get_by_role("link").click()
    scan = page.get_by_role("link", name="t1_mprage_sag")
    before = scan.bounding_box()

    scan.click()
    expect(page.get_by_text("Echo time")).to_be_visible()
    box = page.get_by_role("complementary").bounding_box()

    assert (box["x"], box["y"], box["width"], box["height"]) == (width - covered, 0, covered, 800)
    assert scan.bounding_box() == before
    page.get_by_role("link", name="Close" if width > 719 else "All scans of this session").click()
    expect(page.get_by_text("Echo time")).to_be_hidden()
    context.close()


def test_a_list_is_filtered_and_sorted_in_place_and_the_address_says_how(engine: Browser, address: str):
    context = engine.new_context()
    page = log_in(context, address, "alice")

    page.get_by_role("link", name="Title").click()
    expect(page).to_have_url(f"{address}/?sort=title")
    page.get_by_role("searchbox").fill("nothing like it")

    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    expect(page).to_have_url(f"{address}/?q=nothing%20like%20it&sort=title")
    expect(page.get_by_role("status")).to_have_text("0 of 1")
    context.clear_cookies()
    page.get_by_role("searchbox").fill("HERS")
    expect(page.get_by_label("Password")).to_be_visible()
    context.close()


def test_the_theme_is_kept_in_the_browser_and_in_no_cookie(engine: Browser, address: str):
    context = engine.new_context(color_scheme="light")
    page = log_in(context, address, "alice")

    page.get_by_role("button", name="Use the dark theme").click()
    page.reload()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert {cookie["name"].rpartition("_")[0] for cookie in context.cookies()} == {
        "fornix_session",
        "fornix_csrf",
    }
    context.close()


def test_no_page_is_wider_than_its_window(engine: Browser, address: str):
    context = engine.new_context()
    page = log_in(context, address, "alice")
    session = page.get_by_role("article").get_by_role("link").get_attribute("href")
    paths = ("/", "/projects/HERS", "/account", session, f"{session}/scans/2", f"{session}/scans/2/files")

    for path in paths:
        page.goto(address + path)
        for width in (360, 390, 719, 720, 1179, 1180, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


# An administrator's archive: somebody whose removal waits, many people with odd names, a first plan or a sweep.
MIRRORED = """
from django.utils import timezone
from datetime import timedelta
from fornix.models.booking import Hold
at = timezone.now() - timedelta(days=2)
told = {"instance": "main", "first_seen_at": at, "last_seen_at": at}
booked = BookingProject.objects.create(external_id="7", code="HERS", name="Hearing " * 12, status="Approved",
    is_eligible=True, **told)
project = Project.objects.get(label="HERS")
project.booking_project = booked
project.save()
bob = Account.objects.get(username="bob")
names = ["Zoë Ångström", "Đặng Minh Anh", "김민준", "محمد الأمين", "O'Neill; Robert, Jr.", "x" * 180]
for number in range(120):
    person = BookingPerson.objects.create(external_id=str(number), given_name=names[number % 6], status="Normal",
        family_name=f"No {number}", email=f"p{number}@example.test", is_active=True, **told)
    BookingRole.objects.create(booking_project=booked, person=person, part="user", since=at)
lost = BookingPerson.objects.create(external_id="bob", given_name="Bob", is_active=True, account=bob, **told)
BookingRole.objects.create(booking_project=booked, person=lost, part="user", since=at, hold=Hold.WAITING, held_at=at)
Membership.objects.create(project=project, account=bob, role="member", source="calpendo:main", granted_at=at)
lines = [{"kind": "person.new", "about": names[n % 6], "text": "status " * 30} for n in range(150)]
Sweep.objects.create(started_at=at, finished_at=at, outcome="held", changes=lines, counts={"projects": 46},
    reason="1 removal waits", requests=9)
answer = booked.pk
"""
ADMINISTRATORS_PAGES = (
    "/mirror",
    "/mirror/findings",
    "/mirror/people",
    "/mirror/sweeps",
    "/mirror/sweeps/1",
    "/mirror/sweeps/1/undo",
    "/access",
    "/access?person=bob&project=HERS",
    "/access?person=no",
    "/projects/HERS",
    "/projects/HERS/people",
)


@pytest.fixture
def mirrored(address: str, command_environment: dict[str, str]) -> str:
    """The same archive, with an administrator and a mirror that waits for a decision."""
    fornix(command_environment, "user", "add", "root", "--admin", "--password-stdin", typed=PASSWORD)
    inside(command_environment, MIRRORED)
    return address


def log_in_as_root(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/mirror")
    page.get_by_label("User name").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Mirror", exact=True)).to_be_visible()
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_administrator_sees_what_an_approval_does_and_then_does_it(
    engine: Browser, mirrored: str, scripts: bool
):
    context = engine.new_context(java_script_enabled=scripts)
    page = log_in_as_root(context, mirrored)

    page.get_by_role("link", name="Decide").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="1 right ends, at once")).to_be_visible()
    expect(page.get_by_text("bob (member)")).to_be_visible()
    page.get_by_role("button", name="Approve: end 1 right").click()

    expect(page.get_by_text("1 hold approved: Calpendo is followed; 1 right ended.")).to_be_visible()
    expect(page.get_by_text("wait for you")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_sweep_that_is_asked_for_is_waited_for_on_the_page(engine: Browser, mirrored: str, scripts: bool):
    context = engine.new_context(java_script_enabled=scripts)
    page = log_in_as_root(context, mirrored)

    page.get_by_role("button", name="Sweep now").click()

    expect(page.get_by_text(re.compile("the worker begins within seconds|was answered"))).to_be_visible()
    expect(page.get_by_role("link", name="Look again")).to_have_count(0 if scripts else 1)
    context.close()


def test_no_page_of_administrators_is_wider_than_its_window_nor_complains(engine: Browser, mirrored: str):
    context = engine.new_context()
    page = log_in_as_root(context, mirrored)
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)

    for path in ADMINISTRATORS_PAGES:
        page.goto(mirrored + path)
        for width in (360, 390, 719, 720, 1179, 1180, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
    assert not complaints
    context.close()


def test_each_control_of_the_mirror_has_a_name(engine: Browser, mirrored: str):
    context = engine.new_context()
    page = log_in_as_root(context, mirrored)
    nameless = """[...document.querySelectorAll("a[href], button, input:not([type=hidden]), summary")].filter(
        (one) => !(one.innerText.trim() || one.getAttribute("aria-label") || one.labels?.[0]?.innerText.trim()
            || one.textContent.trim() || one.querySelector("[aria-label]"))).map((one) => one.outerHTML)"""

    for path in ADMINISTRATORS_PAGES:
        page.goto(mirrored + path)
        assert page.evaluate(nameless) == [], path
        assert page.locator("h1").count() == 1, path
    context.close()
