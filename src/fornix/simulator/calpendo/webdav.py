"""The two read interfaces `/webdav/b` and `/webdav/q`: a request and a moment in, an answer out; contract 3.2."""

from collections.abc import Sequence
from typing import Any

from .answers import Answer, error_answer, html_answer, json_answer
from .faults.effects import Effects
from .moment import Moment
from .negotiation import Form, wanted_form
from .query.candidates import candidates
from .query.conditions import bind
from .query.grammar import parse_expression
from .query.paths import resolve_path
from .refusals import QueryRefused, TypeUnknown
from .rendering import Renderer
from .requests import Request, Target, parse_target
from .schema import SERVED_TYPES
from .world import Row

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Calpendo"'}


def answer(request: Request, moment: Moment, effects: Effects) -> Answer:
    """The answer to one request, faults included; never raises for anything a client can send."""
    instead = effects.instead(moment)
    made = instead if instead is not None else _true_answer(request, moment, effects)
    return effects.delivered(made)


def _true_answer(request: Request, moment: Moment, effects: Effects) -> Answer:
    if not moment.admits(request.credentials):
        return error_answer(401, "log in with a local account", moment.switches, _CHALLENGE)
    if request.method not in {"GET", "HEAD"}:
        return error_answer(405, "this interface only reads", moment.switches, {"Allow": "GET, HEAD"})
    form = wanted_form(request.accept)
    if form is Form.NONE:
        return error_answer(406, "only JSON and HTML are served", moment.switches)
    target = parse_target(request.target)
    try:
        return _found(target, form, effects.moment(moment), effects)
    except TypeUnknown as refusal:
        return error_answer(404, str(refusal), moment.switches)
    except QueryRefused as refusal:
        return error_answer(400, str(refusal), moment.switches)


def _found(target: Target, form: Form, moment: Moment, effects: Effects) -> Answer:
    if not target.interface:
        raise TypeUnknown("ask for /webdav/b/TYPE[/ID] or /webdav/q/TYPE[/CONDITIONS][?paths=…]")
    if target.type_name not in SERVED_TYPES:
        raise TypeUnknown(f"no such type: {target.type_name}")
    if target.interface == "b" and target.rest:
        return _one(target, form, moment, effects)
    return _listed(target, form, moment, effects)


def _one(target: Target, form: Form, moment: Moment, effects: Effects) -> Answer:
    row = moment.world.find(target.type_name, target.rest[0]) if len(target.rest) == 1 else None
    kept = effects.rows([row], moment) if row is not None else []
    if not kept:
        return error_answer(404, f"no {target.type_name} with this id", moment.switches)
    shape = effects.shaped([Renderer(moment.world, moment.switches).detail(kept[0])])[0]
    return _formed(target, form, [shape], shape)


def _listed(target: Target, form: Form, moment: Moment, effects: Effects) -> Answer:
    rows = effects.rows(_selected(target, moment), moment)
    renderer = Renderer(moment.world, moment.switches)
    if target.interface == "q" and target.paths is not None:
        paths = [resolve_path(target.type_name, text, moment.switches) for text in target.paths]
        shapes = [renderer.flat(row, paths) for row in rows]
    else:
        shapes = [renderer.minimal(row) for row in rows]
    shapes = effects.shaped(shapes)
    return _formed(target, form, shapes, {"biskits": shapes})


def _selected(target: Target, moment: Moment) -> list[Row]:
    lenient = moment.switches.or_close_strict == "lenient"
    expression = parse_expression(target.rest, lenient=lenient)
    matches = bind(target.type_name, expression, moment.switches, moment.world.zone)
    looked_at = candidates(moment.world, target.type_name, expression)
    return [row for row in looked_at if matches(moment.world, row)]


def _formed(target: Target, form: Form, shapes: Sequence[dict[str, Any]], content: object) -> Answer:
    if form is Form.HTML:
        return html_answer(target.type_name, shapes)
    return json_answer(content)
