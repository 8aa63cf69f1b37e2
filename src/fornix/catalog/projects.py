"""Projects: find and create."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from fornix.audit.events import Verb, record_event
from fornix.dicom.labels import fold_code
from fornix.errors import Invalid
from fornix.models import AccessionCounter, Project

LABEL_LENGTH = 180


def find_labelled(label: str) -> Project | None:
    """The project of this label: written exactly so, else the only one that folds alike (contract calpendo 4.7)."""
    return _only(Q(label=label), Q(folded_label=fold_code(label)))


def find_project(name: str) -> Project | None:
    """The project that a person means: by its label, else by a code that Calpendo has or had for it alone."""
    return find_labelled(name) or _only(
        Q(booking_project__code=name), Q(booking_project__codes__folded_code=fold_code(name))
    )


def _only(*conditions: Q) -> Project | None:
    """The project of the first condition that holds for exactly one."""
    for condition in conditions:
        found = list(Project.objects.filter(condition).distinct()[:2])
        if len(found) == 1:
            return found[0]
    return None


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


def create_project(label: str, *, at: datetime, source: str) -> Project:
    """Makes a project, with its Event, in the caller's transaction. Its people are the caller's to grant."""
    label = check_code(label)
    project = Project.objects.create(
        label=label,
        folded_label=fold_code(label),
        name=label,
        created_at=at,
        changed_at=at,
    )
    record_event(Verb.PROJECT_CREATED, at=at, source=source, project=project)
    return project
