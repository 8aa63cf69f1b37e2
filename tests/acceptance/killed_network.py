"""A served archive under load from several senders, whose processes are killed (SIGKILL) at random moments.

`python killed_network.py KILLS SEED FOLDER`: each kill takes the receiver, the worker, or the supervisor, and with it
all. Senders repeat what was not acknowledged. In the end every instance must be there once; what is told is JSON.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import random
import signal
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage
from pynetdicom import AE
from pynetdicom.dsutils import encode
from tests.acceptance.served import PATIENCE_S, Served, serving

from fornix.commands.setup import open_archive

CODE = "KILLED"
SENDERS = 4
STUDIES = 3  # at once: senders share them
IMAGES_OF_A_STUDY = 60
VICTIMS = ("receiver", "worker", "supervisor")
TIMEOUT_S = 3  # of a sender that hears nothing: whoever received is dead
LONGEST_WAIT_S = 0.8  # from the first image after a kill to the next kill


@dataclass(slots=True)
class Load:
    """What the senders send, and what was acknowledged."""

    seed: int
    port: int = 0
    is_over: bool = False
    sent: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict)  # SOPInstanceUID -> hash of the data set
    failures: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next_image(self) -> Dataset:
        with self._lock:
            number, self.sent = self.sent, self.sent + 1
        study = number // (STUDIES * IMAGES_OF_A_STUDY) * STUDIES + number % STUDIES
        return image(self.seed, study, number)

    def send_until_over(self, title: str) -> None:
        """One sender: what it has begun it repeats until it is acknowledged, over as many associations as it takes."""
        waiting: Dataset | None = None
        ae = AE(title)
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = TIMEOUT_S
        ae.connection_timeout = 2
        ae.add_requested_context(MRImageStorage, ExplicitVRLittleEndian)
        while waiting is not None or not self.is_over:
            association = ae.associate("127.0.0.1", self.port, ae_title="FORNIX")
            while association.is_established and (waiting is not None or not self.is_over):
                waiting = waiting or self.next_image()
                waiting = self._send(association, waiting)
                if self.sent % 25 == 0:
                    break  # and begin another association, as scanners do
            if association.is_established:
                association.release()
            elif not association.is_released:
                time.sleep(0.05)

    def _send(self, association, ds: Dataset) -> Dataset | None:
        try:
            status = association.send_c_store(ds)
        except (RuntimeError, ValueError, OSError):
            status = Dataset()  # the association was gone already
        if "Status" in status and status.Status == 0:
            data_set = encode(ds, is_implicit_vr=False, is_little_endian=True)
            self.acknowledged[ds.SOPInstanceUID] = hashlib.sha256(data_set).hexdigest()
            return None
        self.failures += 1
        return ds


def image(seed: int, study: int, number: int) -> Dataset:
    pixels = random.Random(number).randbytes(random.Random(number).choice([512, 20_000, 90_000]))
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, f"1.2.826.{seed}.{study}.{number}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = (
        f"1.2.826.{seed}.{study}",
        f"1.2.826.{seed}.{study}.0.{number % 4}",
    )
    ds.PatientID = ds.PatientName = f"sub-{study:03}"
    ds.StudyDescription = CODE
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "MR", number % 4 + 1, number
    ds.StudyDate, ds.StudyTime = "20260219", "093400"
    ds.BitsAllocated, ds.PixelData = 8, pixels
    ds["PixelData"].VR = "OB"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return ds


def child(supervisor: int, name: str) -> int | None:
    """The process of that name which the supervisor runs now."""
    for folder in Path("/proc").iterdir():
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            continue
        if parent == supervisor and f"fornix.commands.{name}_process".encode() in words:
            return int(folder.name)
    return None


def wait_until(what, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not what():
        if time.monotonic() > deadline:
            raise SystemExit(f"in vain: {what.__doc__ or what}")
        time.sleep(0.02)


def kill_one(served: Served, victim: str, load: Load, chance: random.Random) -> bool:
    """Kills at a random moment after images came again. Whether the victim was there."""
    before = len(load.acknowledged)

    def images_come_again() -> bool:
        """images come again"""
        return len(load.acknowledged) > before

    wait_until(images_come_again)
    time.sleep(chance.uniform(0, LONGEST_WAIT_S))
    pid = served.process.pid if victim == "supervisor" else child(served.process.pid, victim)
    if pid is None:
        return False
    os.kill(pid, signal.SIGKILL)
    if victim == "supervisor":
        served.process.wait(PATIENCE_S)
    return True


def run(kills: int, seed: int, folder: Path, load: Load) -> dict[str, int]:
    """Serves and kills. Returns how often each was killed."""
    chance, killed = random.Random(seed), dict.fromkeys(VICTIMS, 0)
    threads = [
        threading.Thread(target=load.send_until_over, args=(f"SENDER{number}",), daemon=True)
        for number in range(SENDERS)
    ]
    while sum(killed.values()) < kills:
        with ExitStack() as stack:
            served = stack.enter_context(serving(dict(os.environ), folder))
            load.port = served.dicom_port
            for thread in threads:
                if not thread.is_alive():
                    thread.start()
            while sum(killed.values()) < kills:
                victim = chance.choice(VICTIMS)
                killed[victim] += kill_one(served, victim, load, chance)
                assert_nothing_is_half_visible()
                if victim == "supervisor":
                    break
    with serving(dict(os.environ), folder) as served:
        load.port, load.is_over = served.dicom_port, True
        for thread in threads:
            thread.join(PATIENCE_S)
        wait_until(lambda: not arrivals_left(), 3 * PATIENCE_S)
    return killed


def assert_nothing_is_half_visible() -> None:
    from django.db.models import Count, F

    from fornix.models import ImagingSession

    visible = ImagingSession.objects.exclude(visible_at=None).annotate(n=Count("resources__files"))
    assert not visible.exclude(n=F("file_count")).exists()


def arrivals_left() -> int:
    """What waits because it was cut off thrice is tried again, as its page offers."""
    from fornix.ingest.attempts import CUT_OFF
    from fornix.models import Arrival

    Arrival.objects.filter(refusal=CUT_OFF).update(refusal="")
    return Arrival.objects.count()


def told(load: Load) -> dict[str, object]:
    """Compares the archive with what was acknowledged, after the last processes have ended."""
    from fornix import wiring
    from fornix.ingest.leftovers import tidy_after_the_dead
    from fornix.integrity.check import check
    from fornix.models import File, ImagingSession, Upload

    tidy_after_the_dead(wiring.store())
    rows = File.objects.filter(resource__isnull=False).values_list("sop_instance_uid", "content_sha256")
    findings = [
        f"{found.kind} {found.where}: {found.detail}" for found in check(wiring.store(), read_bytes=True)
    ]
    return {
        "acknowledged": len(load.acknowledged),
        "repeated": load.failures,
        "files": len(rows),
        "as_acknowledged": sorted(rows) == sorted(load.acknowledged.items()),
        "sessions": ImagingSession.objects.count(),
        "hidden": ImagingSession.objects.filter(visible_at=None).count(),
        "uploads": Upload.objects.count(),
        "findings": findings,
    }


def main(kills: int, seed: int, folder: Path) -> None:
    os.environ["FORNIX_QUIET_S"] = "1"
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    open_archive(None)
    from django.utils import timezone

    from fornix.catalog.projects import create_project
    from fornix.models import Sender

    at = timezone.now()
    create_project(CODE, at=at, source="command")
    Sender.objects.create(name="console", ae_title="SENDER0", is_console=True, created_at=at)
    load = Load(seed)
    killed = run(kills, seed, folder, load)
    print(json.dumps(told(load) | {"killed": killed, "seed": seed}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
