"""`fornix serve` as scanners and other DICOM nodes see it: real senders, and rude ones."""

from __future__ import annotations

import hashlib
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import generate_uid
from tests.acceptance.dicom_senders import recorded, run, send_as_recorded, send_by_pynetdicom
from tests.acceptance.served import children, fornix, inside, serving, wait_until, write_images
from tests.conftest import new_database
from tests.dicom_wire import ABORT, Caller, p_data, pdv, request, status_in, store

PROJECT = "P001"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A running archive with project P001, in which what comes is filed after a second."""
    folder = tmp_path_factory.mktemp("receiver")
    server = os.environ.get("FORNIX_DATABASE")
    if not server:
        yield from archive(folder, {})
        return
    with new_database(server) as address:
        yield from archive(folder, {"FORNIX_DATABASE": address})


def archive(folder, settings):
    environment = os.environ | {"FORNIX_DATA": str(folder / "data"), "FORNIX_QUIET_S": "1"} | settings
    write_images(folder / "first", 1)
    fornix(environment, "import", str(folder / "first"), "--project", PROJECT)
    with serving(environment, folder) as running:
        yield running
        findings = fornix(environment, "check", "--bytes")
        assert "0 findings" in findings
        assert "Traceback" not in running.log.read_text()


def make_series(folder, count=3, description=PROJECT):
    """Files of one new study."""
    write_images(folder, count)
    for path in folder.iterdir():
        ds = pydicom.dcmread(path)
        ds.StudyDescription = description
        ds.save_as(path)
    return sorted(folder.iterdir())


def rows_of(served, uids):
    """How often each instance is held, and whether it is filed."""
    code = f"""
