"""One sweep's own page: what it read and what it changed, line by line."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fornix.booking.undo import was_applied
from fornix.catalog.mirror import mirror_state
from fornix.catalog.sweeps import get_sweep
from fornix.errors import Invalid
from fornix.http.actors import actor_of
from fornix.http.paging import key_of

LONGEST_KIND = 60


@require_safe
def sweep_detail(request: HttpRequest, sweep_id: int) -> HttpResponse:
    """The sweep; `kind` keeps one kind of change, `after` is where the page begins."""
    kind = request.GET.get("kind", "")
    if len(kind) > LONGEST_KIND or not kind.isprintable():
        raise Invalid("There is no such kind of change.")
    sweep = get_sweep(actor_of(request), sweep_id, kind=kind, start=key_of(request, "after") or 0)
    line = sweep.line
    context = {
        "sweep": sweep,
        "can_undo": was_applied(line.outcome, line.changes) and line.undone_at is None and bool(line.changes),
        "waits": mirror_state().planned == sweep_id,
    }
    return render(request, "sweep.html", context)
