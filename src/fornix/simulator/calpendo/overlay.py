"""A mapping that never changes: changes are laid over it, and another layer costs what changed, not what is there."""

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

Held = TypeVar("Held")


class Overlay(Mapping[str, Held], Generic[Held]):
    """`first`, with `over` laid on it: another value for a key, a new key, or None for one that is gone.

    Changed keys keep their place, new ones follow in the order in which they came.
    """

    __slots__ = ("first", "over")

    def __init__(self, first: Mapping[str, Held], over: Mapping[str, Held | None] | None = None) -> None:
        self.first = first
        self.over: Mapping[str, Held | None] = over or {}

    def changed(self, changes: Mapping[str, Held | None]) -> "Overlay[Held]":
        """Another mapping with these changes; this one stays as it is."""
        return Overlay(self.first, {**self.over, **changes})

    def added(self) -> Iterator[Held]:
        """The values that were laid over, whether their keys are new or not."""
        return (value for value in self.over.values() if value is not None)

    def __getitem__(self, key: str) -> Held:
        if key not in self.over:
            return self.first[key]
        found = self.over[key]
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        if key in self.over:
            return self.over[str(key)] is not None
        return key in self.first

    def __iter__(self) -> Iterator[str]:
        if not self.over:
            yield from self.first
            return
        yield from (key for key in self.first if self.over.get(key, self) is not None)
        yield from (key for key, value in self.over.items() if value is not None and key not in self.first)

    def __len__(self) -> int:
        gone = sum(value is None and key in self.first for key, value in self.over.items())
        new = sum(value is not None and key not in self.first for key, value in self.over.items())
        return len(self.first) - gone + new
