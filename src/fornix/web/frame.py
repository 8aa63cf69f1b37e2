"""What frames every page: who is logged in, which places there are, what waits, how fresh the mirror is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from fornix import wiring
from fornix.access.policy import Action
from fornix.access.visibility import projects_for
from fornix.booking.alarms import Alarms, alarms
from fornix.catalog.arrivals import waiting_count
from fornix.catalog.mirror import STALE_AFTER_INTERVALS, last_complete_at
from fornix.http.actors import viewer_of

LONGEST_HOLD = timedelta(days=1)  # contract calpendo 4.5: a held removal is a security matter too
MIRROR_PAGES = {
    "mirror",
    "sweeps",
    "sweep-detail",
    "sweep-undo",
    "mirror-people",
    "mirror-findings",
    "access",
    "mirror-settings",
    "mirror-settings-save",
    "mirror-test",
    "mirror-look",
    "mirror-preview",
}
SCANNER_PAGES = {"scanners", "scanner-new", "scanner-save", "scanner-echo", "scanner-detail"}
UPLOAD_PAGES = {"upload", "project-upload", "delivery-detail"}


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the top bar, with how much waits there."""

    name: str
    icon: str
    address: str
    is_here: bool
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Strip:
    """What is wrong with the mirror or waits in it: told to administrators on every page, each with its date."""

    stale_since: datetime | None  # when it last was read whole
    is_silent: bool  # configured, and never read whole
    oldest_hold_at: datetime | None
    planned: int | None  # the first sweep, which waits to be confirmed


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of one page. `name` is empty for strangers."""

    name: str
    username: str
    is_administrator: bool
    has_forms: bool  # by a cookie: a token gets no form and no cookie
    places: tuple[Place, ...]
    strip: Strip | None = None


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
    here = (match.url_name or "") if match else ""
    is_there = here in ("arrivals", "arrival-detail")
    places = [
        Place("Home", "home", reverse("home"), here == "home"),
        Place("Arrivals", "down", reverse("arrivals"), is_there, waiting_count(actor)),
    ]
    if actor.is_administrator or projects_for(actor, Action.DATA_ADD).exists():
        places.append(Place("Upload", "up", reverse("upload"), here in UPLOAD_PAGES))
    strip = None
    if actor.is_administrator:
        told = alarms()
        strip = _strip(told)
        places += [
            Place("Routing", "filter", reverse("routing"), here.startswith("routing")),
            Place("Mirror", "sync", reverse("mirror"), here in MIRROR_PAGES, _waiting(told)),
            Place("Scanners", "layers", reverse("scanners"), here in SCANNER_PAGES),
        ]
    return Frame(
        name=account.name or account.username,
        username=account.username,
        is_administrator=actor.is_administrator,
        has_forms=actor.token is None,
        places=tuple(places),
        strip=strip,
    )


def _waiting(told: Alarms) -> int:
    """How much of the mirror's a person should see to, for the top bar."""
    return told.waiting + told.state.has_failed + (told.state.planned is not None)


def _strip(told: Alarms) -> Strip | None:
    """What is to be told at once; None while all is well, or there is no booking system."""
    now, mirrored_at, planned = timezone.now(), told.state.mirrored_at, told.state.planned
    is_stale = mirrored_at is not None and _is_stale(mirrored_at) and wiring.calpendo_is_configured()
    is_old = told.oldest_at is not None and now - told.oldest_at > LONGEST_HOLD
    is_silent = mirrored_at is None and planned is None and told.state.has_failed
    if not (is_stale or is_old or is_silent or planned is not None):
        return None
    return Strip(
        stale_since=mirrored_at if is_stale else None,
        is_silent=is_silent,
        oldest_hold_at=told.oldest_at if is_old else None,
        planned=planned,
    )


def freshness() -> Freshness | None:
    """How fresh the mirror is; None when there is no booking system and never was."""
    mirrored_at = last_complete_at()
    if mirrored_at is None:
        return Freshness(None, is_stale=True) if wiring.calpendo_is_configured() else None
    return Freshness(mirrored_at, _is_stale(mirrored_at))


def _is_stale(mirrored_at: datetime) -> bool:
    return timezone.now() - mirrored_at > STALE_AFTER_INTERVALS * timedelta(seconds=wiring.sweep_interval_s())
