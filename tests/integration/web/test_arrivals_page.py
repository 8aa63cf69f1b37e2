"""The pages of arrivals, as people of each kind see and use them."""

from __future__ import annotations

import html
import re

import pytest
from django.utils import timezone
from tests import factories
from tests.integration.ingest.archive import Archive
from tests.integration.ingest.arrivals_made import file_due, waiting

from fornix import wiring
from fornix.ingest.owners import LEASE, this_process
from fornix.models import Arrival, Event, File, Upload
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>=cmd|'/C calc'!A1\u202e gnp \U0001f9e0 {{7*7}}"


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


@pytest.fixture
def archive():
    return Archive(wiring.store())


def make_upload(source: str = "import", **fields) -> Upload:
    return Upload.objects.create(
        id=f"u{Upload.objects.count()}",
        source=source,
        owner="host",
        started_at=factories.AT,
        **{"sealed_at": factories.AT, **fields},
    )


def make_arrival(group: str = "study:1.2.3:P1", *, upload: Upload | None = None, **fields) -> Arrival:
    number = Arrival.objects.count()
    given = {"received_at": factories.AT, "last_byte_at": factories.AT, "refusal": f"reason {number}"}
    arrival = Arrival.objects.create(
        id=f"{number:03}", upload=upload or make_upload(), group=group, **given | fields
    )
    File.objects.create(arrival=arrival, name=f"usb/<{number}>.dcm", blob=factories.make_blob(b"%d" % number))
    return arrival


def text_of(response) -> str:
    return response.content.decode()


def test_what_waits_is_listed_with_its_reason_and_counted_in_the_bar(root):
    make_arrival()
    make_arrival("study:1.2.4:P2", refusal="")

    page = text_of(root.get("/arrivals?state=waiting"))

    assert "Reason 0" in page
    assert page.count('<tr id="arrival-') == 1
    assert '<span class="badge">1</span>' in page


def test_pages_of_the_list_hold_each_once(root):
    for number in range(120):
        make_arrival(f"study:1.2.{number}:P")

    shown, address = [], "/arrivals"
    while address:
        page = text_of(root.get(address))
        shown += re.findall(r"<bdi>Reason (\d+)</bdi>", page)
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/arrivals" + html.unescape(onward[1]).removeprefix("/arrivals") if onward else ""

    assert shown == [str(number) for number in reversed(range(120))]


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ("study:1.2.3:sub-014~0a1b2c3d", "DICOM study of <bdi>sub-014</bdi>"),
        ("study:1.2.3:", "DICOM study</span></a>"),
        ("no-study:sub-014:20260219:usb", "DICOM files of no study of <bdi>sub-014</bdi>, 19 Feb"),
        ("MEG:sub-014:2026-02-19:P001", "MEG recordings of <bdi>sub-014</bdi>, 19 Feb"),
        ("EEG:?folder::", "EEG recordings</span></a>"),
        ("beside:usb", "Files beside the data of several people</span></a>"),
        ("nothing:usb", "Files of no kind that is known here</span></a>"),
        ("what:ever:it:is", "Files</span></a>"),
    ],
)
def test_an_arrival_says_what_it_is(root, group, told):
    make_arrival(group, file_count=24)

    page = re.sub(r"<time[^>]*>([^<]*)</time>", r"\1", text_of(root.get("/arrivals")))

    assert told in page
    assert "<bdi>usb/&lt;0&gt;.dcm</bdi> and 23 others" in page


def test_a_reason_is_shown_without_what_to_type_at_a_command_line(root):
    make_arrival(refusal="nothing in the files names a project. Say it, with --project")

    page = text_of(root.get("/arrivals"))

    assert "<bdi>Nothing in the files names a project</bdi>" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("source=dicom", ["1"]),
        ("kind=MEG", ["2"]),
        ("project=P7", ["3"]),
        ("q=SUB-X", ["2"]),
        ("q=siemens+nothing", []),
        ("q=100%25", []),
        ("state=deleted", []),
        ("source=elsewhere", ["3", "2", "1", "0"]),
    ],
)
def test_the_list_is_filtered(root, query, shown):
    make_arrival()
    make_arrival("study:1.2.4:P2", upload=make_upload("dicom"), facts={"station": "Siemens 3T"})
    make_arrival("MEG:sub-x:2026-02-19:")
    make_arrival("study:1.2.5:P3", project_label="P7")

    page = text_of(root.get(f"/arrivals?{query}"))

    assert re.findall(r"<bdi>Reason (\d+)</bdi>", page) == shown


