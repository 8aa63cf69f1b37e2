"""What can be booked in the large set: the three scanners of the demo centre, and nine rooms that are no scanners."""

from collections.abc import Iterator

from ...schema import RESOURCE
from ...world import Row
from ..demo.catalogue import MEG, MRI_3T, MRI_7T

SCANNERS = (MRI_3T, MRI_7T, MEG)
_ROOMS = (
    "EEG lab 1",
    "EEG lab 2",
    "TMS lab",
    "Eye-tracking booth",
    "Testing room A",
    "Testing room B",
    "Testing room C",
    "Interview room",
    "Sleep lab",
)
ROOM_IDS = tuple(str(21 + number) for number in range(len(_ROOMS)))
BOOKABLE = (*SCANNERS, *ROOM_IDS)


def room_rows() -> Iterator[Row]:
    """The rooms; the scanners are among the rows of the demo centre's catalogue."""
    for row_id, name in zip(ROOM_IDS, _ROOMS, strict=True):
        values = {"name": name, "type": "Room", "location": "First floor", "projectRequired": "yes"}
        yield Row(RESOURCE, row_id, values)
