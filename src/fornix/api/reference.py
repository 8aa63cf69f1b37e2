"""The OpenAPI document, and a page that people read it on. For everybody who is logged in.

The page is made here, of our own style sheet alone: nothing comes from another server, and it needs no script.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from fornix.api.site import ABOUT, document
from fornix.http.actors import person_of

PAGE = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API · Fornix</title>
<link rel="icon" type="image/svg+xml" href="{icon}">
<link rel="stylesheet" href="{style}">
</head>
<body>
<main id="main">
<ol class="crumbs" aria-label="You are here"><li><a href="/">Home</a></li><li>API</li></ol>
<div class="head"><div class="title"><h1>API</h1><span class="code">{version}</span></div>
<a class="button" href="{document}">OpenAPI document</a></div>
<div class="stack">
<div>{about}</div>
{operations}
</div>
</main>
</body>
</html>
"""
OPERATION = """<section class="panel" id="{id}">
<div class="panel-head"><h2>{summary}</h2><span class="code">{method} {path}</span></div>
<div class="panel-body"><p>{description}</p>
{parameters}{body}<p class="hint">Answers: {answers}</p></div>
</section>
"""
LIST = """<h3 class="hint">{of}</h3>
<ul>
{rows}
</ul>
"""
ROW = "<li><code>{}</code>{}: {}. {}</li>"

Told = Mapping[str, Any]


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The document, OpenAPI 3.1."""
    person_of(request)
    return JsonResponse(document())


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every operation with what it takes and answers."""
    person_of(request)
    told = document()
    schemas = told["components"]["schemas"]
    operations = [
        _operation(method, path, operation, schemas)
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    ]
    html = format_html(
        PAGE,
        icon=static("mark.svg"),
        style=static("fornix.css"),
        version=told["info"]["version"],
        document=request.path.removesuffix("docs") + "openapi.json",
        about=format_html_join("\n", "<p>{}</p>", ((_marked(part),) for part in ABOUT.strip().split("\n\n"))),
        operations=format_html_join("\n", "{}", ((operation,) for operation in operations)),
    )
    return HttpResponse(html)


def _operation(method: str, path: str, told: Told, schemas: Told) -> SafeString:
    parameters = [
        (each["name"], each["schema"], bool(each.get("required")), each.get("description", ""))
        for each in told["parameters"]
    ]
    return format_html(
        OPERATION,
        id=told["operationId"],
        summary=told["summary"],
        method=method.upper(),
        path=path,
        description=_marked(told["description"]),
        parameters=_list("Parameters", parameters, schemas),
        body=_list("Fields of the JSON body", list(_fields(told, schemas)), schemas),
        answers=", ".join(map(str, told["responses"])),
    )


def _fields(told: Told, schemas: Told) -> Iterator[tuple[str, Told, bool, str]]:
    for content in told.get("requestBody", {}).get("content", {}).values():
        for each in content["schema"].get(
            "anyOf", [content["schema"]]
        ):  # a body that may be left out is one of two
            schema = _followed(each, schemas)
            for name, field in schema.get("properties", {}).items():
                yield name, field, name in schema.get("required", ()), field.get("description", "")


def _list(of: str, rows: list[tuple[str, Told, bool, str]], schemas: Told) -> SafeString:
    if not rows:
        return mark_safe("")
    told = (
        (name, " (required)" if is_required else "", kind_of(schema, schemas), _marked(means))
        for name, schema, is_required, means in rows
    )
    return format_html(LIST, of=of, rows=format_html_join("\n", ROW, told))


def _marked(text: str) -> SafeString:
    """A text of the document, its `words` set as code."""
    pieces = text.split("`")
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<code>{}</code>", piece) if number % 2 else piece,)
            for number, piece in enumerate(pieces)
        ),
    )


def kind_of(schema: Told, schemas: Told) -> str:
    """What a value is, in a few words: `integer`, `text`, one of several words, a list."""
    schema = _followed(schema, schemas)
    if "anyOf" in schema:
        kinds = (kind_of(each, schemas) for each in schema["anyOf"] if each.get("type") != "null")
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in schema:
        return ", ".join(str(each) or "(empty)" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind_of(schema['items'], schemas)}"
    kind = str(schema.get("format") or schema.get("type", "value"))
    return {"string": "text", "boolean": "true or false", "date-time": "time", "object": "table"}.get(
        kind, kind
    )


def _followed(schema: Told, schemas: Told) -> Told:
    """A schema itself, where only its name stands."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Told = schemas[name] if name else schema
    return found
