"""The series of an arrival, from the headers of its files: what is in it, before it is filed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fornix.access.actors import Actor
from fornix.catalog.arrivals import get_arrival
from fornix.dicom.header import DicomHeader
from fornix.ingest.names import printable
from fornix.ingest.take import read_stored_header
from fornix.models import File
from fornix.storage.store import Store

MOST_HEADERS = 1_000  # about 0.3 s


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """One series as far as it was looked at. `middle` is the file to make a picture of."""

    number: int | None
    description: str
    modality: str
    patient_id: str
    files: int
    bytes: int
    first: int
    middle: int


@dataclass(frozen=True, slots=True)
class SeriesFound:
    """The series by number. Where not all headers were read, the counts are of those that were."""

    lines: tuple[SeriesLine, ...]
    read: int
    of: int


@dataclass(slots=True)
class _Series:
    header: DicomHeader
    files: list[tuple[int, int]] = field(default_factory=list)  # instance number, file
    bytes: int = 0

    def line(self) -> SeriesLine:
        in_order = [file_id for _, file_id in sorted(self.files)]
        header = self.header
        return SeriesLine(
            header.series_number,
            printable(header.series_description or header.protocol_name),
            printable(header.modality),
            printable(header.patient_id),
            len(in_order),
            self.bytes,
            in_order[0],
            in_order[len(in_order) // 2],
        )


def arrival_series(actor: Actor, arrival_id: str, store: Store) -> SeriesFound:
    """What is in it. Of many files some are looked at, evenly chosen. Raises NotVisible."""
    rows = get_arrival(actor, arrival_id).files.exclude(content_sha256="")
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    step = -(-len(keys) // MOST_HEADERS) or 1
    found: dict[tuple[str, str, int | None], _Series] = {}
    for file, header in _headers(keys[::step], store):
        key = (header.patient_id, header.series_uid, header.series_number)
        series = found.setdefault(key, _Series(header))
        series.files.append((header.instance_number or 0, file.pk))
        series.bytes += file.blob.length
    lines = sorted((series.line() for series in found.values()), key=_order)
    return SeriesFound(tuple(lines), len(keys[::step]), len(keys))


def _headers(keys: list[int], store: Store) -> Iterator[tuple[File, DicomHeader]]:
    for begin in range(0, len(keys), 500):
        for file in list(File.objects.filter(pk__in=keys[begin : begin + 500]).select_related("blob")):
            with store.open(file.blob.key, file.blob.offset, file.blob.length) as stream:
                header = read_stored_header(stream, file.blob.length)
            if header is not None:
                yield file, header


def _order(line: SeriesLine) -> tuple[bool, int, int]:
    return line.number is None, line.number or 0, line.first
