"""An archive with something of everything, and all its rows, to compare what was restored or rebuilt. For tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.acceptance.served import FORNIX, PASSWORD, inside
from tests.integration.ingest.archive import meg, mri, put

ROWS = """
answer = {}
for model in apps.get_app_config("fornix").get_models():
    rows = model.objects.order_by("pk").values()
    answer[model.__name__] = [{name: str(value) for name, value in row.items()} for row in rows]
"""
MANIFESTS = """
from datetime import timedelta
from django.utils import timezone
from fornix import wiring
from fornix.integrity.manifests import write_due_manifests
from fornix.integrity.site_manifest import write_site_manifest
answer = write_due_manifests(wiring.store(), at=timezone.now() + timedelta(minutes=5))
write_site_manifest(wiring.store())
"""
MIRROR = """
from django.utils import timezone
at = timezone.now()
seen = {"instance": "c", "first_seen_at": at, "last_seen_at": at}
told = BookingProject.objects.create(
    external_id="7", code="STUDY_A", name="Hearing in noise", status="Approved", **seen
)
BookingCode.objects.create(
    booking_project=told, code="STUDY_A", folded_code="studya", first_seen_at=at, last_seen_at=at
)
person = BookingPerson.objects.create(external_id="3", family_name="Lovelace", is_active=True, **seen)
BookingRole.objects.create(booking_project=told, person=person, part="pi", since=at)
scanner = Scanner.objects.create(instance="c", external_id="1", name="Prisma", modality="MR")
booking = Booking.objects.create(
    instance="c", external_id="9", scanner=scanner, booking_project=told, starts_at=at, ends_at=at,
    written_start="x", written_end="y", zone="UTC",
)
Project.objects.update(booking_project=told, accessibility="protected", description="with care")
ImagingSession.objects.filter(modality="MR").update(booking=booking)
session = ImagingSession.objects.get(modality="MR")
Flag.objects.create(session=session, scan=session.scans.first(), kind="odd", detail="look", raised_at=at)
SiteSetting.objects.create(key="calpendo.interval_s", value=600, changed_at=at)
Sender.objects.create(name="MRI 1", ae_title="PRISMA", scanner=scanner, created_at=at)
RoutingRule.objects.create(position=1, name="ours", project="STUDY_A", changed_at=at)
answer = session.accession
"""


IMPORT = f"""
from pathlib import Path
from django.utils import timezone
from fornix import wiring
from fornix.access.accounts import create_account
from fornix.access.actors import OPERATOR
from fornix.access.memberships import grant, set_override
from fornix.ingest.importing import import_paths
from fornix.ingest.receive import Destination
from fornix.models.memberships import OverrideKind, Role
at, store, rules = timezone.now(), wiring.store(), wiring.site_rules()
import_paths([folder / "in", folder / "meg"], Destination("STUDY_A", True), store, rules)
import_paths([folder / "waits"], Destination(), store, rules)
alice, bob = (create_account(OPERATOR, name, password={PASSWORD!r}, at=at) for name in ("alice", "bob"))
project = Project.objects.get()
grant(OPERATOR, project, alice, Role.OWNER, at=at)
set_override(OPERATOR, project, bob, OverrideKind.BLOCK, at=at, reason="left")
"""


def make_archive(environment: dict[str, str], folder: Path) -> None:
    """MRI and MEG sessions, a file beside them, an arrival that waits; people, rights, mirror, rules; manifests."""
    put(mri(folder / "in") / "notes.txt", b"she moved")
    meg(folder / "meg")
    meg(folder / "waits", subject="MEG02", project="NOBODYS")
    made = f"from pathlib import Path\nfolder = Path({str(folder)!r})\n"
    assert inside(environment, f"{made}{IMPORT}{MIRROR}{MANIFESTS}") == 2


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FORNIX, *words], check=False, env=environment, capture_output=True, text=True, timeout=120
    )


def all_rows(environment: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    """Every row of every table."""
    rows = inside(environment, f"from django.apps import apps\n{ROWS}")
    assert isinstance(rows, dict)
    return rows


def stored(environment: dict[str, str]) -> dict[str, bytes]:
    """Every file of the store, by its path."""
    root = Path(environment["FORNIX_DATA"]) / "blobs"
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
