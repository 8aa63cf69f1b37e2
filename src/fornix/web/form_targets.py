"""Addresses that forms are sent to. Typed in, or opened again from the history, they lead to the page of the form."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

View = Callable[[HttpRequest], HttpResponse]


def form_target(page: str) -> Callable[[View], View]:
    """A view that takes a form of the page of this route."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest) -> HttpResponse:
            return view(request) if request.method == "POST" else redirect(page)

        return require_http_methods(["GET", "HEAD", "POST"])(answered)

    return decorate
