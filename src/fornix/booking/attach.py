"""A project of the archive and its booking project find each other: when its first data arrives, or in a sweep."""

from __future__ import annotations

from datetime import datetime

from fornix.audit.events import Verb, record_event
from fornix.booking.grants import apply_grants
from fornix.models import BookingProject, Project


def attach_new_project(
    project: Project, booking_project: BookingProject, *, at: datetime, sweep_id: int | None = None
) -> None:
    """Gives the project its title and its people from the last complete sweep, in the caller's transaction."""
    project.booking_project = booking_project
    project.name = booking_project.name or project.name
    project.save(update_fields=["booking_project", "name"])
    details: dict[str, object] = {"calpendo_id": booking_project.external_id, "name": project.name}
    record_event(
        Verb.PROJECT_MIRRORED,
        at=at,
        source="mirror",
        project=project,
        details=details | ({"sweep": sweep_id} if sweep_id else {}),
    )
    apply_grants(project, at=at, sweep_id=sweep_id)
