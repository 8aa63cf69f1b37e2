"""The sweeps of the mirror one by one: their history, and each with its changes line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.catalog.keyset import Slice
from fornix.catalog.mirror import good_sweeps
from fornix.errors import NotVisible
from fornix.models import Membership, Sweep, SweepOutcome, SweepRequest

READ = 400  # sweeps that are looked through for one page of the history, more than a fortnight of hours
PAGE = 100
FEW = 12  # changes of a sweep on the mirror's own page
ONE_BY_ONE = "read one by one"  # in the concern that tells so (booking/fetch.py)


@dataclass(frozen=True, slots=True)
class SweepLine:
    """One run of the mirror, or `sweeps` quiet ones that followed each other, told by the newest."""

    id: int
    started_at: datetime
    took: timedelta | None
    outcome: str
    reason: str
    requests: int
    changes: Mapping[str, int]  # kind of change -> how many
    undone_at: datetime | None
    sweeps: int
    first_at: datetime  # of the oldest of them
    first_id: int
    is_quiet: bool  # all was read, and nothing was different


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of a sweep's plan."""

    kind: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class SweepHead:
    """One sweep with what it read: name -> number; and the rights that its Calpendo gives now."""

    line: SweepLine
    counts: Mapping[str, int]
    rights: int
    remark: str  # when the lists did not tell enough


@dataclass(frozen=True, slots=True)
class SweepRecord:
    """One sweep with a page of its changes. `next` and `previous` are where the other pages begin."""

    line: SweepLine
    counts: Mapping[str, int]
    remark: str
    concerns: tuple[str, ...]
    kind: str  # the kind of change that is shown; "" for all
    changes: tuple[ChangeLine, ...]
    matching: int
    previous: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class RequestLine:
    """Somebody asked for a sweep; `sweep` is the answer, as soon as one begins."""

    id: int
    asked_at: datetime
    asked_by: str
    accepts: bool
    sweep: SweepLine | None
    answered_at: datetime | None


def last_sweeps(actor: Actor, *, before: int | None = None, size: int = 12) -> Slice[SweepLine]:
    """The newest sweeps; quiet ones that follow each other are one line. For administrators."""
    require_administrator(actor)
    rows = _told()
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[:READ])
    folded = _folded(_line(row) for row in found)
    page = folded[:size]
    has_more = len(folded) > size or len(found) == READ
    with_changes = _counted([line.id for line in page if not line.is_quiet])
    return Slice(
        tuple(replace(line, changes=with_changes.get(line.id, {})) for line in page),
        next=page[-1].first_id if page and has_more else None,
    )


def find_last_good(actor: Actor) -> SweepHead | None:
    """The last sweep that read all of Calpendo and was applied. For administrators."""
    require_administrator(actor)
    row = good_sweeps().defer("changes").first()
    if row is None:
        return None
    rights = Membership.objects.filter(source__startswith="calpendo:").count()
    return SweepHead(_line(row), _counts(row), rights, _remark(row))


def recent_outcomes(actor: Actor, *, size: int = 24) -> tuple[str, ...]:
    """How the last sweeps that ended went, the oldest first: a day of them, hourly. For administrators."""
    require_administrator(actor)
    ended = Sweep.objects.exclude(outcome=SweepOutcome.RUNNING).order_by("-pk")
    return tuple(reversed(ended.values_list("outcome", flat=True)[:size]))


def get_sweep(
    actor: Actor, sweep_id: int, *, kind: str = "", start: int = 0, size: int = PAGE
) -> SweepRecord:
    """A sweep, and its changes of one kind from the line `start` on. Raises NotVisible. For administrators."""
    require_administrator(actor)
    row = Sweep.objects.filter(pk=sweep_id).first()
    if row is None:
        raise NotVisible
    shown = [each for each in row.changes if kind in ("", each.get("kind", ""))]
    return SweepRecord(
        line=replace(_line(row), changes=_kinds(row.changes)),
        counts=_counts(row),
        remark=_remark(row),
        concerns=_concerns(row),
        kind=kind,
        changes=tuple(_change(each) for each in shown[start : start + size]),
        matching=len(shown),
        previous=max(0, start - size) if start else None,
        next=start + size if start + size < len(shown) else None,
    )


def last_changes(actor: Actor, sweep_id: int) -> SweepRecord:
    """A sweep with its first changes. For administrators."""
    return get_sweep(actor, sweep_id, size=FEW)


def find_last_request(actor: Actor) -> RequestLine | None:
    """The newest request for a sweep, answered or not. For administrators."""
    require_administrator(actor)
    row = SweepRequest.objects.select_related("asked_by", "sweep").order_by("-pk").first()
    if row is None:
        return None
    return RequestLine(
        id=row.pk,
        asked_at=row.asked_at,
        asked_by=(row.asked_by.name or row.asked_by.username) if row.asked_by else "",
        accepts=row.accepts,
        sweep=replace(_line(row.sweep), changes=_kinds(row.sweep.changes)) if row.sweep else None,
        answered_at=row.answered_at,
    )


def _told() -> QuerySet[Sweep]:
    """Without the changes, which are thousands of lines in some: those of a page are read for themselves."""
    quiet = Q(outcome=SweepOutcome.COMPLETE, changes=[], reason="", undone_at=None)
    return Sweep.objects.defer("details", "counts", "changes").annotate(is_quiet=quiet).order_by("-pk")


def _counted(sweeps: Sequence[int]) -> Mapping[int, Mapping[str, int]]:
    rows = Sweep.objects.filter(pk__in=sweeps).values_list("pk", "changes")
    return {pk: _kinds(changes) for pk, changes in rows}


def _kinds(changes: Iterable[Mapping[str, object]]) -> Mapping[str, int]:
    return Counter(str(change.get("kind", "")) for change in changes)


def _counts(row: Sweep) -> Mapping[str, int]:
    return {str(name): number for name, number in row.counts.items() if isinstance(number, int)}


def _concerns(row: Sweep) -> tuple[str, ...]:
    return tuple(map(str, row.details.get("concerns", ())))


def _remark(row: Sweep) -> str:
    return next((concern for concern in _concerns(row) if ONE_BY_ONE in concern), "")


def _change(told: Mapping[str, object]) -> ChangeLine:
    return ChangeLine(str(told.get("kind", "")), str(told.get("about", "")), str(told.get("text", "")))


def _folded(lines: Iterable[SweepLine]) -> list[SweepLine]:
    folded: list[SweepLine] = []
    for line in lines:
        if folded and line.is_quiet and folded[-1].is_quiet:
            sweeps = folded[-1].sweeps + 1
            folded[-1] = replace(folded[-1], sweeps=sweeps, first_at=line.started_at, first_id=line.id)
        else:
            folded.append(line)
    return folded


def _line(row: Sweep) -> SweepLine:
    return SweepLine(
        id=row.pk,
        started_at=row.started_at,
        took=row.finished_at - row.started_at if row.finished_at else None,
        outcome=row.outcome,
        reason=row.reason,
        requests=row.requests,
        changes={},
        undone_at=row.undone_at,
        sweeps=1,
        first_at=row.started_at,
        first_id=row.pk,
        is_quiet=bool(vars(row).get("is_quiet")),
    )
