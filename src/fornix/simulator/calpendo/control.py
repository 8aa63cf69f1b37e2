"""The control interface `/_sim/…`: how tests, demos and people change the simulated site; contract section 3.6."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from .answers import Answer, json_answer
from .refusals import ControlRefused, SimulatorRefusal
from .stamps import parse_instant, parse_span
from .state import Beginning, Site
from .switches import parse_switches
from .truth import PARTS

LONGEST_BODY = 4 * 1024 * 1024
_Action: TypeAlias = Callable[[Site, Any], Any]


def control_answer(site: Site, token: str, method: str, path: str, authorization: str, body: bytes) -> Answer:
    """The answer to one control request; refusals are JSON with `error`."""
    if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return json_answer({"error": "send the header Authorization: Bearer TOKEN"}, 401)
    name, _, query = path.partition("?")
    action = _ACTIONS.get((method, name.rstrip("/")))
    if action is None:
        known = ", ".join(f"{verb} {each}" for verb, each in _ACTIONS)
        return json_answer({"error": f"there is only: {known}"}, 404)
    try:
        return json_answer(action(site, _content(body) if method == "POST" else dict(parse_qsl(query))))
    except SimulatorRefusal as refusal:
        return json_answer({"error": str(refusal)}, 400)


def _content(body: bytes) -> Any:
    try:
        return json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise ControlRefused("the body is not JSON") from error


def _object(content: Any, *known: str) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise ControlRefused("the body is a JSON object")
    unknown = sorted(set(content) - set(known))
    if unknown:
        raise ControlRefused(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    return content


def _reset(site: Site, content: Any) -> Any:
    """What is not mentioned stays as it was, switches one by one."""
    wanted = _object(content, "set", "seed", "clock", "switches")
    beginning = site.beginning
    if "set" in wanted:
        beginning = replace(beginning, set_name=str(wanted["set"]))
    if "seed" in wanted:
        beginning = replace(beginning, seed=_whole_number(wanted["seed"]))
    if "clock" in wanted:
        beginning = replace(beginning, clock=parse_instant(wanted["clock"]))
    if "switches" in wanted:
        chosen = asdict(beginning.switches) | dict(_object(wanted["switches"], *asdict(beginning.switches)))
        beginning = replace(beginning, switches=parse_switches(chosen))
    site.reset(beginning)
    return _described(beginning)


def _whole_number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ControlRefused(f"seed is a whole number, not {value!r}")
    return value


def _described(beginning: Beginning) -> dict[str, Any]:
    return {
        "set": beginning.set_name,
        "seed": beginning.seed,
        "clock": beginning.clock.isoformat(),
        "switches": asdict(beginning.switches),
    }


def _clock(site: Site, content: Any) -> Any:
    wanted = _object(content, "advance")
    return {"clock": site.advance(parse_span(wanted.get("advance", 0))).isoformat()}


def _edit(site: Site, content: Any) -> Any:
    site.edit(content)
    return {"edited": len(content) if isinstance(content, list) else 1}


def _password(site: Site, content: Any) -> Any:
    wanted = _object(content, "account", "password")
    password = wanted.get("password")
    site.set_password(str(wanted.get("account", "")), None if password is None else str(password))
    return {"account": wanted.get("account")}


def _faults(site: Site, content: Any) -> Any:
    return {"rules": site.set_faults(content)}


def _log(site: Site, _asked: Any) -> Any:
    return {"requests": [asdict(each) | {"clock": each.clock.isoformat()} for each in site.log()]}


def _script(site: Site, _asked: Any) -> Any:
    entries = site.script()
    told = [
        {"at": each.dated.at.isoformat(), "what": each.dated.what, "became": each.became} for each in entries
    ]
    return {"script": told}


def _truth(site: Site, asked: Any) -> Any:
    """`?parts=people,projects` leaves the rest out: of a large set, bookings take a while."""
    parts = str(_object(asked, "parts").get("parts", ",".join(PARTS))).split(",")
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise ControlRefused(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return _described(site.beginning) | {"clock": site.clock.isoformat()} | site.truth(parts)


_ACTIONS: Mapping[tuple[str, str], _Action] = {
    ("POST", "/_sim/reset"): _reset,
    ("POST", "/_sim/clock"): _clock,
    ("POST", "/_sim/edit"): _edit,
    ("POST", "/_sim/password"): _password,
    ("POST", "/_sim/faults"): _faults,
    ("GET", "/_sim/log"): _log,
    ("GET", "/_sim/script"): _script,
    ("GET", "/_sim/truth"): _truth,
}
