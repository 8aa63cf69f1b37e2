"""What frames every page: who is logged in, which places there are, what waits, how fresh the mirror is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from fornix import wiring
from fornix.booking.holds import held_count
from fornix.catalog.mirror import last_complete_at, trouble_count
from fornix.catalog.waiting import waiting_count
from fornix.http.actors import viewer_of


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the top bar, with how much waits there."""

    name: str
    icon: str
    address: str
    is_here: bool
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of one page. `name` is empty for strangers."""

    name: str
    username: str
    is_administrator: bool
    has_forms: bool  # by a cookie: a token gets no form and no cookie
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the mirror of the booking system is; `is_stale` from two intervals on."""

    mirrored_at: datetime | None
    is_stale: bool


def frame_of(request: HttpRequest) -> Frame:
    """The frame for whoever asks."""
    actor = viewer_of(request)
    account = actor.account
    if account is None:
        return Frame("", "", is_administrator=False, has_forms=True, places=())
    match = request.resolver_match
    here = match.url_name if match else ""
    places = [Place("Home", "home", reverse("home"), here == "home")]
    if actor.is_administrator:
        places += [
            Place("Arrivals", "down", reverse("arrivals"), here == "arrivals", waiting_count(actor)),
            Place(
                "Mirror",
                "sync",
                reverse("mirror"),
                here == "mirror",
                held_count(actor) + trouble_count(actor),
            ),
        ]
    return Frame(
        name=account.name or account.username,
        username=account.username,
        is_administrator=actor.is_administrator,
        has_forms=actor.token is None,
        places=tuple(places),
    )


def freshness() -> Freshness | None:
    """How fresh the mirror is; None when there is no booking system and never was."""
    mirrored_at = last_complete_at()
    environment = wiring.environment()
    if mirrored_at is None and not environment.calpendo_url:
        return None
    limit = timedelta(seconds=2 * environment.sweep_interval_s)
    return Freshness(mirrored_at, mirrored_at is None or timezone.now() - mirrored_at > limit)