held = File.objects.filter(sop_instance_uid__in={[str(uid) for uid in uids]!r})
answer = [[row.sop_instance_uid, row.resource_id is not None] for row in held]
"""
    return inside(served.environment, code)


def uids_of(paths):
    return [str(pydicom.dcmread(path).SOPInstanceUID) for path in paths]


def wait_until_filed(served, uids):
    wait_until(lambda: all(filed for _, filed in rows_of(served, uids) or [("", False)]), "the filing")


def test_a_test_echo_of_dcmtk_succeeds(served, storescu):
    told = run(storescu.with_name("echoscu"), "-v", "127.0.0.1", served.dicom_port)

    assert "Received Echo Response (Success)" in told


def test_what_dcmtk_sends_is_filed_and_an_import_of_it_is_here_already(served, storescu, tmp_path):
    paths = make_series(tmp_path / "series")
    run(storescu, "+sd", "127.0.0.1", served.dicom_port, tmp_path / "series")
    wait_until_filed(served, uids_of(paths))

    report = json.loads(fornix(served.environment, "import", str(tmp_path / "series"), "--json"))

    (session,) = report["sessions"]
    assert (session["project"], session["files"], session["already_here"]) == (PROJECT, 0, len(paths))
    assert sorted(uid for uid, _ in rows_of(served, uids_of(paths))) == sorted(uids_of(paths))


def test_every_file_of_real_scanners_is_kept_as_it_was_sent(served, shared_data):
    files = [
        file
        for path in sorted((shared_data / "dicom").rglob("*"))
        if path.is_file() and (file := recorded(path))
    ]
    assert len(files) > 50

    statuses = send_as_recorded(served.dicom_port, files)

    assert set(statuses) == {0}
    code = "answer = list(File.objects.values_list('content_sha256', 'transfer_syntax_uid'))"
    kept = {tuple(row) for row in inside(served.environment, code)}
    sent = {(hashlib.sha256(file.data).hexdigest(), file.transfer_syntax) for file in files}
    assert sent <= kept


@pytest.mark.parametrize("senders", [1, 4, 20])
def test_many_senders_at_once_share_one_series(served, tmp_path, senders):
    images = [pydicom.dcmread(path) for path in make_series(tmp_path / "series", 40)]
    shares = [images[number::senders] for number in range(senders)]

    with ThreadPoolExecutor(senders) as pool:
        statuses = list(pool.map(lambda share: send_by_pynetdicom(served.dicom_port, share), shares))

    assert {status for share in statuses for status in share} == {0}
    uids = sorted(str(image.SOPInstanceUID) for image in images)
    assert sorted(uid for uid, _ in rows_of(served, uids)) == uids


def test_what_was_sent_twice_is_held_once(served, storescu, tmp_path):
    paths = make_series(tmp_path / "series")
    for _ in range(2):
        run(storescu, "+sd", "127.0.0.1", served.dicom_port, tmp_path / "series")
    wait_until_filed(served, uids_of(paths))
    run(storescu, "+sd", "127.0.0.1", served.dicom_port, tmp_path / "series")
    wait_until(lambda: len(rows_of(served, uids_of(paths))) == len(paths), "the same again to be let go")

    assert sorted(uid for uid, _ in rows_of(served, uids_of(paths))) == sorted(uids_of(paths))


def test_one_uid_with_two_contents_is_kept_twice_and_flagged(served, tmp_path):
    (path,) = make_series(tmp_path / "series", 1)
    first, second = pydicom.dcmread(path), pydicom.dcmread(path)
    second.SeriesDescription = "another content"

    assert send_by_pynetdicom(served.dicom_port, [first, second]) == [0, 0]
    uid = str(first.SOPInstanceUID)
    wait_until_filed(served, [uid])

    assert rows_of(served, [uid]) == [[uid, True], [uid, True]]
    code = (
        f"session = File.objects.filter(sop_instance_uid='{uid}')[0].resource.session\n"
        "answer = [flag.kind for flag in session.flags.all()]"
    )
    assert inside(served.environment, code) == ["other_bytes"]


def test_a_sender_that_aborts_at_any_pdu_leaves_nothing_and_may_send_again(served, tmp_path):
    uid, data = generate_uid(), bytes(range(256)) * 40
    pdus = [store(data, piece=1000, sop_instance=uid)[:cut] for cut in range(60, len(data), 1012)]
    for said in pdus:
        with Caller(served.dicom_port) as caller:
            caller.associate()
            caller.send(said + ABORT)
    assert rows_of(served, [uid]) == []

    with Caller(served.dicom_port) as caller:
        caller.associate()
        assert caller.store(data, sop_instance=uid) == 0
    assert [each for each, _ in rows_of(served, [uid])] == [uid]


def test_a_connection_that_breaks_before_the_answer_is_made_good_by_sending_again(served):
    uid, data = generate_uid(), bytes(range(256)) * 40
    for _ in range(5):
        caller = Caller(served.dicom_port)
        caller.associate()
        caller.send(store(data, sop_instance=uid))
        caller.reset()
    with Caller(served.dicom_port) as caller:
        caller.associate()
        assert caller.store(data, sop_instance=uid) == 0
        caller.release()

    wait_until(lambda: len(rows_of(served, [uid])) == 1, "one of it alone")


def peak_kb(served):
    """The largest resident size that the receiver has had."""
    (receiver,) = (pid for pid, words in children(served.process.pid).items() if "receiver_process" in words)
    (line,) = re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{receiver}/status").read_text())
    return int(line)


def test_a_large_object_takes_little_memory(served):
    before, block, last = peak_kb(served), p_data(pdv(1, 0, bytes(100_000))), p_data(pdv(1, 2, b""))
    asked = store(b"", sop_instance=generate_uid()).removesuffix(last)
    with Caller(served.dicom_port) as caller:
        caller.associate()
        caller.send(asked)
        for _ in range(1000):
            caller.send(block)
        assert status_in(caller.send(last).pdu()) == 0

    assert peak_kb(served) - before < 30_000


def test_the_log_names_no_patient(served, tmp_path):
    (path,) = make_series(tmp_path / "series", 1)
    image = pydicom.dcmread(path)
    image.PatientName, image.PatientID = "Wintergreen^Ottilie", "Wintergreen"
    image.save_as(path)
    with Caller(served.dicom_port) as caller:
        caller.associate(calling="SCAN\nNER")
        assert caller.store(recorded(path).data, sop_instance=image.SOPInstanceUID) == 0
        caller.release()

    wait_until(lambda: "SCAN?NER" in served.log.read_text(), "the line of the association")
    assert "Wintergreen" not in served.log.read_text()


def test_garbage_from_everywhere_ends_nothing(served, storescu):
    whole = request()
    said = [
        b"",
        b"\0" * 500,
        os.urandom(2000),
        b"\x01\0\xff\xff\xff\xff",
        whole[:40],
        whole + os.urandom(500),
    ]
    for each in said * 3:
        with Caller(served.dicom_port) as caller:
            caller.send(each)

    run(storescu.with_name("echoscu"), "127.0.0.1", served.dicom_port)
