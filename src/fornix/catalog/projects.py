"""Projects: find and create."""

from __future__ import annotations

from datetime import datetime

from fornix.audit.events import Verb, record_event
from fornix.dicom.labels import fold_code
from fornix.errors import Invalid
from fornix.models import AccessionCounter, Account, BookingProject, Project

LABEL_LENGTH = 180


def find_project(label: str) -> Project | None:
    """The project of this label: written exactly so, else the only one that folds alike (contract calpendo 4.7)."""
    exact = Project.objects.filter(label=label).first()
    if exact:
        return exact
    alike = list(Project.objects.filter(folded_label=fold_code(label))[:2])
    return alike[0] if len(alike) == 1 else None


def check_code(code: str) -> str:
    """The code, trimmed. Raises Invalid when no project can be called so."""
    code = code.strip()
    if not code or not code.isprintable() or max(len(code), len(fold_code(code))) > LABEL_LENGTH:
        raise Invalid(f"A project code has 1 to {LABEL_LENGTH} printable characters.")
    return code


def lock_creation() -> None:
    """Lets one transaction at a time make projects: two first arrivals of one project must not make two."""
    AccessionCounter.objects.select_for_update().get_or_create(kind="P")


def free_label(code: str) -> str:
    """The code, or with `_2`, `_3`, ... when a project of another booking project holds it already."""
    label, count = code, 1
    while Project.objects.filter(folded_label=fold_code(label)).exists():
        count += 1
        label = f"{code}_{count}"
    return label


def create_project(
    label: str,
    *,
    at: datetime,
    source: str,
    actor: Account | None = None,
    name: str = "",
    booking_project: BookingProject | None = None,
) -> Project:
    """Makes a project, with its Event, in the caller's transaction. Its people are the caller's to grant."""
    label = check_code(label)
    project = Project.objects.create(
        label=label,
        folded_label=fold_code(label),
        name=name or label,
        booking_project=booking_project,
        created_at=at,
        changed_at=at,
    )
    record_event(Verb.PROJECT_CREATED, at=at, source=source, actor=actor, project=project)
    return project