@pytest.mark.parametrize("query", ["state=gone", "sort=name", "after=%00", "q=%00", "sender=%00"])
def test_a_list_that_cannot_be_is_refused(root, query):
    assert root.get(f"/arrivals?{query}").status_code == 400


def test_nothing_waits_is_said_calmly(root):
    assert "Nothing waits" in text_of(root.get("/arrivals"))


def test_others_see_what_they_sent_and_what_is_for_their_projects_alone(browser):
    alice = factories.make_account("alice")
    factories.make_project("HERS", people={alice: Role.MEMBER})
    factories.make_project("READ", people={alice: Role.COLLABORATOR})
    make_arrival(upload=make_upload("browser", account=alice))
    make_arrival("study:1:B", project_label="hers")
    make_arrival("study:2:C", project_label="READ")
    make_arrival("study:3:D")

    page = text_of(browser(alice).get("/arrivals"))

    assert sorted(re.findall(r"<bdi>Reason (\d+)</bdi>", page)) == ["0", "1"]
    assert '<span id="list-count" role="status">2</span>' in page
    assert '<span class="badge">2</span>' in page


def test_guesses_of_projects_that_are_not_theirs_are_kept_from_people(browser, root):
    alice = factories.make_account("alice")
    factories.make_project("HERS", people={alice: Role.MEMBER})
    factories.make_project("SECRET")
    guesses = [
        {"project": name, "booking_project": "", "why": f"booked by {name}"} for name in ("SECRET", "HERS")
    ]
    arrival = make_arrival(upload=make_upload("browser", account=alice), guesses=guesses)

    for address in ("/arrivals", f"/arrivals/{arrival.pk}"):
        hers, all_of_it = text_of(browser(alice).get(address)), text_of(root.get(address))
        assert "SECRET" not in hers
        assert "File to HERS" in hers
        assert "File to SECRET" in all_of_it


def test_the_best_guess_is_filed_with_one_click(root, archive, tmp_path):
    factories.make_project("STUDY_B")
    arrival = waiting(archive, tmp_path / "a")
    guess = {"project": "STUDY_B", "booking_project": "", "why": "booked 09:30-10:30 by STUDY_B"}
    Arrival.objects.filter(pk=arrival.pk).update(guesses=[guess])
    value = re.search(r'name="guess" value="([^"]+)"', text_of(root.get("/arrivals")))[1]

    page = text_of(root.post("/arrivals/decide", {"guess": value, "next": "/arrivals"}, follow=True))

    assert "1 arrival on the way to STUDY_B" in page
    assert "Next to be filed" in page
    assert file_due(archive, arrival.pk).session.project.label == "STUDY_B"


def test_what_is_filed_meanwhile_leads_to_its_session(root, archive, tmp_path):
    factories.make_project("STUDY_B")
    arrival = waiting(archive, tmp_path / "a")
    form = {"decision": "file", "arrival": arrival.pk, "project": "study-b", "subject": "S1"}
    assert root.post("/arrivals/decide", form).status_code == 302
    session = file_due(archive, arrival.pk).session

    gone = root.get(f"/arrivals/{arrival.pk}")
    states = text_of(root.get(f"/arrivals/states?id={arrival.pk}"))

    assert gone["Location"] == f"/sessions/{session.accession}"
    assert f'href="/sessions/{session.accession}"' in states
    assert "hx-trigger" not in states


def test_a_page_asks_again_while_something_moves(root):
    moving = make_arrival(refusal="", lease_owner=this_process(), lease_until=timezone.now() + LEASE)

    page = text_of(root.get("/arrivals"))
    states = text_of(root.get(f"/arrivals/states?id={moving.pk}"))

    for shown in (page, states):
        assert "Being filed" in shown
        assert f'hx-get="/arrivals/states?id={moving.pk}" hx-trigger="every 3s"' in shown


def test_what_is_deleted_can_be_brought_back_from_where_one_is_led(root):
    arrival = make_arrival()
    form = {"decision": "delete", "arrival": arrival.pk, "reason": "test"}

    page = text_of(root.post("/arrivals/decide", form, follow=True))
    trash = text_of(root.get("/arrivals?state=deleted"))
    root.post("/arrivals/decide", {"decision": "restore", "arrival": arrival.pk})

    assert "kept in the trash for 30 days" in page
    assert f'<input type="hidden" name="arrival" value="{arrival.pk}">' in page
    assert f'id="arrival-{arrival.pk}"' in trash
    assert Arrival.objects.get().deleted_at is None


