"""Real senders of the DICOM network, and the files that they send. For tests."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import MediaStorageDirectoryStorage
from pynetdicom import AE, _config
from pynetdicom.presentation import PresentationContext
from tests.dicom_wire import Caller, context

# Without it each answer waits for Nagle's algorithm: 45 ms.
NO_DELAY = {**os.environ, "TCP_NODELAY": "1"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A file as it is sent: its UIDs, and the bytes behind its file meta."""

    sop_class: str
    sop_instance: str
    transfer_syntax: str
    data: bytes


def recorded(path: Path) -> Recorded | None:
    """None for what no sender could send as it is: without the UIDs or the length of its file meta, or a DICOMDIR."""
    content = path.read_bytes()
    if content[128:132] != b"DICM":
        return None
    meta = pydicom.filereader.read_file_meta_info(path)
    uids = [meta.get(name, "") for name in ("MediaStorageSOPClassUID", "MediaStorageSOPInstanceUID")]
    uids.append(meta.get("TransferSyntaxUID", ""))
    length = meta.get("FileMetaInformationGroupLength")
    if not all(uids) or not length or uids[0] == MediaStorageDirectoryStorage:
        return None
    return Recorded(*map(str, uids), content[144 + length :])


def contexts_of(files: list[Recorded]) -> list[PresentationContext]:
    """A presentation context for each pair of class and transfer syntax."""
    pairs = sorted({(file.sop_class, file.transfer_syntax) for file in files})
    return [context(2 * number + 1, *pair) for number, pair in enumerate(pairs)]


def send_as_recorded(port: int, files: list[Recorded]) -> list[int]:
    """The status of each, byte for byte in its own transfer syntax, over one association."""
    contexts = contexts_of(files)
    numbers = {
        (str(each.abstract_syntax), str(each.transfer_syntax[0])): each.context_id for each in contexts
    }
    with Caller(port) as caller:
        caller.associate(*contexts)
        statuses = [
            caller.store(
                file.data,
                context_id=numbers[file.sop_class, file.transfer_syntax],
                sop_class=file.sop_class,
                sop_instance=file.sop_instance,
            )
            for file in files
        ]
        caller.release()
    return statuses


def send_by_pynetdicom(port: int, images: list[Dataset], calling: str = "PYNETDICOM") -> list[int]:
    """The statuses, over one association."""
    _config.UNRESTRICTED_STORAGE_SERVICE = True
    sender = AE(ae_title=calling)
    for pair in {(image.SOPClassUID, image.file_meta.TransferSyntaxUID) for image in images}:
        sender.add_requested_context(*pair)
    association = sender.associate("127.0.0.1", port, ae_title="FORNIX")
    assert association.is_established
    statuses = [association.send_c_store(image).Status for image in images]
    association.release()
    return statuses


def run(*words: object, accepted: int = 0) -> str:
    """A program of dcmtk; what it says."""
    done = subprocess.run(
        [str(word) for word in words],
        check=False,
        env=NO_DELAY,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
    )
    assert done.returncode == accepted, done.stdout + done.stderr
    return done.stdout + done.stderr
