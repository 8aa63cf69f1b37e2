"""One source file into the store: its header is read and its bytes are hashed while they pass once. No tables here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from fornix.dicom.header import PREFIX_BYTES, DicomHeader, NotDicom, read_header
from fornix.dicom.labels import clean_label
from fornix.dicom.source import ReadAt
from fornix.errors import Invalid
from fornix.ingest.source_files import SourceFile
from fornix.storage.digests import Digests
from fornix.storage.store import Batch

_CHUNK = 1 << 20
UID_LENGTH = 64  # PS3.5 section 9.1


class CutOff(Invalid):
    """Fewer or more bytes came than the file had when it was found: it is still being written, or was cut off."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A file whose bytes are in the store. Without a group it is no DICOM instance: `reason` says why."""

    source: SourceFile
    key: str
    digests: Digests
    group: str = ""
    study_uid: str = ""
    sop_instance_uid: str = ""
    transfer_syntax_uid: str = ""
    header: DicomHeader | None = None
    reason: str = ""


def take(batch: Batch, source: SourceFile, key: str) -> Taken:
    """Puts one file under `key`. Raises OSError or CutOff when it cannot be read whole; then nothing of it stays."""
    with source.open() as stream:
        prefix = _read_up_to(stream, _CHUNK)
        header, reason = header_of(prefix, _reader(stream), source.length)
        stream.seek(len(prefix))
        offset = header.dataset_offset if header else None
        digests = batch.put(key, _announced(prefix, stream, source.length), tail_offset=offset)
    if header is None:
        return Taken(source, key, digests, reason=reason)
    study_uid = clean_uid(header.study_uid)
    return Taken(
        source,
        key,
        digests,
        group=group_of(header, study_uid, source.root),
        study_uid=study_uid,
        sop_instance_uid=clean_uid(header.sop_instance_uid),
        transfer_syntax_uid=clean_uid(header.transfer_syntax_uid),
        header=header,
    )


def clean_uid(uid: str) -> str:
    """A UID as it may stand in a column and in a file's name, whatever the file says (hostile inputs, B1)."""
    return clean_label(uid, UID_LENGTH)


def read_stored_header(stream: BinaryIO, length: int) -> DicomHeader | None:
    """The header of bytes that lie in the store; None if they are no DICOM instance."""
    header, _ = header_of(_read_up_to(stream, PREFIX_BYTES), _reader(stream), length)
    return header


def header_of(prefix: bytes, read_at: ReadAt, length: int) -> tuple[DicomHeader | None, str]:
    """The header of an instance, or None and the reason why it is none. Beyond the prefix `read_at` is asked."""
    try:
        header = read_header(prefix, read_at if length > len(prefix) else None, length=length)
    except NotDicom as reason:
        return None, str(reason)
    if header.is_media_directory:
        return None, "It is a DICOMDIR, the index of a medium; the images beside it are filed."
    return header, ""


def _reader(stream: BinaryIO) -> ReadAt:
    def read_at(offset: int, size: int) -> bytes:
        stream.seek(offset)
        return _read_up_to(stream, size)

    return read_at


def group_of(header: DicomHeader, study_uid: str, root: str) -> str:
    """What holds an arrival together: the study, and the patient, for UIDs may lie.

    `root`: whence it came, which holds together what names no study.
    """
    patient = _patient(header.patient_id.strip())
    if study_uid:
        return f"study:{study_uid}:{patient}"
    return f"no-study:{patient}:{clean_label(header.study_date)}:{clean_label(root)}"


def _patient(patient_id: str) -> str:
    """Whose files go together: ids that only clean alike are two people's."""
    label = clean_label(patient_id)
    if label == patient_id:
        return label
    return f"{label}~{hashlib.sha256(patient_id.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _read_up_to(stream: BinaryIO, size: int) -> bytes:
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _announced(prefix: bytes, stream: BinaryIO, length: int) -> Iterator[bytes]:
    """All bytes. Raises from within when they are not as many as announced, so that the store keeps nothing."""
    count = len(prefix)
    yield prefix
    while chunk := stream.read(_CHUNK):
        count += len(chunk)
        if count > length:
            break  # a file that grows as fast as it is read would never end
        yield chunk
    if count != length:
        raise CutOff
