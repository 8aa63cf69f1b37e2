"""Bytes from one store to another, in durable batches, verified while they pass. Knows no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from fornix.integrity.saved_keys import Saved
from fornix.integrity.stored_digests import digests_of
from fornix.storage.digests import Digests
from fornix.storage.store import Batch, BytesMissing, Store

_BATCH_FILES = 256
_BATCH_BYTES = 256 << 20
_CHUNK = 1 << 20
_FIRST = 1_000


@dataclass(slots=True)
class Named:
    """How many keys there were of a kind, and the first of them by name: enough for a person."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, key: str) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < _FIRST:
            self.first.append(key)


@dataclass(slots=True)
class Copied:
    """What became of the bytes that were to be copied."""

    files: int = 0
    bytes: int = 0
    there: int = 0  # already, with the right length
    gone: Named = field(default_factory=Named)  # keys that the source does not have
    damaged: Named = field(default_factory=Named)  # whose bytes are not those that were stored

    def forget_outcome(self) -> None:
        """For another pass over the same bytes."""
        self.there = 0
        self.gone, self.damaged = Named(), Named()


def copy_bytes(
    wanted: Iterable[Saved],
    source: Store,
    target: Store,
    copied: Copied,
    *,
    verify: bool = False,
    tell: Callable[[str, int], None] = lambda _what, _count: None,
) -> Iterator[Saved]:
    """Copies what the target does not have yet; yields what it has in the end, with hashes as they were read.

    Damaged bytes are not taken: a good copy made earlier is worth more. `verify`: reads again what is there already.
    """
    for part in _parts(_missing(wanted, target, copied, verify=verify)):
        if isinstance(part, Saved):
            yield part
            continue
        yield from _copy_batch(part, source, target, copied)
        tell("files copied", copied.files)


def _missing(
    wanted: Iterable[Saved], target: Store, copied: Copied, *, verify: bool
) -> Iterator[tuple[Saved, bool]]:
    """Each with whether it is there already. What is there and not right is taken away, to be copied again."""
    for saved in wanted:
        stat = target.stat(saved.key)
        if stat is None:
            yield saved, False
            continue
        is_right = stat.length == saved.length
        if is_right and verify and saved.sha256:
            is_right = digests_of(target, saved.key).sha256 == saved.sha256
        if is_right:
            copied.there += 1
        else:
            target.delete(saved.key)
        yield saved, is_right


def _parts(items: Iterable[tuple[Saved, bool]]) -> Iterator[Saved | list[Saved]]:
    """What is there, one by one; what is not, in batches."""
    batch: list[Saved] = []
    size = 0
    for saved, is_there in items:
        if is_there:
            yield saved
            continue
        batch.append(saved)
        size += saved.length
        if len(batch) >= _BATCH_FILES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _copy_batch(batch: list[Saved], source: Store, target: Store, copied: Copied) -> Iterator[Saved]:
    done: list[tuple[Saved, Digests]] = []
    with target.batch() as writing:
        for saved in batch:
            digests = _copy(saved, source, writing, copied)
            if digests is not None:
                done.append((saved, digests))
    for saved, digests in done:
        if digests.length != saved.length or saved.sha256 not in ("", digests.sha256):
            target.delete(saved.key)
            copied.damaged.add(saved.key)
            continue
        copied.files += 1
        copied.bytes += digests.length
        yield Saved(saved.key, saved.length, digests.sha256)


def _copy(saved: Saved, source: Store, writing: Batch, copied: Copied) -> Digests | None:
    try:
        stream = source.open(saved.key)
    except BytesMissing:
        copied.gone.add(saved.key)
        return None
    with closing(stream):
        chunks = iter(lambda: stream.read(_CHUNK), b"")
        try:
            return writing.put(saved.key, chunks)
        except OSError:  # of the source: the target's own are Unavailable
            copied.damaged.add(saved.key)
            return None
