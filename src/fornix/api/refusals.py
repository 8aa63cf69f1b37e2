"""Refusals as the API tells them: always JSON, in the one shape of http/errors.py, with the fields that were wrong.

What was sent is never repeated: it may be a secret.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from fornix.api.shapes import Shape
from fornix.errors import Invalid
from fornix.http import errors as http_errors
from fornix.http.errors import json_answer, refusal_of

LONGEST_NAME = 60
MOST_FIELDS = 20
READ_ON = "Correct what is named and send it again; /api/v1/docs tells what each operation takes."


class WrongField(Shape):
    """One part of a request that cannot be used."""

    field: str = Field(description="Its name, with dots where it lies inside another.", examples=["accepts"])
    problem: str = Field(description="What it should be.", examples=["Input should be a valid boolean"])


class Refusal(Shape):
    """Why nothing was answered, what is safe, and what to do."""

    status: int = Field(description="The HTTP status again.", examples=[403])
    title: str = Field(description="What happened.", examples=["You may not do this"])
    detail: str = Field(description="The reason, where there is more to say.")
    safe: str = Field(description="What stayed as it was.", examples=["Nothing was changed."])
    advice: str = Field(description="What to do next.")
    number: str = Field(description="A number to quote to an administrator.", examples=["7Q4-KX2"])
    fields: list[WrongField] | None = Field(None, description="The parts of the request that were wrong.")


class Refused(Shape):
    """The body of every answer of 400 and above."""

    error: Refusal


def answers(good: Any, *statuses: int, status: int = 200) -> dict[int, Any]:
    """What an operation can answer, for the document: its good answer, the refusals of all, and some of its own."""
    return {status: good, **dict.fromkeys(sorted({400, 401, 403, *statuses}), Refused)}


def refuse(request: HttpRequest, raised: Exception | type[Exception]) -> HttpResponse:
    """An exception as an answer; NinjaAPI's handler for all of them."""
    error = raised if isinstance(raised, Exception) else raised()
    if isinstance(error, ValidationError):
        fields = [_field(each) for each in error.errors[:MOST_FIELDS]]
        told = "; ".join(f"{each['field']}: {each['problem']}" for each in fields)
        return json_answer(_advised(refusal_of(request, Invalid(told))), fields=fields)
    if isinstance(error, HttpError):
        error = Invalid("The body of the request is no JSON.")
    return json_answer(_advised(refusal_of(request, error)))


def _advised(refusal: http_errors.Refusal) -> http_errors.Refusal:
    """The usual words of 400 are for people in front of a page."""
    return replace(refusal, advice=READ_ON) if refusal.status == 400 else refusal


def _field(error: dict[str, Any]) -> dict[str, str]:
    # ("body", "asked", "accepts"): where it was sent, our own argument's name, then the field.
    place = [str(part) for part in error.get("loc", ())]
    names = place[2:] if place[:1] == ["body"] and len(place) > 2 else place[1:] or ["body"]
    name = ".".join(names)
    shown = (
        name if name.isprintable() and len(name) <= LONGEST_NAME else f"(a name of {len(name)} characters)"
    )
    return {"field": shown, "problem": str(error.get("msg", "is not as it should be"))}
