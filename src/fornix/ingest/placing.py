"""Files of an arrival -> their resources. The same again is dropped, other bytes of the same name are kept beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from posixpath import basename

from django.db import connection

from fornix.catalog.counters import Amount, count_files
from fornix.catalog.hierarchy import get_or_create_resource
from fornix.ingest.dropping import drop_files, parts
from fornix.ingest.flags import raise_flag
from fornix.ingest.instances import files_of_instances
from fornix.ingest.names import beside_name
from fornix.ingest.plans import Placement, ScanPlan
from fornix.ingest.scans import find_scan
from fornix.models import File, ImagingSession, Resource

Place = tuple[ScanPlan | None, Placement]


@dataclass(frozen=True, slots=True)
class Placed:
    """What one transaction did."""

    amount: Amount = field(default_factory=Amount)
    already_here: int = 0
    dropped_keys: tuple[str, ...] = ()  # bytes that nothing names any more: to be deleted after the commit
    notes: tuple[str, ...] = ()

    def __add__(self, other: Placed) -> Placed:
        return Placed(
            self.amount + other.amount,
            self.already_here + other.already_here,
            self.dropped_keys + other.dropped_keys,
            self.notes + other.notes,
        )


def place(session: ImagingSession, places: Sequence[Place], *, at: datetime) -> Placed:
    """Places files, counts them and flags what is odd. Called in a transaction that holds the project's lock."""
    shelf = _Shelf(session, places)
    known = _Known(session, places)
    kept: list[File] = []
    dropped: list[int] = []
    notes: list[str] = []
    added: dict[Resource, Amount] = defaultdict(Amount)
    for scan, file in places:
        if file.content_sha256 and known.has_instance(file):
            dropped.append(file.file_id)
            continue
        resource = shelf.resource(scan, file)
        name = known.free_name(resource, file)
        if name is None or (not file.content_sha256 and known.has_file(resource, file)):
            dropped.append(file.file_id)
            continue
        if known.is_other_bytes(file) or name != file.name:
            note = f"{file.name} came again with other bytes: both are kept, as {name}"
            raise_flag(session, "other_bytes", note, at=at, scan=resource.scan)
            notes.append(note)
        kept.append(File(pk=file.file_id, arrival=None, resource=resource, name=name))
        added[resource] += Amount(1, file.length, file.frames)
        known.add(resource, name, file)
    _move(kept)
    keys = drop_files(dropped)
    amount = count_files(session, added, at=at) if added else Amount()
    return Placed(amount, len(dropped), tuple(keys), tuple(notes))


def _move(files: list[File]) -> None:
    # Ten times as fast as bulk_update, which builds one long expression per column.
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE fornix_file SET arrival_id = NULL, resource_id = %s, name = %s WHERE id = %s",
            [(file.resource_id, file.name, file.pk) for file in files],
        )


class _Shelf:
    """The resources of the session, found or made when the first file comes."""

    def __init__(self, session: ImagingSession, places: Sequence[Place]) -> None:
        self._session = session
        plans = {id(scan): scan for scan, _ in places if scan is not None}
        self._scans = {key: find_scan(session, scan) for key, scan in plans.items()}
        self._resources: dict[tuple[int | None, str], Resource] = {}

    def resource(self, plan: ScanPlan | None, file: Placement) -> Resource:
        scan = self._scans[id(plan)] if plan is not None else None
        key = (scan.pk if scan else None, file.resource)
        if key not in self._resources:
            self._resources[key] = get_or_create_resource(
                self._session, scan, file.resource, is_primary=file.is_primary
            )
        return self._resources[key]


class _Known:
    """What the project holds of these instances, and the session of these names."""

    def __init__(self, session: ImagingSession, places: Sequence[Place]) -> None:
        self._instances: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._held: set[tuple[int | None, str, str]] = set()  # resource, hash, last part of the name
        self._names: dict[tuple[int, str], str] = {}
        uids = [file.sop_instance_uid for _, file in places if file.sop_instance_uid]
        for part in _parts(uids):
            rows = files_of_instances(part).filter(resource__session__project_id=session.project_id)
            for uid, syntax, content in rows.values_list(
                "sop_instance_uid", "transfer_syntax_uid", "content_sha256"
            ):
                self._instances[uid].add((syntax, content))
        others = [file.sha256 for _, file in places if not file.content_sha256]
        for part in _parts(others):
            held = File.objects.filter(resource__session=session, blob__sha256__in=part)
            for resource, sha256, name in held.values_list("resource_id", "blob__sha256", "name"):
                self._held |= {(resource, sha256, basename(name)), (resource, sha256, "")}
        self._load_names(session, [file.name for _, file in places])

    def _load_names(self, session: ImagingSession, names: list[str]) -> None:
        for part in _parts(names):
            held = File.objects.filter(resource__session=session, name__in=part)
            for resource, name, content, sha256 in held.values_list(
                "resource_id", "name", "content_sha256", "blob__sha256"
            ):
                self._names[resource, name] = content or sha256

    def has_file(self, resource: Resource, file: Placement) -> bool:
        """Whether an earlier arrival brought this file to this place, from whichever folder.

        Bytes alone do not tell: two runs may have equal tables beside them, and many files are empty. Only a
        recording's own data may have been renamed.
        """
        name = "" if file.is_primary and file.length else basename(file.name)
        return (resource.pk, file.sha256, name) in self._held

    def has_instance(self, file: Placement) -> bool:
        """DESIGN, story one: SOPInstanceUID, transfer syntax and data set agree."""
        return any(
            content == file.content_sha256 and _agree(syntax, file.transfer_syntax_uid)
            for syntax, content in self._instances.get(file.sop_instance_uid, ())
        )

    def is_other_bytes(self, file: Placement) -> bool:
        """Whether the project holds this instance with another data set."""
        return bool(file.sop_instance_uid and self._instances.get(file.sop_instance_uid))

    def free_name(self, resource: Resource, file: Placement) -> str | None:
        """The file's name, or one beside it when other bytes have it; None when these very bytes have it."""
        content = file.content_sha256 or file.sha256
        for name in (file.name, beside_name(file.name, content)):
            held = self._names.get((resource.pk, name))
            if held is None:
                return name
            if held == content:
                return None
        return beside_name(file.name, f"{content[8:16]}{resource.pk}")

    def add(self, resource: Resource, name: str, file: Placement) -> None:
        """Notes a file just placed: an arrival may hold one instance twice."""
        self._names[resource.pk, name] = file.content_sha256 or file.sha256
        if file.content_sha256:
            self._instances[file.sop_instance_uid].add((file.transfer_syntax_uid, file.content_sha256))


def _agree(one: str, other: str) -> bool:
    """Transfer syntaxes that do not contradict: a file without file meta does not tell its own."""
    return one == other or not one or not other


def _parts(items: Iterable[str]) -> Iterator[Sequence[str]]:
    """Each once, in slices that fit into one query."""
    return parts(list(dict.fromkeys(items)))
