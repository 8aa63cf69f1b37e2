"""Why a person may or may not see a project: choose both, and read the rows that it rests on. As `fornix why`."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fornix.booking.why import Explanation, Moment, explain
from fornix.catalog.directory import Choices, find_people, find_projects, linked_people
from fornix.errors import Invalid, NotVisible
from fornix.http.actors import actor_of
from fornix.wiring import linking, sweep_interval_s

LONGEST = 400


@require_safe
def access(request: HttpRequest) -> HttpResponse:
    """The question, the candidates where it is not clear who or what is meant, and the answer."""
    actor = actor_of(request)
    person, project = _asked(request, "person"), _asked(request, "project")
    people, projects = find_people(actor, person), find_projects(actor, project)
    explanation, problem = None, ""
    if people.chosen and projects.chosen:
        explanation, problem = _answer(people.chosen.key, projects.chosen.key)
    context = {
        "person": person,
        "project": project,
        "people": people,
        "projects": projects,
        "linked": linked_people(actor, people.chosen.key) if people.chosen else (),
        "explanation": explanation,
        "problem": problem,
        "nobody": person and _is_empty(people),
        "nothing": project and _is_empty(projects),
    }
    return render(request, "access.html", context)


def _asked(request: HttpRequest, name: str) -> str:
    text = request.GET.get(name, "").strip()
    if len(text) > LONGEST or "\0" in text:
        raise Invalid(f"A name has up to {LONGEST} characters.")
    return text


def _is_empty(choices: Choices) -> bool:
    return choices.chosen is None and not choices.candidates


def _answer(person: str, project: str) -> tuple[Explanation | None, str]:
    moment = Moment(timezone.now(), timedelta(seconds=sweep_interval_s()))
    try:
        return explain(person, project, moment=moment, linking=linking()), ""
    except NotVisible as refusal:
        return None, str(refusal)
