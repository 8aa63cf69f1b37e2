"""An arrival becomes (part of) a session. Lease and attempt are committed before; the session shows at the end."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from fornix.audit.events import Verb, record_event
from fornix.catalog.counters import make_visible
from fornix.catalog.site_rules import SiteRules
from fornix.errors import ArchiveError, Unavailable
from fornix.ingest.attempts import (
    MAX_ATTEMPTS,
    REST_AFTER_FAILURE,
    REST_IN_OUTAGE,
    Facts,
    LeaseLost,
    claim,
    note_progress,
    rest,
    wait,
)
from fornix.ingest.destination import find_or_make_session
from fornix.ingest.dicom_plan import NO_HEADERS, Headers, plan_dicom
from fornix.ingest.facts import facts_of, guesses_as_json
from fornix.ingest.meg_plan import plan_recordings
from fornix.ingest.placing import Place, Placed, place
from fornix.ingest.plans import ArrivalPlan
from fornix.ingest.refusals import Guess, Waits
from fornix.ingest.routing import Moment, route
from fornix.ingest.scans import make_scans
from fornix.models import Arrival, ImagingSession, Project
from fornix.storage.store import BytesMissing, Store

logger = logging.getLogger(__name__)

# Other writers wait for a transaction, so a long filing is several (performance.md, rows).
FILES_PER_TRANSACTION = 5_000


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of an arrival."""

    arrival_id: str
    group: str
    session: ImagingSession | None = None
    is_new: bool = False
    scans: int = 0
    files: int = 0
    bytes: int = 0
    already_here: int = 0
    waits_because: str = ""
    notes: tuple[str, ...] = ()
    first_name: str = ""  # of what waits: where its first file came from
    is_failure: bool = False  # it waits because something broke, not for a decision


def file_arrival(
    arrival: Arrival,
    store: Store,
    rules: SiteRules,
    *,
    source: str,
    by_person: bool,
    headers: Headers = NO_HEADERS,
) -> Filed | None:
    """Files one sealed arrival, or notes why it waits. None when another process is at it, or it is gone.

    `by_person`: somebody asked for it, so that it is tried whatever happened before. `headers`: those at hand
    already, by File; the others are read from the store.
    """
    if not claim(arrival, by_person=by_person):
        return None
    facts: dict[str, object] = {}
    try:
        plan = _plan(arrival, store, rules, headers)
        facts = facts_of(plan)
        return _file_planned(arrival, plan, store, rules, source=source)
    except LeaseLost:
        return None
    except Waits as refusal:
        return _wait(arrival, str(refusal), facts, guesses=refusal.guesses)
    except (Unavailable, OperationalError, InterfaceError) as outage:
        return _put_off(arrival, outage, facts, by_person=by_person)
    except ArchiveError as refusal:
        return _wait(arrival, str(refusal), facts, is_failure=True)
    except Exception as error:  # noqa: BLE001 - one odd arrival must not keep the others out; it is counted and told
        return _give_up(arrival, error, facts, by_person=by_person)


def _file_planned(
    arrival: Arrival, plan: ArrivalPlan, store: Store, rules: SiteRules, *, source: str
) -> Filed:
    session, is_new, notes = _open_session(arrival, plan, rules, source=source)
    placed = _file_all(arrival, plan, session, source=source)
    _delete(placed.dropped_keys, store)
    session.refresh_from_db()
    return Filed(
        arrival_id=arrival.id,
        group=arrival.group,
        session=session,
        is_new=is_new,
        scans=arrival.filed_scans,
        files=arrival.filed_files,
        bytes=arrival.filed_bytes,
        already_here=placed.already_here,
        notes=(*notes, *placed.notes),
    )


def _delete(keys: Iterable[str], store: Store) -> None:
    """Takes bytes that no row names out of the store. What fails here is found again when the upload is settled."""
    try:
        for key in keys:
            store.delete(key)
    except Unavailable as error:
        logger.warning("action=bytes-left error=%s", type(error).__name__)


def _plan(arrival: Arrival, store: Store, rules: SiteRules, headers: Headers) -> ArrivalPlan:
    kind = arrival.group.partition(":")[0]
    if kind == "study":
        return plan_dicom(arrival, store, rules, headers)
    if kind in ("MEG", "EEG"):
        return plan_recordings(arrival, store, rules)
    raise Waits(
        {
            "no-study": "the files have no StudyInstanceUID, so nothing says which session they belong to. "
            "Export them from the scanner or archive again; as they are they stay here, safe",
            "beside": "these files are no images and lie beside sessions of several people. "
            "Import them again with --project and --subject",
        }.get(
            kind,
            "nothing here is recognised as DICOM, MEG or EEG data. Import it together with the data it belongs to",
        )
    )


