"""Readers of resources and their files: of a scan, and of a session (what lay beside its data)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, QuerySet

from fornix.access.actors import Actor
from fornix.access.visibility import visible_sessions
from fornix.catalog.keyset import Listing, Window, cut
from fornix.errors import NotVisible
from fornix.models import File, Resource

SORTS = {"name": F("name"), "size": F("blob__length")}


@dataclass(frozen=True, slots=True)
class ResourceLine:
    """A labelled folder of files."""

    id: int
    label: str
    is_primary: bool
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file's name, its size in bytes and its SHA-256."""

    id: int
    name: str
    bytes: int
    sha256: str


def resources_of(rows: QuerySet[Resource]) -> tuple[ResourceLine, ...]:
    """The resources among these rows, the primary one first."""
    return tuple(
        ResourceLine(row.pk, row.label, row.is_primary, row.file_count, row.byte_count)
        for row in rows.order_by("-is_primary", "label")
    )


def session_resources(actor: Actor, accession: str) -> tuple[ResourceLine, ...]:
    """The session's own resources; those of its scans are told with the scans."""
    sessions = visible_sessions(actor).filter(accession=accession)
    return resources_of(Resource.objects.filter(session__in=sessions, scan__isnull=True))


def pick_resource(resources: tuple[ResourceLine, ...], label: str) -> ResourceLine | None:
    """The resource of this label; without a label the first. None when there is none; NotVisible when unknown."""
    if not label:
        return resources[0] if resources else None
    for resource in resources:
        if resource.label == label:
            return resource
    raise NotVisible


def file_lines(actor: Actor, resource: ResourceLine, window: Window) -> Listing[FileLine]:
    """The files of a resource that the actor may see."""
    files = File.objects.filter(
        resource_id=resource.id, resource__session__in=visible_sessions(actor)
    ).select_related("blob")
    matching = resource.files
    if window.text:
        files = files.filter(name__icontains=window.text)
        matching = files.count()
    return Listing(cut(files, SORTS[window.sort], window).as_lines(_line), matching, resource.files)


def _line(row: File) -> FileLine:
    return FileLine(row.pk, row.name, row.blob.length, row.blob.sha256)
