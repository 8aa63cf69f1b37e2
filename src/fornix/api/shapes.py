"""What the API's answers and bodies have in common: unchangeable values, keys, texts and pages of lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from ninja import Schema
from ninja.params.functions import Path, Query
from pydantic import ConfigDict, Field

Item = TypeVar("Item")

LARGEST_KEY = 2**63 - 1
LONGEST_TEXT = 400
MOST_ITEMS = 500

Key = Annotated[int, Field(ge=1, le=LARGEST_KEY)]
NO_NUL = r"^[^\x00]*$"  # PostgreSQL has no text with one in it
Text = Annotated[str, Field(max_length=LONGEST_TEXT, pattern=NO_NUL)]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="How many entries at most.", example=50)]
After = Annotated[
    Key | None,
    Query(description="Begins after the entry of this key: the `next` of the page before."),
]
Start = Annotated[
    int,
    Query(
        ge=0,
        le=10_000_000,
        description="Begins with the entry of this number, counted from 0: the `next` of the page before.",
    ),
]


def text_query(means: str, example: str | None = None) -> Any:
    """A parameter that is a text; the framework takes no other metadata beside it."""
    return Query(description=means, example=example, max_length=LONGEST_TEXT, pattern=NO_NUL)


def key_path(means: str) -> Any:
    """A number of ours in an address."""
    return Path(description=means, ge=1, le=LARGEST_KEY)


class Shape(Schema):
    """A part of an answer."""

    # The framework would write an enum by its name.
    model_config = ConfigDict(frozen=True, use_enum_values=True)


class Body(Schema):
    """The body of a request; what it does not know is refused, since it was meant to do something."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Cut(Generic[Item]):
    """A page cut from a whole list: `next` is where the following one begins, None after the last."""

    items: Sequence[Item]
    total: int
    next: int | None


def cut_at(items: Sequence[Item], start: int, limit: int) -> Cut[Item]:
    """The page of `items` that begins with the one of number `start`."""
    end = start + limit
    return Cut(items[start:end], len(items), end if end < len(items) else None)
