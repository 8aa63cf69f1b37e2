"""Hostile and odd DICOM files, group B: each is kept whole and filed, under names that lead nowhere."""

from __future__ import annotations

import re
import struct

import pytest
from django.test import Client
from tests.factories import make_account
from tests.integration.ingest.archive import elements, instance, put
from tests.unit.dicom import builder as b

from fornix.dicom import tags
from fornix.models import File, Flag, ImagingSession, Scan

NAME = re.compile(r"[A-Za-z0-9._-]{1,80}\.dcm")
LABEL = re.compile(r"[A-Za-z0-9._-]{1,64}")
UIDS = {
    "a way up": "../../../../root/.ssh/authorized_keys",
    "an absolute path": "/etc/passwd",
    "a NUL": b"1.2\0.3",
    "80 digits": "1." + "2" * 78,
    "nothing": "",
    "leading zeros": "1.02.003",
    "a line break": "1.2\r\nSet-Cookie: a=b",
    "no ASCII": b"1.2.\xff\xfe",
}
TEXTS = {
    "a script": "<script>alert(1)</script>",
    "an attribute": '"><img src=x onerror=alert(1)>',
    "a template": "{{7*7}}{% raw %}${7*7}",
    "a formula": "=cmd|' /C calc'!A1",
    "a statement": "'; DROP TABLE fornix_project; --",
    "a format": "%s%n%x{0}",
    "lines": "one\r\nSet-Cookie: a=b",
    "a terminal's commands": "\x1b[2J\x1b]0;x\x07",
    "a megabyte": "x" * (1 << 20),
    "what turns around": "\u202egpj.exe",
    "smileys": "\U0001f9e0\U0001f4a5",
    "a NUL": "a\0b",
    "charset escapes": "\x1b$B\x1b(J\x1b$)C",
    "a way up": "../../etc",
}
TEXT_TAGS = [
    "PatientName",
    "PatientID",
    "StudyDescription",
    "SeriesDescription",
    "ProtocolName",
    "InstitutionName",
]
PREAMBLES = {
    "a program (PE)": b"MZ\x90\0",
    "a program (ELF)": b"\x7fELF\2\1\1",
    "a page": b"<html><script>alert(1)</script>",
    "a PDF": b"%PDF-1.4\n",
    "PHP": b"<?php system($_GET[0]); ?>",
    "a TIFF": b"II*\0\x08\0\0\0",
}
UTF8 = {"SpecificCharacterSet": "ISO_IR 192"}
BIG = struct.pack("<H", 65535)
ENCAPSULATED = "1.2.840.10008.1.2.4.90"


def pixels(*fragments: bytes) -> bytes:
    """Encapsulated pixel data (PS3.5 A.4) that nobody closes."""
    return b.explicit(0x7FE00010, "OB", b"", length=b.UNDEFINED) + b"".join(
        b.item(part) for part in fragments
    )


def of_class(uid: str, more: bytes) -> bytes:
    return b.part10(elements(SOPClassUID=uid, SOPInstanceUID="1.2.8") + more)


