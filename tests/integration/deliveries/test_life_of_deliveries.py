"""From the first byte to a session: commit, import, report, expiry, and what a dead worker leaves."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone
from tests import factories
from tests.integration.deliveries.conftest import DELIVERIES, Sender
from tests.integration.ingest.archive import instance, meg

from fornix import wiring
from fornix.ingest import deliveries_import
from fornix.ingest.deliveries_removal import remove_expired
from fornix.integrity.check import check
from fornix.models import Arrival, Delivery, File, ImagingSession, Transfer, Upload
from fornix.models.memberships import Role
from fornix.storage.store import NoRoom


def images(count: int = 3, **values: str) -> list[bytes]:
    told = {"StudyInstanceUID": "1.2.3.4", "PatientID": "sub-001", "StudyDescription": "P001"} | values
    return [instance(**told) for _ in range(count)]


def send(sender: Sender, files: dict[str, bytes], **wanted: str) -> str:
    delivery = sender.open(**wanted)
    for name, content in files.items():
        sender.put(delivery, name, content)
    return delivery


def folder(contents: list[bytes], name: str = "dicom") -> dict[str, bytes]:
    return {f"{name}/{number}.dcm": content for number, content in enumerate(contents)}


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def extra_keys() -> set[str]:
    """What lies in the store and is no file's."""
    return {stat.key for stat in wiring.store().list("")} - set(
        File.objects.values_list("blob__key", flat=True)
    )


def test_a_folder_becomes_a_session_with_a_report(sender, work):
    delivery = send(sender, folder(images()), project="P001", subject="sub-9")

    assert sender.commit(delivery).status_code == 202
    assert sender.show(delivery)["delivery"]["state"] == "waiting"
    assert work() == 1

    shown = sender.show(delivery)
    (session,) = shown["report"]["sessions"]
    assert (session["project"], session["subject"], session["files"]) == ("P001", "sub-9", 3)
    assert shown["delivery"]["state"] == "ended"
    assert shown["delivery"]["files"] == 3
    assert sender.client.get(session["page"]).status_code == 200
    assert extra_keys() == set()


def test_the_same_again_is_here_already(sender, work):
    files = folder(images())
    for _ in range(2):
        delivery = send(sender, files, project="P001")
        sender.commit(delivery)
        work()

    (session,) = sender.show(delivery)["report"]["sessions"]
    assert (session["files"], session["already_here"]) == (0, 3)
    assert File.objects.count() == 3
    assert extra_keys() == set()


@pytest.mark.parametrize("as_archive", [False, True], ids=["one by one", "as a zip"])
def test_parts_of_a_recording_stay_together(sender, work, tmp_path, as_archive):
    made = meg(tmp_path / "meg", parts=2)
    files = {f"meg/{path.name}": path.read_bytes() for path in sorted(made.rglob("*")) if path.is_file()}
    assert len(files) > 1
    sent = {"session.zip": zipped(files)} if as_archive else files
    delivery = send(sender, sent, project="P001")
    sender.commit(delivery)
    work()

    report = sender.show(delivery)["report"]
    assert [session["scans"] for session in report["sessions"]] == [1]
    assert sum(session["files"] for session in report["sessions"]) == len(files)


def test_an_archive_is_opened_and_named_as_it_was_sent(sender, work):
    content = zipped({"1.dcm": images(1)[0], "notes.txt": b"by hand"})
    delivery = send(sender, {"visit/all.zip": content}, project="P001")
    sender.commit(delivery)
    work()

    report = sender.show(delivery)["report"]
    assert [line["name"] for line in report["unrecognised"]] == ["visit/all.zip/notes.txt"]
    assert report["sessions"][0]["files"] == 2
    assert not list(wiring.scratch().iterdir())


def test_a_damaged_archive_is_told_and_the_rest_is_filed(sender, work):
    files = {"broken.zip": zipped({"1.dcm": b"x" * 500})[:-30]} | folder(images())
    delivery = send(sender, files, project="P001")
    sender.commit(delivery)
    work()

    report = sender.show(delivery)["report"]
    assert report["unreadable_count"] + report["unrecognised_count"] == 1
    assert report["sessions"][0]["files"] >= 3


def test_a_file_in_parts_is_read_as_one(sender, work):
    content = instance(StudyDescription="P001", PatientComments="c" * 5000)
    delivery = sender.open()
    address = sender.begin(delivery, "1.dcm", len(content))["Location"]
    for begin in range(0, len(content), 1000):
        sender.append(address, begin, content[begin : begin + 1000])
    sender.commit(delivery)
    work()

    with wiring.store().open(File.objects.get().blob.key) as stream:
        assert stream.read() == content


