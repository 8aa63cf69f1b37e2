"""The environment of all pages: strict about undefined names, everything escaped, words and addresses at hand."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from functools import cache

from django.contrib.messages import get_messages
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from fornix.ingest.reasons import why_it_waits
from fornix.web import formats, header_card
from fornix.web.arrival_words import LOOKS, SOURCES, STATES, end_of_path, what_arrived
from fornix.web.frame import frame_of
from fornix.web.gap_words import instead_of_booking, instead_of_session
from fornix.web.hold_words import hold_effect, hold_told
from fornix.web.lack_words import hidden_what, hidden_where, why_unresolved
from fornix.web.prose import prose
from fornix.web.sweep_words import changes_in_words, kind_in_words


def environment(**options: object) -> Environment:
    """Made once by Django's Jinja2 engine, with its options."""
    made = Environment(**(options | {"undefined": StrictUndefined, "autoescape": True, "trim_blocks": True}))  # type: ignore[arg-type]  # noqa: S701
    made.globals.update(
        url=address,
        asset=asset,
        frame_of=frame_of,
        messages_of=get_messages,
        card_lines=header_card.card_lines,
        plural=formats.plural,
    )
    made.filters.update(
        size=formats.size,
        count=formats.count,
        initials=formats.initials,
        kind_of_scan=lambda scan: header_card.kind_of_scan(scan.type, scan.description),
        when=when,
        moment=moment,
        hour=hour,
        day=day,
        on_day=on_day,
        written_day=formats.written_day,
        capfirst=lambda text: text[:1].upper() + text[1:],
        day_heading=day_heading,
        duration=lambda seconds: header_card.duration(seconds) if seconds else formats.NONE,
        clock=lambda written: written[:5],
        breakable=breakable,
        css_word=css_word,
        changes_in_words=changes_in_words,
        hold_told=hold_told,
        why_unresolved=why_unresolved,
        hidden_what=hidden_what,
        hidden_where=hidden_where,
        instead_of_session=instead_of_session,
        instead_of_booking=instead_of_booking,
        kind_in_words=kind_in_words,
        took=took,
        prose=prose,
        hold_effect=hold_effect,
        what_arrived=what_arrived,
        why_it_waits=why_it_waits,
        state_word=STATES.__getitem__,
        state_look=LOOKS.__getitem__,
        source_word=lambda source: SOURCES.get(source, source),
        end_of_path=end_of_path,
    )
    return made


def address(route: str, **arguments: object) -> str:
    """The address of a route."""
    return reverse(route, kwargs=arguments)


@cache
def asset(path: str, *, versioned: bool = True) -> str:
    """The address of a file that ships with the pages; it changes when the file does.

    What the style sheet names too is not versioned: it would be fetched twice.
    """
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    if not versioned:
        return static(path)
    with open(found, "rb") as file:  # noqa: PTH123
        digest = hashlib.sha256(file.read()).hexdigest()
    return f"{static(path)}?v={digest[:12]}"


def when(at: datetime) -> Markup:
    """A moment as a reader wants it, with the whole of it in the title."""
    local = timezone.localtime(at)
    return _time(local, formats.ago(local, timezone.localtime()))


def took(span: timedelta | None) -> str:
    """How long something took; a dash while it has not ended."""
    return formats.NONE if span is None else formats.span(span)


def hour(at: datetime) -> Markup:
    """A moment by the clock, where the day stands above it."""
    local = timezone.localtime(at)
    return _time(local, f"{local:%H:%M}")


def moment(at: datetime) -> Markup:
    """A moment of today by the clock, of another day by day and clock."""
    local, now = timezone.localtime(at), timezone.localtime()
    clock = f"{local:%H:%M}"
    return _time(
        local, clock if local.date() == now.date() else f"{formats.day(local.date(), now.date())}, {clock}"
    )


def day(on: date | None) -> Markup | str:
    """A day as written in a file."""
    if on is None:
        return formats.NONE
    text = formats.day(on, timezone.localdate())
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        on.isoformat(), f"{on:%a} {on.day} {on:%b} {on.year}", text
    )


def on_day(at: datetime) -> Markup:
    """The day of a moment."""
    local = timezone.localtime(at)
    return _time(local, formats.day(local.date(), timezone.localdate()))


def day_heading(at: datetime) -> str:
    """The heading over the feed's lines of that day."""
    return formats.day_heading(timezone.localtime(at), timezone.localtime())


def breakable(text: str) -> Markup:
    """A name that may be broken after `_`, `-` and `.`, and nowhere else before it must."""
    escaped = str(escape(text))
    for sign in "_-.":
        escaped = escaped.replace(sign, f"{sign}<wbr>")
    return Markup("<bdi>{}</bdi>").format(Markup(escaped))  # noqa: S704 - escaped above


def css_word(text: str) -> str:
    """What a class name may be made of: letters and digits, lower case."""
    return "".join(letter for letter in text.lower() if letter.isascii() and letter.isalnum()) or "other"


def _time(local: datetime, text: str) -> Markup:
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        local.isoformat(), formats.full(local), text
    )
