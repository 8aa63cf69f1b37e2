"""Pages of a project: its record and subjects, and everybody in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from fornix.catalog import subjects
from fornix.catalog.feed import activity
from fornix.catalog.people import PersonLine, Standing, people_called, project_people
from fornix.catalog.project_record import ProjectRecord, find_project_code, get_project
from fornix.errors import NotVisible
from fornix.http.actors import actor_of
from fornix.http.paging import Sorting, key_of, links_of, text_of, window_of
from fornix.web.frame import freshness
from fornix.web.member_list import member_table

SUBJECTS = Sorting(subjects.SORTS, default="changed", falling=("changed", "sessions", "files", "size"))
SHORT, LONG = 8, 100  # people on the project's own page, and on a page of theirs


@require_safe
def project_detail(request: HttpRequest, project: str) -> HttpResponse:
    """The project's page; its record alone for those who may not read its data. Other codes of it lead here."""
    actor = actor_of(request)
    try:
        record = get_project(actor, project)
    except NotVisible:
        return redirect("project-detail", project=find_project_code(actor, project))
    context: dict[str, object] = {"project": record, "freshness": freshness()}
    if not record.is_readable:
        return render(request, "project_record.html", context)
    window = window_of(request, SUBJECTS)
    people = _people_of(record)
    context |= {
        "subjects": subjects.subject_lines(actor, record.id, window),
        "links": links_of(request, window, SUBJECTS),
        "people": people[:SHORT],
        "people_count": len(people),
        "feed": activity(actor, project_id=record.id, size=6),
    }
    return render(request, "project.html", context)


@require_safe
def project_people_list(request: HttpRequest, project: str) -> HttpResponse:
    """Everybody in the project, by which source and since when."""
    record = _readable(request, project)
    people = _people_of(record)
    typed = text_of(request)
    found = people_called(people, typed) if typed else people
    start = key_of(request, "after") or 0
    context = {
        "project": record,
        "people": found[start : start + LONG],
        "typed": typed,
        "matching": len(found),
        "people_count": len(people),
        "previous": max(0, start - LONG) if start else None,
        "next": start + LONG if len(found) > start + LONG else None,
        "freshness": freshness(),
    }
    return render(request, "people.html", context)


@require_safe
def project_people_table(request: HttpRequest, project: str) -> HttpResponse:
    """The same people as a file for spreadsheets."""
    record = _readable(request, project)
    answer = HttpResponse(member_table(_people_of(record)), content_type="text/csv; charset=utf-8")
    name = content_disposition_header(as_attachment=True, filename=f"{record.code} people.csv")
    answer["Content-Disposition"] = name or "attachment"
    return answer


def _readable(request: HttpRequest, code: str) -> ProjectRecord:
    record = get_project(actor_of(request), code)
    if not record.is_readable:
        raise NotVisible
    return record


def _people_of(record: ProjectRecord) -> tuple[PersonLine, ...]:
    """Who was shut out is for those who manage the members."""
    people = project_people(record.id, record.booking_project_id)
    if record.manages_members:
        return people
    return tuple(person for person in people if person.standing is not Standing.BLOCKED)
