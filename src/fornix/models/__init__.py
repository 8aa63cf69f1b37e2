"""Tables: fields and constraints only. No rules, no save() overrides, no signals."""

from fornix.models.accounts import Account, ApiToken
from fornix.models.arrivals import Arrival, Upload
from fornix.models.booking import (
    Booking,
    BookingCode,
    BookingName,
    BookingPerson,
    BookingProject,
    BookingRole,
    Hold,
    Scanner,
    Sweep,
    SweepOutcome,
    SweepRequest,
)
from fornix.models.files import Blob, File, Resource
from fornix.models.memberships import Membership, Override
from fornix.models.projects import AccessionCounter, Project, Subject
from fornix.models.records import Access, Event, Flag
from fornix.models.sessions import ImagingSession, Scan
from fornix.models.site import SiteSetting

__all__ = [
    "Access",
    "AccessionCounter",
    "Account",
    "ApiToken",
    "Arrival",
    "Blob",
    "Booking",
    "BookingCode",
    "BookingName",
    "BookingPerson",
    "BookingProject",
    "BookingRole",
    "Event",
    "File",
    "Flag",
    "Hold",
    "ImagingSession",
    "Membership",
    "Override",
    "Project",
    "Resource",
    "Scan",
    "Scanner",
    "SiteSetting",
    "Subject",
    "Sweep",
    "SweepOutcome",
    "SweepRequest",
    "Upload",
]
