"""People whom Calpendo lists and nobody here is known to be: why, and who it might be. For administrators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fornix.booking.unresolved import unresolved
from fornix.catalog.typed_text import is_found, typed_words
from fornix.http.actors import actor_of
from fornix.http.paging import key_of, text_of

PAGE = 50


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """All of them, page by page; `q` keeps those whose name, e-mail or project has it."""
    everybody = unresolved(actor_of(request))
    typed = text_of(request)
    words = typed_words(typed)
    found = [one for one in everybody if is_found(words, one.name, one.email, *one.projects)]
    start = key_of(request, "after") or 0
    context = {
        "people": found[start : start + PAGE],
        "typed": typed,
        "matching": len(found),
        "total": len(everybody),
        "previous": max(0, start - PAGE) if start else None,
        "next": start + PAGE if len(found) > start + PAGE else None,
    }
    return render(request, "mirror_people.html", context)
