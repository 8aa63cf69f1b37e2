"""People whom Calpendo lists and nobody here is known to be: why, and who it might be. For administrators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fornix import wiring
from fornix.booking.unresolved import PAGE, unresolved
from fornix.catalog.typed_text import typed_words
from fornix.http.actors import actor_of
from fornix.http.paging import key_of, text_of


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """All of them, page by page; `q` keeps those whose name, e-mail or project has it."""
    typed, start = text_of(request), key_of(request, "after") or 0
    words = typed_words(typed)
    page = unresolved(actor_of(request), words=words, start=start, limit=PAGE, linking=wiring.linking())
    context = {
        "page": page,
        "typed": typed,
        "previous": max(0, start - PAGE) if start else None,
    }
    return render(request, "mirror_people.html", context)
