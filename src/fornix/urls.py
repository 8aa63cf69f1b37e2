"""The URL map."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from fornix.api.routes import routes as api
from fornix.web.routes import routes as pages

urlpatterns: list[URLPattern | URLResolver] = [*pages, *api]

handler400 = "fornix.web.refusals.bad_request"
handler404 = "fornix.web.refusals.not_found"
handler500 = "fornix.web.refusals.failed"
