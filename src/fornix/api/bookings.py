"""Bookings of the scanners: evidence of what was booked, never a right."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import AwareDatetime, Field

from fornix.api.refusals import answers
from fornix.api.shapes import After, Limit, Shape, text_query
from fornix.booking.booking_list import BookedTimeLine, booked_times
from fornix.catalog.keyset import Slice
from fornix.http.actors import actor_of

router = Router(tags=["bookings"])


class BookingOut(Shape):
    """A booked time, from `starts_at` until just before `ends_at`. Calpendo's titles are not kept."""

    id: int
    calpendo_id: str = Field(examples=["88112"])
    scanner_id: str = Field(description="Calpendo's id of the resource; empty when unknown.", examples=["11"])
    scanner: str = Field(examples=["3T Prisma"])
    project_id: int | None = Field(description="Our number of the project; null without one.")
    project_code: str = Field(examples=["NEURO_01"])
    owner: str = Field(description="Whose booking it is; empty when unknown.", examples=["Zoë Ångström"])
    booker: str = Field(description="Who made it; empty when unknown.")
    subject_label: str = Field(description="Found in its title by the site's own pattern; empty without one.")
    status: str = Field(examples=["Approved"])
    is_cancelled: bool
    starts_at: datetime
    ends_at: datetime
    written_start: str = Field(description="As Calpendo wrote it.")
    written_end: str
    zone: str = Field(description="The zone that it was read in.", examples=["Europe/London"])
    withdrawn_at: datetime | None = Field(description="Since when Calpendo no longer has it.")


class BookingsOut(Shape):
    """Bookings, the earliest first."""

    items: list[BookingOut]
    next: int | None = Field(description="`after` of the next page; null on the last.")

    @staticmethod
    def resolve_items(page: Slice[BookedTimeLine]) -> list[BookedTimeLine]:
        """The page's rows."""
        return list(page.rows)


@router.get(
    "bookings",
    response=answers(BookingsOut),
    operation_id="listBookings",
    summary="Booked times",
    url_name="api-bookings",
)
def list_bookings(
    request: HttpRequest,
    scanner: Annotated[str, text_query("Calpendo's id of the scanner.", "11")] = "",
    since: Annotated[
        AwareDatetime | None,
        Query(description="Only what ends after this, with its offset.", example="2026-11-23T00:00:00Z"),
    ] = None,
    until: Annotated[AwareDatetime | None, Query(description="Only what begins before this.")] = None,
    after: After = None,
    limit: Limit = 100,
) -> Slice[BookedTimeLine]:
    """Booked times of all scanners or one, at least in part between `since` and `until`."""
    return booked_times(
        actor_of(request), scanner_id=scanner, since=since, until=until, after=after, size=limit
    )
