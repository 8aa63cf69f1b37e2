"""Takes files out of the tables that turned out not to be needed: the same again, or an upload that never ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from fornix.models import Blob, File

QUERY = 500  # SQLite takes a limited number of arguments in one query
_T = TypeVar("_T")


def drop_files(file_ids: Iterable[int]) -> list[str]:
    """Deletes the rows of files, and of their bytes. Returns the keys: for the store, after the commit."""
    keys: list[str] = []
    for part in parts(list(file_ids)):
        rows = list(Blob.objects.filter(file__pk__in=part).values_list("pk", "key"))
        File.objects.filter(pk__in=part).delete()
        Blob.objects.filter(pk__in=[pk for pk, _ in rows]).delete()
        keys += [key for _, key in rows]
    return keys


def parts(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Slices that fit into one query."""
    return (items[begin : begin + QUERY] for begin in range(0, len(items), QUERY))
