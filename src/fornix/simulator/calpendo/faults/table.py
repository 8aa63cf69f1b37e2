"""The table of fault effects: what each is called, its parameters with defaults, and where it bites."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..answers import Answer
from ..certificates import BAD
from ..moment import Moment
from ..requests import Target
from ..world import Row, World
from . import in_answers as answers
from . import in_rows as rows
from . import on_the_wire as wire

Parameters: TypeAlias = Mapping[str, Any]
Shapes: TypeAlias = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Effect:
    """Parameters with their defaults, choices where those are fixed, and a function per place where it bites.

    `on_connection`: it bites before there is a request, when a client connects over TLS.
    """

    parameters: Parameters = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    instead: Callable[[Parameters, Moment], Answer] | None = None
    world: Callable[[Parameters, Moment, Target], World] | None = None
    rows: Callable[[Parameters, list[Row], Moment], list[Row]] | None = None
    shape: Callable[[Parameters, Shapes], Shapes] | None = None
    delivery: Callable[[Parameters, Answer], Answer] | None = None
    on_connection: bool = False


EFFECTS: Mapping[str, Effect] = {
    "401": Effect(instead=answers.unauthorised),
    "403": Effect(instead=answers.forbidden),
    "500": Effect(instead=answers.broken),
    "502": Effect(instead=answers.bad_gateway),
    "503": Effect({"retry_after": 1}, instead=answers.unavailable),
    "html-200": Effect({"labelled": "text/html"}, instead=answers.login_page_as_success),
    "redirect-login": Effect({"to": "http://login.example.test/sso"}, instead=answers.redirect_to_login),
    "no-key": Effect({"body": "{}"}, instead=answers.without_key),
    "empty": Effect(rows=rows.empty_list),
    "shrink": Effect({"percent": 50, "status": ""}, rows=rows.shrunk),
    "hide": Effect({"fields": [], "ids": []}, world=rows.with_fields_hidden),
    "lose-members": Effect(world=rows.without_members),
    "stale": Effect({"hours": 1}, world=rows.stale),
    "mixed": Effect({"hours": 1, "lost_percent": 10}, world=rows.details_of_another_moment),
    "duplicate": Effect(
        {"what": "id"}, {"what": ("id", "code", "email")}, world=rows.with_twins, rows=rows.twice_listed
    ),
    "wrong-site": Effect(world=rows.of_another_site),
    "schema": Effect(
        {"what": "status"},
        {"what": ("status", "text-reference", "id-type", "new-field")},
        shape=rows.disfigured,
    ),
    "truncate": Effect(
        {"at": 100, "length": "cut", "where": "byte"},
        {"length": ("cut", "full", "missing"), "where": ("byte", "between-items", "repairable")},
        delivery=wire.truncated,
    ),
    "slow-first-byte": Effect({"seconds": 5}, delivery=wire.slow_to_begin),
    "slow-body": Effect({"bytes": 1, "every_s": 1}, delivery=wire.slow_body),
    "stall": Effect({"at": 0}, delivery=wire.stalled),
    "reset": Effect({"at": -1}, delivery=wire.reset),
    "clock-skew": Effect({"hours": 5}, delivery=wire.clock_off),
    "bad-tls": Effect({"certificate": BAD[0]}, {"certificate": BAD}, on_connection=True),
}
