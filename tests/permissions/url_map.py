"""The routes of an URL map, by name. Knows nothing of who may use them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True, slots=True)
class Route:
    """One entry: its name (with its namespace), the address as written, the names in it."""

    name: str
    address: str
    arguments: frozenset[str]


def routes(
    patterns: Iterable[URLPattern | URLResolver] | None = None, address: str = "/", namespace: str = ""
) -> Iterator[Route]:
    """All routes. One without a name is given its address as name: the matrix has no row for it."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        whole = address + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inside = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry.url_patterns, whole, inside)
        else:
            name = f"{namespace}{entry.name}" if entry.name else f"(without a name) {whole}"
            yield Route(name, whole, frozenset(argument_names(whole, entry)))


def argument_names(address: str, entry: URLPattern) -> set[str]:
    """`<slug:accession>` and `(?P<accession>...)` alike; those of the including maps too."""
    pieces = address.replace("(?P<", "<").split("<")[1:]
    return {piece.split(">")[0].rpartition(":")[2] for piece in pieces} | set(entry.pattern.converters)
