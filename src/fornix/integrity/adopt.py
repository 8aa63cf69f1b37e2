"""A session's manifest -> its rows. The caller holds the transaction: either all of it is there, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model

from fornix.catalog.hierarchy import free_session_label
from fornix.dicom.labels import fold_code
from fornix.errors import Refused
from fornix.ingest.dropping import QUERY, drop_files
from fornix.integrity.manifest_text import FORMAT, ManifestUnreadable
from fornix.integrity.manifests import state_of
from fornix.integrity.rows import Row, values_for
from fornix.models import (
    Account,
    Blob,
    Booking,
    BookingProject,
    Event,
    File,
    Flag,
    ImagingSession,
    Project,
    Resource,
    Scan,
    Scanner,
    Subject,
)

_FILES_AT_ONCE = QUERY
_M = TypeVar("_M", bound=Model)


class CannotAdopt(Refused):
    """What the manifest tells contradicts what is here."""


@dataclass(slots=True)
class _Adopted:
    """The session so far."""

    session: ImagingSession
    keeps_ids: bool
    scans: dict[str, Scan] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)  # of the scan that was read last
    files: list[tuple[Row, Row, Resource]] = field(default_factory=list)


def adopt_session(lines: Iterator[Row], *, manifest_number: int, keeps_ids: bool = False) -> ImagingSession:
    """Makes the rows that the lines tell of. `keeps_ids`: Events get their numbers back, in a new database.

    Counters of subject and project are the caller's to mend. Raises ManifestUnreadable or CannotAdopt.
    """
    try:
        adopted = _Adopted(_open(next(lines, {}), manifest_number), keeps_ids)
        for line in lines:
            _take(adopted, line)
        _write_files(adopted)
        adopted.session.manifest_at = state_of(adopted.session)
        adopted.session.save(update_fields=["manifest_at"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ManifestUnreadable from error
    return adopted.session


def _open(head: Row, manifest_number: int) -> ImagingSession:
    if head.get("format") != FORMAT:
        raise ManifestUnreadable("This manifest was written by another version of Fornix. Update this one.")
    project = _project(head["project"], head["booking_project"])
    subject = _subject(head["subject"], project)
    values = values_for(ImagingSession, head["session"])
    if ImagingSession.objects.filter(accession=values["accession"]).exists():
        raise CannotAdopt(f"There is a session {values['accession']} already.")
    same_study = ImagingSession.objects.filter(
        project=project, study_uid=values["study_uid"], subject=subject, patient_id=values["patient_id"]
    ).first()
    if values["study_uid"] and same_study:
        raise CannotAdopt(f"The study of {values['accession']} is that of {same_study.accession}.")
    values["label"] = free_session_label(project, values["label"])
    return ImagingSession.objects.create(
        project=project,
        subject=subject,
        booking=_booking(head["booking"]),
        manifest_number=manifest_number,
        **values,
    )


def _project(row: Row, booked: Row | None) -> Project:
    found = Project.objects.filter(label=row["label"]).first()
    if found:
        return found
    told = _by_external_id(BookingProject, booked) if booked else None
    is_free = told is not None and not Project.objects.filter(booking_project=told).exists()
    values = values_for(Project, row) | {"folded_label": fold_code(row["label"])}
    return Project.objects.create(booking_project=told if is_free else None, **values)


def _subject(row: Row, project: Project) -> Subject:
    found = Subject.objects.filter(accession=row["accession"]).first()
    if found:
        if found.project_id != project.pk:
            raise CannotAdopt(f"{found.accession} is a subject of another project here.")
        return found
    values = values_for(Subject, row)
    label, count = values["label"], 1
    while Subject.objects.filter(project=project, label=values["label"]).exists():
        count += 1
        values["label"] = f"{label}_{count}"
    return Subject.objects.create(project=project, **values)


def _booking(row: Row | None) -> Booking | None:
    if row is None:
        return None
    found = Booking.objects.filter(instance=row["instance"], external_id=row["external_id"]).first()
    if found:
        return found
    instance, external_id = row["booking_project"] or ("", "")
    return Booking.objects.create(
        scanner=_by_external_id(Scanner, row["scanner"]) if row["scanner"] else None,
        booking_project=BookingProject.objects.filter(instance=instance, external_id=external_id).first(),
        **values_for(
            Booking, {name: row[name] for name in row if name not in ("scanner", "booking_project")}
        ),
    )


def _by_external_id(model: type[_M], row: Row) -> _M:
    made, _ = model._default_manager.get_or_create(
        instance=row["instance"], external_id=row["external_id"], defaults=values_for(model, row)
    )
    return made


def _take(adopted: _Adopted, line: Mapping[str, Any]) -> None:
    match line:
        case {"scan": scan, "resources": resources}:
            _take_scan(adopted, scan, resources)
        case {"file": file, "resource": label, "blob": blob}:
            adopted.files.append((file, blob, adopted.resources[label]))
            if len(adopted.files) >= _FILES_AT_ONCE:
                _write_files(adopted)
        case {"flag": flag}:
            values = values_for(Flag, flag)
            Flag.objects.create(session=adopted.session, scan=adopted.scans.get(flag["scan"]), **values)
        case {"event": event}:
            _take_event(adopted, event)


def _take_scan(adopted: _Adopted, row: Row | None, resources: list[Row]) -> None:
    scan = None
    if row is not None:
        scan = Scan.objects.create(session=adopted.session, **values_for(Scan, row))
        adopted.scans[scan.scan_id] = scan
    adopted.resources = {
        held["label"]: Resource.objects.create(
            session=adopted.session, scan=scan, **values_for(Resource, held)
        )
        for held in resources
    }


def _take_event(adopted: _Adopted, row: Row) -> None:
    values = values_for(Event, row)
    if not adopted.keeps_ids or Event.objects.filter(pk=values["id"]).exists():
        values.pop("id")
    people = {name: Account.objects.filter(username=row[name] or "").first() for name in ("actor", "account")}
    session = adopted.session
    Event.objects.create(
        project=session.project, subject=session.subject, session=session, **people, **values
    )


def _write_files(adopted: _Adopted) -> None:
    _take_over([blob["key"] for _, blob, _ in adopted.files])
    blobs = Blob.objects.bulk_create([Blob(**values_for(Blob, blob)) for _, blob, _ in adopted.files])
    File.objects.bulk_create(
        File(resource=resource, blob=blob, **values_for(File, file))
        for (file, _, resource), blob in zip(adopted.files, blobs, strict=True)
    )
    adopted.files.clear()


def _take_over(keys: list[str]) -> None:
    """An arrival of these bytes was filed as this session, after its rows were saved."""
    waiting = File.objects.filter(blob__key__in=keys, arrival__isnull=False)
    drop_files(waiting.values_list("pk", flat=True))