def test_two_people_are_merged_only_after_a_page_that_asks(root):
    ids = [make_arrival("study:1.2.3:A").pk, make_arrival("study:1.2.3:B").pk]
    form = {"decision": "merge", "arrival": ids}

    page = text_of(root.post("/arrivals/decide", form))
    assert "of several people" in page
    done = root.post("/arrivals/decide", form | {"confirmed": "yes"})

    assert done["Location"] == f"/arrivals/{ids[0]}"
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"decision": "file", "arrival": "000"}, 400),
        ({"decision": "file", "arrival": "000", "project": "NOWHERE"}, 400),
        ({"decision": "burn", "arrival": "000"}, 400),
        ({"decision": "retry", "arrival": "gone"}, 404),
        ({"decision": "retry", "arrival": "a\0b"}, 404),
        ({"guess": "000"}, 400),
        ({"decision": "retry"}, 302),
        ({"decision": "merge", "arrival": "000"}, 409),
        ({"decision": "split", "arrival": "000"}, 409),
    ],
)
def test_a_form_that_cannot_be_followed_changes_nothing(root, form, status):
    arrival = make_arrival()

    assert root.post("/arrivals/decide", form).status_code == status
    assert Arrival.objects.get().refusal == arrival.refusal


def test_whatever_headers_hold_is_shown_as_text(root, archive, tmp_path):
    arrival = waiting(
        archive,
        tmp_path / "a",
        SeriesDescription="<img src=x onerror=alert(1)>",
        PatientID="'\"><b>x",
        SpecificCharacterSet="ISO_IR 192",
        PatientName=HOSTILE.encode(),
    )
    facts = dict.fromkeys(("description", "station", "patient_id", "modality"), HOSTILE)
    Arrival.objects.filter(pk=arrival.pk).update(
        refusal=HOSTILE, facts=facts, came_from=HOSTILE, project_label=HOSTILE[:180]
    )
    file = arrival.files.first()
    addresses = ["", f"/{arrival.pk}", f"/{arrival.pk}/series", f"/{arrival.pk}/files/{file.pk}/header"]

    for address in addresses:
        page = text_of(root.get(f"/arrivals{address}"))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "\u202e" not in page
        assert "49" not in re.findall(r"<bdi>([^<]*)</bdi>", page)


def test_the_header_of_a_file_is_shown_and_the_look_written_down(root, archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a", PatientID="P-17")
    file = arrival.files.first()

    page = text_of(root.get(f"/arrivals/{arrival.pk}/files/{file.pk}/header"))

    assert "<bdi>P-17</bdi>" in page
    event = Event.objects.get(verb="arrival.looked_at")
    assert (event.actor.username, event.details["file"]) == ("root", file.pk)


def test_an_administrator_is_led_to_what_was_asked_step_by_step(root, archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a")
    (way,) = re.findall(
        r'href="(/routing/test[^"]+)">What was asked', root.get(f"/arrivals/{arrival.pk}").content.decode()
    )

    assert root.get(way).status_code == 200
    assert way.endswith(arrival.pk)


def test_a_file_of_another_arrival_is_not_shown_here(root, browser, archive, tmp_path):
    alice = factories.make_account("alice")
    hers = make_arrival(upload=make_upload("browser", account=alice))
    other = waiting(archive, tmp_path / "a").files.first()

    for what in ("header", "thumbnail"):
        assert browser(alice).get(f"/arrivals/{hers.pk}/files/{other.pk}/{what}").status_code == 404


def test_series_are_listed_with_a_picture_of_their_middle(root, archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a", SeriesDescription="t1 mprage", count=3)

    page = text_of(root.get(f"/arrivals/{arrival.pk}/series"))

    assert "<bdi>t1 mprage</bdi>" in page
    assert page.count(f'src="/arrivals/{arrival.pk}/files/') == 1


def test_a_file_without_a_picture_says_why_in_its_place(root):
    arrival = make_arrival()
    answer = root.get(f"/arrivals/{arrival.pk}/files/{arrival.files.first().pk}/thumbnail")

    assert answer["Content-Type"].startswith("image/svg+xml")
    assert "No picture:" in text_of(answer)
    assert answer["Cache-Control"].startswith("private")


def test_what_was_done_is_told_with_who_did_it(root):
    arrival = make_arrival()
    root.post("/arrivals/decide", {"decision": "labels", "arrival": arrival.pk, "subject": "S1"})

    page = text_of(root.get(f"/arrivals/{arrival.pk}"))

    assert re.search(r"<bdi>root</bdi>\s+changed its labels", page)
    assert 'name="subject" value="S1"' in page