def test_without_a_project_the_headers_tell(sender, work):
    delivery = send(sender, folder(images()))
    sender.commit(delivery)
    work()

    assert ImagingSession.objects.get().project.label == "P001"
    assert Upload.objects.count() == 0


def test_what_waits_is_told_with_its_reason(sender, work):
    delivery = send(sender, folder(images(StudyDescription="NOBODYS")))
    sender.commit(delivery)
    work()

    (waiting,) = sender.show(delivery)["report"]["waiting"]
    assert waiting["id"] == Arrival.objects.get().pk
    assert waiting["files"] == 3
    assert "project" in waiting["reason"]
    assert "--" not in waiting["reason"]


def test_a_person_reaches_only_projects_that_they_may_add_to(sender, work):
    factories.make_project("P002")
    delivery = send(sender, folder(images(StudyDescription="P002")))
    sender.commit(delivery)
    work()

    assert ImagingSession.objects.count() == 0
    assert len(sender.show(delivery)["report"]["waiting"]) == 1


def test_a_right_that_was_lost_meanwhile_counts(sender, alice, project, work):
    from fornix.access.actors import OPERATOR
    from fornix.access.memberships import revoke

    delivery = send(sender, folder(images()), project="P001")
    sender.commit(delivery)
    revoke(OPERATOR, project, alice, at=factories.AT)
    work()

    assert ImagingSession.objects.count() == 0
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "wanted", "status"),
    [
        pytest.param(Role.MEMBER, "P001", 201, id="a member"),
        pytest.param(Role.MEMBER, "", 201, id="a member, to no project"),
        pytest.param(Role.COLLABORATOR, "P001", 403, id="a collaborator"),
        pytest.param(Role.COLLABORATOR, "", 403, id="a collaborator, to no project"),
        pytest.param(None, "P001", 400, id="a stranger"),
        pytest.param(None, "NOWHERE", 400, id="a project that is not there"),
        pytest.param(None, "", 403, id="a stranger, to no project"),
    ],
)
def test_who_may_hand_in_files(db, role, wanted, status):
    account = factories.make_account("bob")
    factories.make_project("P001", people={account: role} if role else {})

    assert Sender(account).ask("POST", DELIVERIES, {"project": wanted}).status_code == status
    assert Delivery.objects.count() == (status == 201)


def test_a_hidden_project_and_none_are_told_alike(db):
    factories.make_project("P001")
    bob = Sender(factories.make_account("bob"))

    told = [bob.ask("POST", DELIVERIES, {"project": code}).json()["error"] for code in ("P001", "NOWHERE")]

    assert told[0]["detail"] == told[1]["detail"]


def test_others_see_nothing_of_a_delivery(sender, db):
    delivery = send(sender, {"a.dcm": b"bytes"})
    address = f"{DELIVERIES}/{delivery}/files/{Transfer.objects.get().pk}"
    others = [
        Sender(factories.make_account("bob")),
        Sender(factories.make_account("root", is_administrator=True)),
    ]

    for other in others:
        assert other.ask("GET", f"{DELIVERIES}/{delivery}").status_code == 404
        assert other.commit(delivery).status_code == 404
        assert other.ask("DELETE", f"{DELIVERIES}/{delivery}").status_code == 404
        assert other.begin(delivery, "b", 3).status_code == 404
        assert other.tus("HEAD", address).status_code == 404
        assert other.append(address, 5, b"x").status_code == 404
        assert other.tus("DELETE", address).status_code == 404
        assert other.ask("GET", DELIVERIES).json()["items"] == []
    assert sender.offset(address) == 5


def test_a_delivery_is_committed_with_all_its_files_or_not(sender, work):
    delivery = send(sender, folder(images()))
    sender.begin(delivery, "late.dcm", 10)

    assert sender.commit(delivery).status_code == 409
    assert work() == 0


def test_an_empty_delivery_is_not_committed(sender):
    assert sender.commit(sender.open()).status_code == 409


def test_committing_twice_is_committing_once(sender, work):
    delivery = send(sender, folder(images()))

    assert [sender.commit(delivery).status_code for _ in range(2)] == [202, 202]
    assert work() == 1
    assert sender.commit(delivery).json()["delivery"]["state"] == "ended"


