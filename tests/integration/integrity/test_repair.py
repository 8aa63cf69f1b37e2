"""`fornix check --repair` mends what is safe, says what it did, and leaves the rest to a person."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from django.utils import timezone
from tests.integration.ingest.archive import mri, put
from tests.integration.integrity.conftest import later, write_manifests

from fornix import wiring
from fornix.access.actors import OPERATOR
from fornix.ingest.decisions import file_to
from fornix.ingest.due import file_due
from fornix.ingest.receive import Destination, Origin, open_upload
from fornix.integrity.check import Inspection, inspect, repair
from fornix.integrity.manifest_text import stored_numbers
from fornix.integrity.site_names import SITE
from fornix.models import (
    AccessionCounter,
    Arrival,
    Blob,
    Delivery,
    Event,
    File,
    Flag,
    ImagingSession,
    Project,
    Resource,
    Scan,
    Subject,
    Upload,
)
from fornix.storage.keys import blob_key, manifest_key, new_upload_id
from fornix.storage.local import LocalStore


def mend(archive, *, spare=None, at=None, read_bytes=True):
    outcomes = list(repair(Inspection(archive.store, at or timezone.now(), spare), read_bytes=read_bytes))
    return [(item.finding.kind, item.is_mended, item.outcome) for item in outcomes]


def path_of(blob) -> os.PathLike:
    return wiring.environment().data / "blobs" / blob.key


@pytest.fixture
def blob(whole) -> Blob:
    return Blob.objects.filter(file__resource__isnull=False).order_by("pk").first()


COUNTERS = [
    (Project, "subject_count"),
    (Subject, "byte_count"),
    (ImagingSession, "scan_count"),
    (Scan, "file_count"),
    (Resource, "byte_count"),
    (Arrival, "file_count"),
]


@pytest.mark.parametrize(("model", "field"), COUNTERS, ids=lambda part: getattr(part, "__name__", part))
def test_a_wrong_counter_is_counted_anew(whole, model, field):
    right = list(model.objects.order_by("pk").values_list(field, flat=True))
    model.objects.update(**{field: 77})

    assert all(is_mended for _, is_mended, _ in mend(whole))
    assert list(model.objects.order_by("pk").values_list(field, flat=True)) == right
    assert whole.findings() == []


def test_bytes_that_are_gone_come_back_from_a_backup(whole, blob, tmp_path):
    put(tmp_path / "spare" / blob.key, path_of(blob).read_bytes())
    path_of(blob).unlink()

    assert mend(whole, spare=LocalStore(tmp_path / "spare")) == [
        ("bytes_missing", True, "the same bytes were found in the backup")
    ]
    assert whole.findings() == []


def test_damaged_bytes_of_a_backup_are_not_taken(whole, blob, tmp_path):
    put(tmp_path / "spare" / blob.key, b"x" * blob.length)
    path_of(blob).unlink()

    ((kind, is_mended, outcome),) = mend(whole, spare=LocalStore(tmp_path / "spare"))
    assert (kind, is_mended) == ("bytes_missing", False)
    assert "--from" in outcome


def test_bytes_that_are_gone_come_back_from_another_file_with_the_same_hash(whole, blob, tmp_path):
    whole.take(tmp_path / "in", project="B")
    path_of(blob).unlink()

    ((kind, is_mended, _),) = mend(whole)
    assert (kind, is_mended) == ("bytes_missing", True)
    assert whole.findings() == []


def test_a_flipped_bit_is_replaced_by_the_good_bytes_of_a_backup(whole, blob, tmp_path):
    content = path_of(blob).read_bytes()
    put(tmp_path / "spare" / blob.key, content)
    path_of(blob).chmod(0o600)
    path_of(blob).write_bytes(bytes([content[0] ^ 1]) + content[1:])

    assert [
        kind for kind, is_mended, _ in mend(whole, spare=LocalStore(tmp_path / "spare")) if is_mended
    ] == ["hash"]
    assert whole.findings() == []
    assert path_of(Blob.objects.get(pk=blob.pk)).read_bytes() == content


def test_images_that_no_row_names_become_an_arrival_that_a_person_files(whole):
    session = ImagingSession.objects.filter(modality="MR").get()
    hashes = set(image_hashes(session))
    lose_rows_of(session)

    outcomes = mend(whole)
    found = Arrival.objects.filter(upload__source="recovered").values_list("pk", flat=True)
    file_to(OPERATOR, found, "A", at=timezone.now())
    file_due(whole.store, whole.rules)

    assert any(outcome.startswith("they are part of arrival") for _, _, outcome in outcomes)
    assert set(image_hashes(ImagingSession.objects.get(modality="MR"))) == hashes
    assert whole.findings() == []


def image_hashes(session):
    images = File.objects.filter(resource__session=session, resource__label="DICOM")
    return images.values_list("blob__sha256", flat=True)


def lose_rows_of(session: ImagingSession) -> None:
    """As an older database, put back: it does not know the session."""
    files = File.objects.filter(resource__session=session)
    blobs = list(files.values_list("blob", flat=True))
    files.delete()
    Blob.objects.filter(pk__in=blobs).delete()
    Event.objects.filter(session=session).delete()
    Flag.objects.filter(session=session).delete()
    Resource.objects.filter(session=session).delete()
    Scan.objects.filter(session=session).delete()
    session.delete()


def test_the_same_bytes_once_more_are_removed(whole, blob):
    key = blob_key(datetime.now(UTC).date(), new_upload_id(), 0)
    whole.store.put(key, [path_of(blob).read_bytes()])

    assert mend(whole) == [("bytes_extra", True, f"removed: the same bytes are kept as {blob.key}")]
    assert whole.store.stat(key) is None
    assert whole.findings() == []


def test_bytes_that_nobody_recognises_wait_for_a_person(whole):
    key = blob_key(datetime.now(UTC).date(), new_upload_id(), 0)
    whole.store.put(key, [b"who am I"])

    ((kind, is_mended, _),) = mend(whole)
    file_due(whole.store, whole.rules)

    assert (kind, is_mended) == ("bytes_extra", True)
    assert File.objects.get(blob__key=key).arrival.refusal
    assert whole.findings() == []


def test_bytes_of_uploads_and_deliveries_under_way_are_no_finding(whole):
    now = timezone.now()
    upload = Upload.objects.create(
        id=new_upload_id(), source="dicom", owner="elsewhere:1:1", started_at=now, acknowledges_each=True
    )
    delivery = Delivery.objects.create(id=new_upload_id(), source="browser", opened_at=now, last_byte_at=now)
    for row in (upload, delivery):
        whole.store.put(blob_key(now.date(), row.id, 0), [b"not named yet"])

    assert whole.findings() == []


def test_what_a_dead_writer_left_is_found_after_a_day_and_removed(whole, blob):
    left = path_of(blob).parent / ".0123456789abcdef.part"
    put(left, b"half")
    assert whole.findings() == []
    os.utime(left, (0, 0))

    ((kind, is_mended, _),) = mend(whole)

    assert (kind, is_mended, left.exists()) == ("temporary", True, False)


def test_an_accession_is_not_given_again_after_an_older_database_was_put_back(whole):
    AccessionCounter.objects.filter(kind="E").update(last=1)
    whole.store.put(manifest_key("FORNIX_E00041", 1), [b"damaged"])

    assert ("counter", True, "the next one is 42") in mend(whole)


def test_a_session_that_only_its_manifest_knows_is_there_again(whole):
    write_manifests(whole)
    shown = whole.show()
    lose_rows_of(ImagingSession.objects.filter(modality="MR").get())
    for model in (Subject, Project):
        model.objects.update(session_count=0, file_count=0, byte_count=0)

    outcomes = mend(whole)

    assert ("manifest", True, "the session is there again, in project A") in outcomes
    assert whole.show() == shown
    assert whole.findings() == []


def test_a_session_whose_bytes_are_not_all_there_is_left_to_a_person(whole):
    write_manifests(whole)
    session = ImagingSession.objects.filter(modality="MR").get()
    lost = File.objects.filter(resource__session=session).first().blob
    lose_rows_of(session)
    path_of(lost).unlink()

    assert ("manifest", False, "not all of its bytes are there") in mend(whole)


def test_a_manifest_older_than_its_rows_is_found_when_it_is_long_overdue(whole):
    inspection = Inspection(whole.store, later().replace(year=timezone.now().year + 1))

    assert {item.kind for item in inspect(inspection, read_bytes=False)} == {"manifest"}
    assert all(is_mended for _, is_mended, _ in mend(whole, at=inspection.at))
    assert list(inspect(inspection, read_bytes=False)) == []


@pytest.mark.parametrize("of", ["session", SITE])
def test_a_damaged_manifest_is_found_when_bytes_are_read_and_written_anew(whole, of):
    write_manifests(whole)
    accession = ImagingSession.objects.first().accession if of == "session" else SITE
    (number,) = stored_numbers(whole.store, accession)
    path = wiring.environment().data / "blobs" / manifest_key(accession, number)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-9])

    ((kind, is_mended, _),) = mend(whole)

    assert (kind, is_mended) == ("manifest", True)
    assert whole.findings() == []


def test_a_manifest_that_is_gone_is_written_again(whole):
    write_manifests(whole)
    session = ImagingSession.objects.first()
    whole.store.delete(manifest_key(session.accession, 1))

    assert mend(whole) == [("manifest", True, "it was written")]
    assert whole.findings() == []


def test_wrong_md5_and_crc_of_right_bytes_are_set_right(whole, blob):
    Blob.objects.filter(pk=blob.pk).update(md5="0" * 32, crc32=1)

    assert [kind for kind, is_mended, _ in mend(whole) if is_mended] == ["row"]
    assert Blob.objects.get(pk=blob.pk).md5 == blob.md5


def test_a_repair_while_data_come_in_leaves_them_alone(whole, tmp_path):
    at = timezone.now()
    with open_upload(whole.store, Destination("A"), Origin("import"), at=at) as reception:
        key = blob_key(at.date(), reception.upload.pk, 0)
        whole.store.put(key, [b"on its way"])

        assert mend(whole) == []
        assert whole.store.stat(key) is not None


def test_checking_changes_nothing(whole, blob, tmp_path):
    path_of(blob).unlink()
    keys = whole.hashes()
    Project.objects.update(file_count=3)

    assert len(whole.findings()) == 2
    assert (whole.hashes(), Project.objects.get().file_count) == (keys, 3)


def test_a_second_repair_finds_nothing_left(whole, tmp_path):
    mri(tmp_path / "again")
    Project.objects.update(file_count=3)

    assert [len(mend(whole)) for _ in range(2)] == [1, 0]


def test_bytes_whose_file_is_gone_become_an_arrival(whole, blob):
    File.objects.filter(blob=blob).delete()

    kinds = [kind for kind, is_mended, _ in mend(whole) if is_mended]

    assert kinds[:2] == ["row", "bytes_extra"]
    assert File.objects.get(blob__key=blob.key).arrival is not None
    assert whole.findings() == []


def test_a_resource_of_another_session_than_its_scan_is_left_to_a_person(whole):
    first, second = ImagingSession.objects.order_by("pk")
    Resource.objects.filter(session=first, scan__isnull=False).update(session=second)

    assert ("row", False, "this is for a person to decide") in mend(whole)