ODD = {
    "B4 no preamble": instance()[132:],
    "B4 no file meta": elements(),
    "B4 a wrong group length": bytes(128) + b"DICM" + b.file_meta(group_length=0x7FFFFFFF) + elements(),
    "B5 nested 10,000 deep": instance()
    + (b.explicit(0x7FDF1001, "SQ", b"", length=b.UNDEFINED) + struct.pack("<HHL", 0xFFFE, 0xE000, b.UNDEFINED))
    * 10_000,
    "B5 a length one short of undefined": instance() + b.explicit(0x7FDF1001, "OB", b"", length=0xFFFFFFFE),
    "B7 65,535 squared, 2^31 frames": instance(Rows=BIG, Columns=BIG, NumberOfFrames="2147483648"),
    "B7 rows in 32 bits": b.part10(b.dataset(b.slice_elements({tags.Rows: ("UL", b"\xff" * 4)}))),
    "B7 33 bits": instance(BitsAllocated=struct.pack("<H", 33), Rows=BIG, Columns=BIG),
    "B7 frames below zero": instance(NumberOfFrames="-1", Rows=BIG, Columns=BIG),
    "B8 JPEG 2000 cut off": b.part10(elements() + pixels(b"", b"\xff\x4f\xff\x51\0"), ENCAPSULATED),
    "B8 an encapsulated PDF": of_class("1.2.840.10008.5.1.4.1.1.104.1", b.explicit(0x00420011, "OB", b"%PDF-1.4 /JS")),
    "B8 an encapsulated CDA": of_class("1.2.840.10008.5.1.4.1.1.104.2", b.explicit(0x00420011, "OB", b"<script/>")),
    "B8 a video": of_class("1.2.840.10008.5.1.4.1.1.77.1.1.1", pixels(b"", b"\0\0\0\1g")),
    "B9 a corrupt CSA header": instance()
    + b.explicit(0x00290010, "LO", "SIEMENS CSA HEADER")
    + b.explicit(0x00291010, "OB", b"SV10\4\3\2\1\xff\xff\xff\x7fM\0\0\0" + bytes(200)),
    "B11 no day at all": instance(StudyDate="00000000", StudyTime="24:60"),
    "B11 1900": instance(StudyDate="19000101"),
    "B11 the end of time": instance(StudyDate="99991231", StudyTime="235960.999999"),
    "B11 words": instance(StudyDate="tomorrow", StudyTime="noon", SeriesNumber="seven"),
    "B13 20,000 frames": instance(NumberOfFrames="20000", Rows=BIG, Columns=BIG),
    "B13 no frame": instance(NumberOfFrames="0", Rows=BIG, Columns=BIG),
    "B13 a series number beyond all": instance(SeriesNumber="999999999999"),
}  # fmt: skip
FILES = ODD | {
    f"B1 {keyword}: {name}": instance(**({"PatientID": "alice"} | {keyword: uid}))
    for keyword in ("SOPInstanceUID", "SeriesInstanceUID")
    for name, uid in UIDS.items()
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_it_is_kept_as_it_is_and_filed_under_a_name_that_leads_nowhere(archive, tmp_path, content):
    put(tmp_path / "in" / "x.dcm", content)

    report = archive.take(tmp_path / "in", project="A", subject="S1")

    assert (report.unreadable, report.waits) == ((), False)
    file = File.objects.select_related("blob", "resource__scan").get()
    assert NAME.fullmatch(file.name)
    assert file.resource.scan is not None
    with archive.store.open(file.blob.key) as stream:
        assert stream.read() == content


@pytest.mark.parametrize("uid", UIDS.values(), ids=UIDS)
def test_b1_a_study_with_such_a_uid_is_kept(archive, tmp_path, uid):
    put(tmp_path / "in" / "x.dcm", instance(StudyInstanceUID=uid))

    report = archive.take(tmp_path / "in", project="A", subject="S1")

    assert (report.unreadable, File.objects.count()) == ((), 1)
    assert not report.has_failed


@pytest.fixture
def administrator(archive) -> Client:
    client = Client(headers={"Accept": "text/html"})
    carol = make_account("carol", is_administrator=True)
    client.force_login(carol, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_b2_texts_of_headers_are_text_on_every_page(archive, administrator, tmp_path):
    for number, text in enumerate(TEXTS.values()):
        values = UTF8 | dict.fromkeys(TEXT_TAGS, text.encode()) | {"StudyInstanceUID": f"1.2.3.{number}"}
        put(tmp_path / "in" / f"{number}.dcm", b.part10(long_elements(values)))

    archive.take(tmp_path / "in", project="A")
    archive.take(tmp_path / "in", project="A", subject="S1")  # those whose texts name nobody

    sessions = list(ImagingSession.objects.select_related("subject"))
    assert len(sessions) == len(TEXTS)
    assert all(LABEL.fullmatch(session.label) for session in sessions)
    assert all(LABEL.fullmatch(session.subject.label) for session in sessions)
    for address in ("/", "/projects/A", *(f"/sessions/{session.accession}" for session in sessions)):
        page = administrator.get(address)
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
        assert "<img src=x" not in page.content.decode()
        assert "Set-Cookie: a=b" not in str(page.headers)


def long_elements(values: dict[str, bytes | str]) -> bytes:
    """As `elements`, with texts that are longer than their representation takes written as unlimited text."""
    short = {keyword: value for keyword, value in values.items() if len(value) < 60_000}
    long = {keyword: value for keyword, value in values.items() if len(value) >= 60_000}
    changes = {getattr(tags, keyword): ("UT", value) for keyword, value in long.items()}
    return b.dataset(b.slice_elements(changes)) if long else elements(**short)


@pytest.mark.parametrize("beginning", PREAMBLES.values(), ids=PREAMBLES)
def test_b3_a_file_that_begins_like_another_kind_is_filed_and_flagged(archive, tmp_path, beginning):
    content = beginning.ljust(128, b"\0") + instance(PatientID="alice")[128:]
    put(tmp_path / "in" / "x.dcm", content)

    archive.take(tmp_path / "in", project="A")

    assert Scan.objects.count() == 1
    assert list(Flag.objects.values_list("kind", flat=True)) == ["preamble"]


def test_b15_a_directory_that_points_outside_is_kept_and_not_followed(archive, tmp_path):
    secret = put(tmp_path / "secret.dcm", instance(PatientID="secret"))
    record = b.explicit(0x00041430, "CS", "IMAGE") + b.explicit(0x00041500, "CS", "..\\secret.dcm")
    directory = b.explicit(0x00041130, "CS", "SET") + b.sequence(0x00041220, b.item(record))
    meta = b.file_meta().replace(b"1.2.840.10008.5.1.4.1.1.4\0", b"1.2.840.10008.1.3.10\0\0\0\0\0\0")
    put(tmp_path / "in" / "DICOMDIR", bytes(128) + b"DICM" + meta + directory)
    put(tmp_path / "in" / "1.dcm", instance(PatientID="alice"))

    archive.take(tmp_path / "in", project="A")

    assert File.objects.count() == 2
    assert not File.objects.filter(blob__length=secret.stat().st_size, resource__scan=None).exists()


def test_b15_a_page_that_is_called_dcm_is_kept_beside_the_data(archive, tmp_path):
    put(tmp_path / "in" / "page.dcm", b"<!doctype html><script>alert(1)</script>")
    put(tmp_path / "in" / "1.dcm", instance(PatientID="alice"))

    report = archive.take(tmp_path / "in", project="A")

    assert [item.name.rpartition("/")[2] for item in report.unrecognised] == ["page.dcm"]
    assert File.objects.filter(resource__scan=None).count() == 1
