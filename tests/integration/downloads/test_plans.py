"""What stands in a download, at which place, in which order; and that the unpacked manifest verifies."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories

from fornix import wiring
from fornix.catalog.downloads import plan_file, plan_scan, plan_session
from fornix.errors import NotVisible
from fornix.http.downloads import body_of
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return factories.make_account("alice")


@pytest.fixture
def session(alice):
    project = factories.make_project(people={alice: Role.COLLABORATOR})
    return factories.make_session(factories.make_subject(project), "P1_MR1")


def unpack(plan, folder: Path) -> Path:
    archive = folder / "download.zip"
    archive.write_bytes(b"".join(body_of(plan, wiring.store()).stream()))
    subprocess.run(["unzip", "-q", archive, "-d", folder], check=True, capture_output=True)
    return folder


def verify(folder: Path) -> str:
    command = ["sha256sum", "--strict", "-c", "manifest-sha256.txt"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_a_session_is_laid_out_as_in_xnats_zips(alice, session):
    scan = factories.make_scan(session, "4", type="fMRI (BOLD)")
    factories.make_file(factories.make_resource(scan), name="1.dcm")
    factories.make_file(factories.make_resource(session, "notes", is_primary=False), name="a/log.txt")

    plan = plan_session(factories.actor_of(alice), session.accession)

    assert {file.path for file in plan.files} == {
        "P1_MR1/scans/4-fMRI__BOLD_/resources/DICOM/files/1.dcm",
        "P1_MR1/resources/notes/files/a/log.txt",
    }
    assert (plan.name, plan.manifest_path) == ("P1_MR1.zip", "P1_MR1/manifest-sha256.txt")


def test_the_manifest_of_an_unpacked_session_verifies(alice, session, tmp_path):
    resource = factories.make_resource(factories.make_scan(session, "2"))
    for number, name in enumerate(["1.dcm", "ö 🧊.dcm", "../up.dcm", "A.txt", "a.txt", "back\\slash\n.bin"]):
        factories.make_file(resource, f"content {number}".encode(), name)

    folder = unpack(plan_session(factories.actor_of(alice), session.accession), tmp_path) / "P1_MR1"

    assert verify(folder).count(": OK") == 6
    assert sum(path.is_file() for path in folder.rglob("*")) == 7


def test_scans_unpacked_side_by_side_keep_each_its_manifest(alice, session, tmp_path):
    for scan_id in ("2", "3"):
        factories.make_file(factories.make_resource(factories.make_scan(session, scan_id)))
        unpack(plan_scan(factories.actor_of(alice), session.accession, scan_id), tmp_path)

    assert "1 file" not in verify(tmp_path / "P1_MR1/scans/2-T1")
    assert verify(tmp_path / "P1_MR1/scans/3-T1").endswith(": OK\n")


@pytest.mark.parametrize(
    ("uid", "kind"),
    [("1.2.3", "application/dicom"), ("", "application/octet-stream")],
    ids=["DICOM", "other"],
)
def test_a_file_is_what_was_received(alice, session, uid, kind):
    file = factories.make_file(
        factories.make_resource(factories.make_scan(session)), b"as it was", "in/a.bin"
    )
    type(file).objects.update(sop_instance_uid=uid)

    plan = plan_file(factories.actor_of(alice), session.accession, file.pk)

    assert b"".join(body_of(plan, wiring.store()).stream()) == b"as it was"
    assert (plan.name, plan.content_type) == ("a.bin", kind)


def test_the_same_files_have_the_same_tag_and_a_late_file_another(alice, session):
    resource = factories.make_resource(factories.make_scan(session))
    factories.make_file(resource)
    actor = factories.actor_of(alice)
    before = [body_of(plan_session(actor, session.accession), wiring.store()).etag for _ in range(2)]
    factories.make_file(resource)

    after = body_of(plan_session(actor, session.accession), wiring.store()).etag

    assert before[0] == before[1] != after


def test_a_plan_takes_as_many_queries_for_many_files_as_for_one(alice, session):
    resource = factories.make_resource(factories.make_scan(session))
    counts = []
    for more in (1, 20):
        for _ in range(more):
            factories.make_file(resource)
        with CaptureQueriesContext(connection) as captured:
            plan_session(factories.actor_of(alice), session.accession)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_nothing_is_planned_of_what_cannot_be_seen(alice, session):
    file = factories.make_file(factories.make_resource(factories.make_scan(session, "2")))
    elsewhere = factories.make_session(factories.make_subject(factories.make_project("P002")))
    mine, stranger = factories.actor_of(alice), factories.actor_of(factories.make_account("bob"))

    for attempt in (
        lambda: plan_session(stranger, session.accession),
        lambda: plan_scan(stranger, session.accession, "2"),
        lambda: plan_file(stranger, session.accession, file.pk),
        lambda: plan_file(mine, elsewhere.accession, file.pk),
        lambda: plan_file(mine, session.accession, 2**70),
        lambda: plan_scan(mine, session.accession, "3"),
    ):
        with pytest.raises(NotVisible):
            attempt()
