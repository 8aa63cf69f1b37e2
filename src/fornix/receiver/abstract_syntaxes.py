"""What an abstract syntax stands for: verification, storage, or a service that Fornix does not offer. Pure.

Storage is the rule: whatever is not known for another service may be sent here, private classes and those of later
editions of the standard included. What is known is in pynetdicom's and pydicom's lists.
"""

from __future__ import annotations

from pydicom.uid import UID
from pynetdicom.service_class import (
    NonPatientObjectStorageServiceClass,
    ServiceClass,
    StorageServiceClass,
)
from pynetdicom.sop_class import uid_to_service_class

VERIFICATION = "1.2.840.10008.1.1"

_COMPOSITE_STORAGE = "1.2.840.10008.5.1.4.1.1."
_NOT_BY_NAME = ("Storage Commitment", "Media Storage Directory")


def is_storage(uid: str) -> bool:
    """Whether instances of this class may be sent here by C-STORE."""
    service = uid_to_service_class(uid)
    if service is not ServiceClass:
        return issubclass(service, (StorageServiceClass, NonPatientObjectStorageServiceClass))
    if uid.startswith(_COMPOSITE_STORAGE):
        return True
    name = UID(uid).name  # the UID itself where nobody knows it
    return name == uid or ("Storage" in name and not name.startswith(_NOT_BY_NAME))
