"""The page of the mirror's settings: what is in force and who says so, choosing, and trying it on the real Calpendo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fornix import wiring
from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.booking.choices import as_file
from fornix.booking.choosing import OptionsRefused, choose_options, reset_option
from fornix.booking.config import CalpendoConfig
from fornix.booking.discover import check_connection
from fornix.booking.explore import explore
from fornix.booking.preview import preview
from fornix.booking.refusals import CalpendoUnusable
from fornix.errors import Invalid
from fornix.http.actors import actor_of, person_at_pages
from fornix.web.form_targets import form_target
from fornix.web.setting_lines import modality_field, section_lines

LONGEST_FORM_TEXT = 20_000
SCANNERS = "calpendo.scanners"
NO_MODALITY = "-"
AS_SHOWN = "shown:"


@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Every option with its value and its origin."""
    actor = actor_of(request)
    require_administrator(actor)
    return _page(request)


@require_safe
def settings_file(request: HttpRequest) -> HttpResponse:
    """The whole as a TOML file, without secrets."""
    require_administrator(actor_of(request))
    response = HttpResponse(
        as_file(wiring.calpendo_choices()), content_type="application/toml; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="fornix.toml"'
    response["Cache-Control"] = "private, no-store"
    return response


@form_target("mirror-settings")
def choose(request: HttpRequest) -> HttpResponse:
    """Chooses what one part of the page says, all of it or none."""
    actor = person_at_pages(request)
    texts = _texts(request)
    try:
        changed = choose_options(actor, texts, wiring.calpendo_choices(), at=timezone.now())
    except OptionsRefused as refusal:
        return _page(request, typed=texts, problems=refusal.problems, status=400)
    if changed:
        messages.success(request, f"Chosen: {', '.join(changed)}. The next sweep goes by it.")
    else:
        messages.success(request, "Nothing differs from what was in force.")
    return redirect("mirror-settings")


@form_target("mirror-settings")
def reset(request: HttpRequest) -> HttpResponse:
    """Takes one choice back."""
    actor = person_at_pages(request)
    key = request.POST.get("key", "")
    if reset_option(actor, key, at=timezone.now()):
        messages.success(request, f"{key} is what it is without a choice. The next sweep goes by it.")
    return redirect("mirror-settings")


@form_target("mirror-settings")
def test(request: HttpRequest) -> HttpResponse:
    """Tests the connection."""
    return _tried(request, person_at_pages(request), "check", check_connection)


@form_target("mirror-settings")
def look(request: HttpRequest) -> HttpResponse:
    """Looks at what this Calpendo holds, and offers it where names are chosen."""
    return _tried(request, person_at_pages(request), "explored", explore)


@form_target("mirror-settings")
def show(request: HttpRequest) -> HttpResponse:
    """Shows the first projects as a sweep would read them."""
    return _tried(request, person_at_pages(request), "preview", preview)


def _tried(
    request: HttpRequest, actor: Actor, name: str, ask: Callable[[CalpendoConfig], object]
) -> HttpResponse:
    """The page with what Calpendo answers, or with why it does not."""
    require_administrator(actor)
    try:
        return _page(request, found={name: ask(wiring.calpendo_config())})
    except (CalpendoUnusable, Invalid) as refusal:
        return _page(request, found={"failure": str(refusal)})


def _texts(request: HttpRequest) -> dict[str, str]:
    """What was changed in the form, by key; several ticks of one key are its lines.

    What still says what the form said when it was opened stays out: meanwhile another one may have chosen.
    """
    typed = {
        key: "\n".join(str(each) for each in request.POST.getlist(key)).replace("\0", "")
        for key in request.POST
        if key.startswith("calpendo.")
    }
    shown = {key: request.POST.get(f"{AS_SHOWN}{key}") for key in typed}
    texts = {
        key: text
        for key, text in typed.items()
        if shown[key] is None or _lines(text) != _lines(str(shown[key]))
    }
    scanners = _scanner_lines(request.POST.items())
    if scanners is not None:
        texts[SCANNERS] = scanners
    if any(len(text) > LONGEST_FORM_TEXT for text in texts.values()):
        raise Invalid(f"A setting has at most {LONGEST_FORM_TEXT:,} characters.")
    return texts


def _lines(text: str) -> list[str]:
    """For comparison: browsers end lines in their own way."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _scanner_lines(fields: Iterable[tuple[str, object]]) -> str | None:
    """The scanners as chosen resource by resource; None when the form did not ask for them."""
    chosen = {name: str(value) for name, value in fields if name.startswith(modality_field(""))}
    if not chosen:
        return None
    prefix = modality_field("")
    return "\n".join(
        f"{name.removeprefix(prefix)}={modality}"
        for name, modality in chosen.items()
        if modality != NO_MODALITY
    )


def _page(
    request: HttpRequest,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    found: Mapping[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    choices = wiring.calpendo_choices()
    seen = {"check": None, "explored": None, "preview": None, "failure": "", **(found or {})}
    context = {
        "sections": section_lines(choices, typed or {}, problems or {}, seen["explored"]),
        "has_problems": bool(problems),
        "file": wiring.environment().file.path,
        "toml": as_file(choices),
        "is_configured": wiring.calpendo_is_configured(),
        **seen,
    }
    response = render(request, "mirror_settings.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
