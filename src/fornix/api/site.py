"""The API of this archive: its operations, its one way to refuse, and its OpenAPI document."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

from django.http import Http404
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from fornix.api import (
    arrivals,
    bookings,
    deliveries,
    discovery,
    holds,
    people,
    problems,
    projects,
    routing,
    senders,
    site_settings,
    status,
    sweeps,
    why,
)
from fornix.api.admission import ADMINISTRATORS
from fornix.api.refusals import refuse

ROOT = "/api/v1/"
ABOUT = """\
Handing in data, arrivals and what ends them, what Fornix mirrors from the booking system, and the decisions about it.
Operations below `mirror/` are for site administrators, but that everybody may ask `why` about themselves; the others
answer with what one may see.

Times are ISO 8601 with their offset. Lists come in pages: give the `next` of one as the `after`, `before` or `start`
of the following; it is null on the last. Every refusal has the same shape, says what to do, and has a number to quote.
"""

api = NinjaAPI(
    title="Fornix",
    version=version("fornix"),
    description=ABOUT,
    openapi_url=None,
    docs_url=None,
    auth=ADMINISTRATORS,
    urls_namespace="fornix-api",
)
for part in (status, sweeps, holds, people, projects, problems, why, discovery, site_settings, bookings):
    api.add_router("mirror/", part.router)
api.add_router("", deliveries.router)
api.add_router("", arrivals.router)
api.add_router("", senders.router)
api.add_router("", routing.router)
# The framework has answers of its own for some.
for raised in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(raised, refuse)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document. It depends on the code alone."""
    return api.get_openapi_schema(path_prefix=ROOT)
