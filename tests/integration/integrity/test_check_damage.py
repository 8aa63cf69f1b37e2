"""Every kind of damage is found, named and counted; a whole archive has no finding."""

from __future__ import annotations

import argparse
import json

import pytest
from tests.integration.ingest.archive import mri, put

from fornix import wiring
from fornix.commands import check as check_command
from fornix.errors import Invalid
from fornix.ingest.receive import Destination, Origin, open_upload, receive
from fornix.ingest.sources import find_sources
from fornix.integrity.snapshots import NoBackup
from fornix.models import Arrival, Blob, File, ImagingSession, Project, Resource, Scan, Subject


def found(archive) -> list[tuple[str, str]]:
    return [(finding.kind, finding.where.partition(" ")[0]) for finding in archive.findings()]


COUNTERS = [
    (Project, "file_count"),
    (Project, "byte_count"),
    (Project, "session_count"),
    (Project, "subject_count"),
    (Subject, "session_count"),
    (Subject, "file_count"),
    (Subject, "byte_count"),
    (ImagingSession, "file_count"),
    (ImagingSession, "byte_count"),
    (ImagingSession, "scan_count"),
    (Scan, "file_count"),
    (Scan, "byte_count"),
    (Resource, "file_count"),
    (Resource, "byte_count"),
    (Arrival, "file_count"),
    (Arrival, "byte_count"),
]


@pytest.mark.parametrize(("model", "field"), COUNTERS, ids=lambda part: getattr(part, "__name__", part))
def test_a_counter_that_is_wrong_is_found(whole, model, field):
    row = model.objects.order_by("pk").first()
    right = getattr(row, field)
    model.objects.filter(pk=row.pk).update(**{field: right + 1})

    findings = [finding for finding in whole.findings() if finding.where == f"{model.__name__} {row.pk}"]

    assert [finding.detail for finding in findings] == [f"{field} says {right + 1}, there are {right}"]


def test_an_older_last_change_than_a_sessions_is_found(whole):
    newest = ImagingSession.objects.order_by("-changed_at").first()
    Project.objects.update(changed_at=newest.changed_at.replace(year=2000))

    assert found(whole) == [("counter", "Project")]


@pytest.fixture
def blob() -> Blob:
    return Blob.objects.filter(file__resource__isnull=False).order_by("pk").first()


@pytest.fixture
def path(whole, blob):
    return wiring.environment().data / "blobs" / blob.key


def test_bytes_that_are_gone_are_found(whole, path, blob):
    path.unlink()

    assert found(whole) == [("bytes_missing", blob.key)]


def test_bytes_that_nobody_names_are_found(whole, path):
    put(path.parent / "9999", b"who am I")

    (finding,) = whole.findings()
    assert (finding.kind, finding.where.rpartition("/")[2]) == ("bytes_extra", "9999")


def test_a_flipped_bit_is_found_when_bytes_are_read(whole, path, blob):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)

    assert found(whole) == [("hash", blob.key)]


def test_a_truncated_file_is_found_without_reading(whole, path, blob):
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])

    assert found(whole) == [("length", blob.key), ("hash", blob.key)]


def test_a_row_that_is_gone_is_found_by_its_counters_and_its_bytes(whole, blob):
    File.objects.filter(blob=blob).delete()

    kinds = {kind for kind, _ in found(whole)}
    assert kinds == {"counter", "row"}


def test_a_session_that_was_never_finished_is_found(whole):
    session = ImagingSession.objects.order_by("pk").first()
    ImagingSession.objects.filter(pk=session.pk).update(visible_at=None)

    assert ("row", session.accession) in found(whole)


def test_an_import_under_way_is_no_finding(whole, tmp_path):
    with open_upload(
        whole.store,
        Destination("A", may_create_project=True),
        Origin("import"),
        at=Project.objects.get().created_at,
    ) as reception:
        receive(reception, find_sources([mri(tmp_path / "more", "P03", day=3)]))

        assert whole.findings() == []


def run(capsys, *options: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    check_command.add_arguments(parser)
    code = check_command.run(parser.parse_args(options))
    return code, capsys.readouterr().out


def test_the_command_says_what_it_compared_and_exits_0(whole, capsys):
    code, out = run(capsys, "--bytes")

    assert code == 0
    assert out == "counters, rows, bytes and hashes of 2 sessions and 10 files: 0 findings\n"


def test_the_command_names_each_finding_and_exits_1(whole, path, blob, capsys):
    path.unlink()

    code, out = run(capsys)
    json_code, json_out = run(capsys, "--json")

    assert (code, json_code) == (1, 1)
    assert out.splitlines()[0] == f"bytes_missing: {blob.key}: a row names bytes that are not there"
    assert [finding["kind"] for finding in json.loads(json_out)["findings"]] == ["bytes_missing"]


def test_the_command_mends_says_what_it_did_and_exits_0(whole, capsys):
    Project.objects.update(file_count=99)

    code, out = run(capsys, "--repair")

    assert code == 0
    assert out.splitlines()[1].startswith("  mended: file_count is ")
    assert out.endswith("1 findings, 1 mended\n")
    assert run(capsys)[0] == 0


def test_the_command_says_what_is_left_to_a_person_and_exits_1(whole, path, capsys):
    path.unlink()

    code, out = run(capsys, "--repair", "--json")

    (finding,) = json.loads(out)["findings"]
    assert (code, finding["mended"]) == (1, False)
    assert "--from BACKUP" in finding["outcome"]


def test_a_folder_that_is_no_backup_is_refused(whole, tmp_path):
    with pytest.raises(NoBackup):
        run(None, "--repair", "--from", str(tmp_path))
    with pytest.raises(Invalid, match="--repair"):
        run(None, "--from", str(tmp_path))
