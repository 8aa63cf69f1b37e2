"""A project of the archive and its booking project find each other, when the first data arrives."""

from __future__ import annotations

from datetime import datetime

from fornix.booking.grants import apply_grants
from fornix.models import BookingProject, Project


def attach_new_project(project: Project, booking_project: BookingProject, *, at: datetime) -> None:
    """Gives the project its title and its people from the last complete sweep, in the caller's transaction."""
    project.booking_project = booking_project
    project.name = booking_project.name or project.name
    project.save(update_fields=["booking_project", "name"])
    apply_grants(project, at=at)