def _open_session(
    arrival: Arrival, plan: ArrivalPlan, rules: SiteRules, *, source: str
) -> tuple[ImagingSession, bool, tuple[str, ...]]:
    """Project, subject, session and scans: all decided in the first transaction, for the whole arrival."""
    with transaction.atomic():
        moment = Moment(timezone.now(), source, rules.terminated_grace, ZoneInfo(rules.time_zone))
        routed = route(arrival, plan.evidence, moment)
        Project.objects.select_for_update().get(pk=routed.project.pk)
        at = timezone.now()  # after the lock: what another filing changed meanwhile is older
        session, is_new, notes = find_or_make_session(routed, arrival, plan, rules, at=at)
        made, odd = make_scans(session, plan, at=at)
        note_progress(arrival, at=at, filed_scans=F("filed_scans") + made, facts=facts_of(plan))
    return session, is_new, (*notes, *odd)


def _file_all(arrival: Arrival, plan: ArrivalPlan, session: ImagingSession, *, source: str) -> Placed:
    """Places the files in transactions of bounded size; the last one shows the session and records the Event."""
    total = Placed()
    for part, is_last in _portions(plan):
        with transaction.atomic():
            # Two arrivals of one session may be filed at once: the second sees what the first has done.
            Project.objects.select_for_update().get(pk=session.project_id)
            at = timezone.now()
            session.refresh_from_db()
            placed = place(session, part, at=at)
            note_progress(
                arrival,
                at=at,
                file_count=F("file_count") - len(part),
                byte_count=F("byte_count") - sum(file.length for _, file in part),
                filed_files=F("filed_files") + placed.amount.files,
                filed_bytes=F("filed_bytes") + placed.amount.bytes,
            )
            if is_last:
                _finish(arrival, session, at=at, source=source)
        total += placed
    return total


def _portions(plan: ArrivalPlan) -> Iterator[tuple[list[Place], bool]]:
    """What each transaction places, and whether it is the last. What only lay beside the data comes first: after a
    crash the rest is planned anew, and must tell by itself what it is. So are recordings never parted."""
    places: list[Place] = [(None, file) for file in plan.passengers]
    places += [(scan, file) for scan in plan.scans for file in scan.files]
    size = FILES_PER_TRANSACTION if plan.evidence.study_uid else len(places)
    for begin in range(0, len(places), size):
        yield places[begin : begin + size], begin + size >= len(places)


def _finish(arrival: Arrival, session: ImagingSession, *, at: datetime, source: str) -> None:
    arrival.refresh_from_db()
    was_visible = session.visible_at is not None
    if not was_visible:
        make_visible(session, at=at)
    if arrival.filed_files:
        record_event(
            Verb.SESSION_FILED,
            at=at,
            source=source,
            project=session.project,
            subject=session.subject,
            session=session,
            details={
                "arrival": arrival.id,
                "scans": arrival.filed_scans,
                "files": arrival.filed_files,
                "bytes": arrival.filed_bytes,
                "late": was_visible,
            },
        )
    Arrival.objects.filter(pk=arrival.pk).delete()


def _wait(
    arrival: Arrival,
    reason: str,
    facts: Facts,
    *,
    guesses: tuple[Guess, ...] = (),
    is_failure: bool = False,
) -> Filed:
    wait(arrival, reason, facts=facts, guesses=guesses_as_json(guesses))
    return Filed(
        arrival.id,
        arrival.group,
        files=arrival.file_count,
        bytes=arrival.byte_count,
        waits_because=reason,
        first_name=arrival.files.order_by("name").values_list("name", flat=True).first() or "",
        is_failure=is_failure,
    )


def _put_off(arrival: Arrival, outage: Exception, facts: Facts, *, by_person: bool) -> Filed | None:
    """Store or database do not answer: tried again later, for as long as it takes. Bytes that are gone stay gone."""
    is_ours = isinstance(outage, Unavailable)
    if isinstance(outage, BytesMissing) or by_person:
        reason = str(outage) if is_ours else "the database did not answer. Try it again"
        return _wait(arrival, reason, facts, is_failure=True)
    logger.warning("action=filing-put-off arrival=%s error=%s", arrival.id, type(outage).__name__)
    rest(arrival, until=timezone.now() + REST_IN_OUTAGE, is_counted=False)
    return None


def _give_up(arrival: Arrival, error: Exception, facts: Facts, *, by_person: bool) -> Filed | None:
    """An error of Fornix itself. Only its kind and place are logged: its text may hold what the files say of people."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "fornix" in frame.filename]
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(ours[-3:]))
    kind = type(error).__name__
    logger.error("action=filing-failed arrival=%s error=%s at=%s", arrival.id, kind, where)
    if by_person or arrival.attempts >= MAX_ATTEMPTS:
        return _wait(arrival, f"filing it failed: an error of Fornix itself ({kind})", facts, is_failure=True)
    rest(arrival, until=timezone.now() + REST_AFTER_FAILURE, is_counted=True)
    return None
