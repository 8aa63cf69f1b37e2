"""Every route has its row in the permission matrix, and docs/permissions.md tells the same."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.urls import include, path, re_path
from tests.permissions import page
from tests.permissions.matrix import MATRIX, PEOPLE, read_row, rows
from tests.permissions.url_map import Route, routes
from tests.rules.tree import report


def without_row(known: set[str], existing: list[Route]) -> list[str]:
    return [f"{route.name}: {route.address}" for route in existing if route.name not in known]


def test_there_are_routes_and_rows():
    assert list(routes())
    assert rows(), MATRIX


def test_every_route_has_a_row():
    missing = without_row({row.route for row in rows()}, list(routes()))

    assert not missing, report("Say in tests/permissions/matrix.py who gets which answer:", missing)


def test_every_row_has_a_route():
    existing = {route.name for route in routes()}
    gone = [row.route for row in rows() if row.route not in existing]

    assert not gone, report("In tests/permissions/matrix.py, and in no URL map:", gone)


def test_a_route_and_method_has_one_row():
    asked = [(row.route, row.method) for row in rows()]

    assert len(asked) == len(set(asked))


def test_an_address_has_one_route_and_a_name_one_address():
    existing = list(routes())

    assert (
        len({route.name for route in existing}) == len({route.address for route in existing}) == len(existing)
    )


def test_the_page_about_permissions_is_fresh():
    assert page.PAGE.is_file(), "run `make docs`"
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), (
        "run `make docs`, and commit docs/permissions.md"
    )


def test_the_rule_sees_routes_of_every_kind():
    def view(request):
        return HttpResponse()

    inner = [path("files/<int:file_id>", view, name="file"), path("nameless/", view)]
    patterns = [
        path("", view, name="home"),
        path("sessions/<slug:accession>/", include((inner, "inner"))),
        re_path(r"^old/(?P<label>\w+)$", view, name="old"),
    ]

    found = {route.name: route.arguments for route in routes(patterns)}

    assert found["home"] == frozenset()
    assert found["inner:file"] == {"accession", "file_id"}
    assert found["old"] == {"label"}
    assert without_row({"home", "inner:file", "old"}, list(routes(patterns))) == [
        "(without a name) /sessions/<slug:accession>/nameless/: /sessions/<slug:accession>/nameless/"
    ]


def test_a_row_with_a_column_too_few_is_refused():
    with pytest.raises(ValueError, match="7 statuses"):
        read_row("home GET - " + " ".join(["200"] * (len(PEOPLE) - 1)))
