"""Which form of answer an Accept header asks for; contract section 1.4: JSON for `*/*`, HTML without a header."""

from enum import Enum


class Form(Enum):
    """The forms that the read interfaces serve; XML's real shape is unknown, so it is refused."""

    JSON = "json"
    HTML = "html"
    NONE = "none"


def wanted_form(accept: str | None) -> Form:
    """JSON, HTML, or NONE when neither is acceptable (406)."""
    if accept is None or not accept.strip():
        return Form.HTML
    weights = _weights(accept)
    as_json = max(weights.get(name, 0.0) for name in ("application/json", "application/*", "*/*"))
    as_html = max(weights.get(name, 0.0) for name in ("text/html", "text/*"))
    if as_html > as_json:
        return Form.HTML
    return Form.JSON if as_json > 0 else Form.NONE


def _weights(accept: str) -> dict[str, float]:
    weights = {}
    for part in accept.split(",")[:50]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        weights[name] = _number(quality)
    return weights


def _number(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 1.0
