"""Tables: fields and constraints only. No rules, no save() overrides, no signals."""

from fornix.models.accounts import Account, ApiToken, Identity
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
)
from fornix.models.deliveries import Delivery, Transfer, TransferPart
from fornix.models.files import Blob, File, Resource
from fornix.models.inbox import InboxFile, InboxState
from fornix.models.memberships import Membership, Override
from fornix.models.projects import AccessionCounter, Project, Subject
from fornix.models.records import Access, Event, Flag
from fornix.models.routing import RoutingRule
from fornix.models.senders import Association, AssociationOutcome, Sender
from fornix.models.sessions import ImagingSession, Scan
from fornix.models.site import SiteSetting
from fornix.models.sweeps import Sweep, SweepOutcome, SweepRequest

__all__ = [
    "Access",
    "AccessionCounter",
    "Account",
    "ApiToken",
    "Arrival",
    "Association",
    "AssociationOutcome",
    "Blob",
    "Booking",
    "BookingCode",
    "BookingName",
    "BookingPerson",
    "BookingProject",
    "BookingRole",
    "Delivery",
    "Event",
    "File",
    "Flag",
    "Hold",
    "Identity",
    "ImagingSession",
    "InboxFile",
    "InboxState",
    "Membership",
    "Override",
    "Project",
    "Resource",
    "RoutingRule",
    "Scan",
    "Scanner",
    "Sender",
    "SiteSetting",
    "Subject",
    "Sweep",
    "SweepOutcome",
    "SweepRequest",
    "Transfer",
    "TransferPart",
    "Upload",
]