def test_a_committed_delivery_takes_no_more(sender):
    delivery = send(sender, {"a.dcm": b"bytes"})
    address = f"{DELIVERIES}/{delivery}/files/{Transfer.objects.get().pk}"
    sender.commit(delivery)

    assert sender.begin(delivery, "b.dcm", 3, b"abc").status_code == 409
    assert sender.tus("DELETE", address).status_code == 409
    assert sender.ask("DELETE", f"{DELIVERIES}/{delivery}").status_code == 409
    assert len(extra_keys()) == 1


def test_a_discarded_delivery_leaves_nothing(sender):
    delivery = send(sender, folder(images()))

    assert sender.ask("DELETE", f"{DELIVERIES}/{delivery}").status_code == 204
    assert sender.ask("GET", f"{DELIVERIES}/{delivery}").status_code == 404
    assert (Delivery.objects.count(), Transfer.objects.count(), extra_keys()) == (0, 0, set())


def test_a_week_without_a_byte_ends_a_delivery(sender):
    old, young = send(sender, {"a": b"bytes"}), send(sender, {"b": b"bytes"})
    week_ago = timezone.now() - timedelta(days=7, seconds=1)
    Delivery.objects.filter(pk=old).update(last_byte_at=week_ago)

    assert remove_expired(wiring.store(), timezone.now()) == 1
    assert list(Delivery.objects.values_list("pk", flat=True)) == [young]
    assert len(extra_keys()) == 1


def test_a_file_that_was_whole_when_the_web_process_died_is_finished_by_the_commit(sender, work):
    delivery = send(sender, folder(images()))
    Transfer.objects.update(finished_at=None)

    assert sender.commit(delivery).status_code == 202
    assert work() == 1
    assert File.objects.count() == 3


def test_what_a_dead_worker_held_is_imported_by_the_next(sender, work):
    delivery = send(sender, folder(images()))
    sender.commit(delivery)
    later = timezone.now() + timedelta(hours=1)
    Delivery.objects.update(lease_owner="gone:1:1", lease_until=later, attempts=1)
    assert work() == 0, "nothing tells that a worker elsewhere is dead"

    import socket

    Delivery.objects.update(lease_owner=f"{socket.gethostname()}:999999999:1")

    assert work() == 1
    assert File.objects.count() == 3


def test_a_full_disk_puts_an_import_off(sender, work, monkeypatch):
    delivery = send(sender, folder(images()))
    sender.commit(delivery)

    def refuse(*_args, **_words):
        raise NoRoom

    with monkeypatch.context() as broken:
        broken.setattr(deliveries_import, "import_sources", refuse)
        assert work() == 0
    assert Delivery.objects.get().attempts == 0
    Delivery.objects.update(lease_until=timezone.now())

    assert work() == 1
    assert File.objects.count() == 3


def test_an_import_that_breaks_again_and_again_waits_for_its_sender(sender, work, monkeypatch):
    delivery = send(sender, folder(images()))
    sender.commit(delivery)

    def break_(*_args, **_words):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(deliveries_import, "import_sources", break_)
        for _ in range(deliveries_import.MAX_ATTEMPTS):
            with pytest.raises(RuntimeError):
                work()
        assert work() == 0
    assert sender.show(delivery)["delivery"]["state"] == "failed"

    sender.commit(delivery)

    assert work() == 1
    assert File.objects.count() == 3


def test_a_check_finds_nothing_amiss_while_files_are_on_their_way(sender):
    send(sender, folder(images()))

    assert list(check(wiring.store(), read_bytes=True)) == []


def test_too_many_committed_deliveries_of_one_person_put_the_next_off(sender, alice):
    Delivery.objects.bulk_create(
        Delivery(
            id=f"d{number}",
            account=alice,
            source="rest",
            opened_at=factories.AT,
            last_byte_at=factories.AT,
            committed_at=factories.AT,
        )
        for number in range(20)
    )

    answer = sender.ask("POST", DELIVERIES, {})

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0


def test_files_are_found_again_by_their_keys(sender):
    delivery = sender.open()
    sender.put(delivery, "a.dcm", b"bytes", key="a")
    sender.begin(delivery, "b.dcm", 7, key="b")

    answer = sender.ask("POST", f"{DELIVERIES}/{delivery}/look", {"keys": ["a", "b", "c"]}).json()["items"]

    assert {(line["key"], line["offset"], line["is_finished"]) for line in answer} == {
        ("a", 5, True),
        ("b", 0, False),
    }


def test_deliveries_are_listed_in_pages(sender):
    made = [sender.open() for _ in range(3)]

    first = sender.client.get(DELIVERIES, {"limit": 2}).json()
    second = sender.client.get(DELIVERIES, {"limit": 2, "before": first["next"]}).json()

    assert [line["id"] for line in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None
