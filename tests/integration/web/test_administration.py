"""Arrivals that wait, for administrators."""

from __future__ import annotations

import re

import pytest
from tests import factories

from fornix.models import Arrival, File, Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


def make_waiting(count: int) -> None:
    upload = Upload.objects.create(id="u", source="import", owner="host", started_at=factories.AT)
    for number in range(count):
        Arrival.objects.create(
            id=f"{number:03}",
            upload=upload,
            group=str(number),
            received_at=factories.AT,
            last_byte_at=factories.AT,
            refusal=f"reason {number}",
        )


def test_what_waits_is_listed_with_its_reason_and_counted_in_the_bar(root):
    make_waiting(2)
    Arrival.objects.filter(id__endswith="001").update(refusal="")

    page = root.get("/arrivals").content.decode()

    assert "Reason 0" in page
    assert page.count('<tr id="arrival-') == 1
    assert '<span class="badge">1</span>' in page


def test_pages_of_what_waits_hold_each_once(root):
    make_waiting(60)

    first = root.get("/arrivals").content.decode()
    older = root.get(re.search(r'rel="next" href="([^"]+)"', first)[1]).content.decode()

    shown = re.findall(r"<bdi>Reason (\d+)</bdi>", first + older)
    assert shown == [str(number) for number in reversed(range(60))]
    assert 'rel="next"' not in older


def make_arrival(group: str, name: str, **fields) -> Arrival:
    upload = Upload.objects.create(id=group, source="import", owner="host", started_at=factories.AT)
    arrival = Arrival.objects.create(
        id="01a2-uuid",
        upload=upload,
        group=group,
        received_at=factories.AT,
        last_byte_at=factories.AT,
        **({"refusal": "why"} | fields),
    )
    File.objects.create(arrival=arrival, name=name, blob=factories.make_blob(name.encode()))
    File.objects.create(arrival=arrival, name="later", blob=factories.make_blob(b"later"))
    return arrival


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ("study:1.2.3:sub-014~0a1b2c3d", "DICOM study of <bdi>sub-014</bdi>"),
        ("study:1.2.3:", "DICOM study</span>"),
        ("no-study:sub-014:20260219:usb", "DICOM files of no study of <bdi>sub-014</bdi>, 19 Feb"),
        ("MEG:sub-014:2026-02-19:P001", "MEG recordings of <bdi>sub-014</bdi>, 19 Feb"),
        ("EEG:?folder::", "EEG recordings</span>"),
        ("beside:usb", "Files beside the data of several people</span>"),
        ("nothing:usb", "Files of no kind that is known here</span>"),
        ("what:ever:it:is", "Files</span>"),
    ],
)
def test_an_arrival_says_what_it_is(root, group, told):
    make_arrival(group, "usb/<1>.dcm", file_count=24)

    page = re.sub(r"<time[^>]*>([^<]*)</time>", r"\1", root.get("/arrivals").content.decode())

    assert told in page
    assert "<bdi>usb/&lt;1&gt;.dcm</bdi> and 23 others" in page
    assert "01a2-uuid" not in re.sub(r'id="[^"]*"', "", page)


@pytest.mark.parametrize(
    ("reason", "shown", "command"),
    [
        (
            "nothing names a project. Say it, with --project",
            "Nothing names a project<",
            "PATH --project CODE<",
        ),
        ("nobody is named. Say it, with --subject", "Nobody is named<", "PATH --subject LABEL<"),
        (
            "they lie beside. Import again with --project and --subject",
            "They lie beside<",
            "--project CODE --sub",
        ),
        ("they lie", "They lie<", "PATH --project CODE<"),
        ('there is no project "X"', "There is no project &#34;X&#34;<", "PATH --project CODE<"),
    ],
)
def test_an_arrival_says_why_it_waits_and_what_to_type(root, reason, shown, command):
    make_arrival("study:1.2.3:x", "1.dcm", refusal=reason)

    page = root.get("/arrivals").content.decode()

    assert shown in page
    typed = re.search("<code>(.*?) </code>", page)[1]
    assert command in re.sub("<[^>]*>", "", typed) + "<"


def test_what_was_sent_to_a_project_is_sent_there_again(root):
    reason = "nothing names the subject. Say it, with --subject"
    make_arrival("MEG:?usb::", "1.fif", refusal=reason, project_label="a b")

    page = re.sub("<[^>]*>", "", root.get("/arrivals").content.decode())

    assert "fornix import PATH --project &#39;a b&#39; --subject LABEL" in page


def test_nothing_waits_is_said_calmly(root):
    assert "Nothing waits" in root.get("/arrivals").content.decode()


def test_others_are_refused_and_told_so(browser):
    response = browser(factories.make_account("alice")).get("/arrivals")

    assert response.status_code == 403
    assert b"Only administrators can do this" in response.content
