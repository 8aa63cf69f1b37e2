"""The demo centre's resources, project types, project groups and ways to log in."""

from collections.abc import Iterator

from ...schema import AUTHENTICATION_METHOD, PROJECT_GROUP, PROJECT_TYPE, RESOURCE
from ...world import Row

MRI_3T, MRI_7T, MEG, MOCK, STIMULUS_ROOM, OPERATOR = "11", "12", "13", "14", "15", "16"
HUMAN, QUALITY, TRAINING = "31", "32", "33"
AUDITORY, VISION, CLINICAL, METHODS, MEMORY = "71", "72", "73", "74", "75"

_RESOURCES = (
    (MRI_3T, "MRI 3T", "Scanner", "Basement, B12", "yes"),
    (MRI_7T, "MRI 7T", "Scanner", "Basement, B14", "authorised projects only"),
    (MEG, "MEG", "Scanner", "Ground floor, G03", "yes"),
    (MOCK, "Mock scanner", "Room", "Basement, B09", "no"),
    (STIMULUS_ROOM, "Stimulus room", "Room", "Ground floor, G05", "no"),
    (OPERATOR, "Operator: R. Castellanos", "Staff", "", "no"),
)
_NAMED = (
    (PROJECT_TYPE, HUMAN, "Human research"),
    (PROJECT_TYPE, QUALITY, "Quality assurance"),
    (PROJECT_TYPE, TRAINING, "Training"),
    (PROJECT_GROUP, AUDITORY, "Auditory"),
    (PROJECT_GROUP, VISION, "Vision"),
    (PROJECT_GROUP, CLINICAL, "Clinical"),
    (PROJECT_GROUP, METHODS, "Methods"),
    (PROJECT_GROUP, MEMORY, "Memory"),
)


def catalogue_rows() -> Iterator[Row]:
    """These few rows, which never change."""
    for row_id, name, kind, location, required in _RESOURCES:
        values = {"name": name, "type": kind, "location": location or None, "projectRequired": required}
        yield Row(RESOURCE, row_id, values)
    for type_name, row_id, name in _NAMED:
        yield Row(type_name, row_id, {"name": name})
    yield Row(AUTHENTICATION_METHOD, "1", {"name": "Local", "local": True})
    yield Row(AUTHENTICATION_METHOD, "2", {"name": "University single sign-on", "local": False})
