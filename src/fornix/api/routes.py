"""The addresses of the API. An address has one entry and one name, whatever can be asked for with which method."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from fornix.api.reference import openapi, page
from fornix.api.site import ROOT, api
from fornix.api.transfers import transfer, transfers


def _operations() -> list[URLPattern]:
    """Those of the document; the framework has an entry for each method, and one for the bare root."""
    patterns = {
        str(entry.pattern): entry
        for entry in reversed(api.urls[0])
        if isinstance(entry, URLPattern) and entry.name != "api-root"
    }
    return list(reversed(patterns.values()))


routes: list[URLPattern | URLResolver] = [
    path(
        ROOT.lstrip("/"),
        include(
            [
                path("openapi.json", openapi, name="api-document"),
                path("docs", page, name="api-docs"),
                path("deliveries/<str:delivery_id>/files", transfers, name="api-transfers"),
                path("deliveries/<str:delivery_id>/files/<str:transfer_id>", transfer, name="api-transfer"),
                *_operations(),
            ]
        ),
    )
]
