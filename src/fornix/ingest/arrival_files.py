"""The files of an arrival, for those who may see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from fornix.access.actors import Actor
from fornix.catalog.arrivals import get_arrival
from fornix.catalog.keyset import Listing, Window, cut
from fornix.errors import NotVisible
from fornix.ingest.names import printable
from fornix.models import File

FILE_SORTS = {"name": F("name"), "size": F("blob__length")}


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file. `is_dicom`: it has a header to show."""

    id: int
    name: str
    bytes: int
    is_dicom: bool


def arrival_files(actor: Actor, arrival_id: str, window: Window) -> Listing[FileLine]:
    """A page of its files. Raises NotVisible."""
    rows = File.objects.filter(arrival=get_arrival(actor, arrival_id)).select_related("blob")
    matching = rows.filter(name__icontains=window.text) if window.text else rows
    page = cut(matching, FILE_SORTS[window.sort], window)
    return Listing(page.as_lines(_file_line), matching.count(), rows.count())


def get_file(actor: Actor, arrival_id: str, file_id: int) -> File:
    """One file of it. Raises NotVisible."""
    arrival = get_arrival(actor, arrival_id)
    file = File.objects.filter(arrival=arrival, pk=file_id).select_related("blob").first()
    if file is None:
        raise NotVisible
    return file


def _file_line(row: File) -> FileLine:
    return FileLine(row.pk, printable(row.name), row.blob.length, bool(row.content_sha256))
