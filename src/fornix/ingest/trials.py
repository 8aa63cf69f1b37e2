"""Routing tried without changing anything: on an arrival, on a header that somebody brings or types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.catalog.site_rules import SiteRules
from fornix.dicom.header import DicomHeader, NotDicom, read_header
from fornix.errors import Invalid, NotVisible
from fornix.ingest.dicom_evidence import dicom_evidence, times_of
from fornix.ingest.evidence import Evidence
from fornix.ingest.meg_plan import plan_recordings
from fornix.ingest.routing import Case, Moment, Trace, case_of, trace
from fornix.ingest.rules import enabled_rules
from fornix.ingest.take import read_stored_header
from fornix.ingest.typed_header import typed_header
from fornix.models import Arrival, File, Sender
from fornix.storage.store import Store

MOST_HEADERS = 40  # of one arrival that are read for a trial
MOST_BYTES = 8 * 1024 * 1024  # of a file that somebody brings


@dataclass(frozen=True, slots=True)
class Trial:
    """What routing would do, and what it went by."""

    evidence: Evidence
    trace: Trace


def try_arrival(actor: Actor, arrival_id: str, store: Store, rules: SiteRules, *, at: datetime) -> Trial:
    """Of an arrival that waits, by what it is now. Raises NotVisible or Invalid."""
    require_administrator(actor)
    arrival = (
        Arrival.objects.select_related("sender", "upload__account", "decided_by")
        .filter(pk=arrival_id)
        .first()
    )
    if arrival is None:
        raise NotVisible("There is no such arrival; perhaps it is filed by now.")
    evidence = _evidence_of(arrival, store, rules)
    return Trial(evidence, trace(case_of(arrival, evidence, moment_of(rules, at))))


def try_header(
    actor: Actor, content: bytes, rules: SiteRules, *, at: datetime, sender_id: int | None = None
) -> Trial:
    """Of a DICOM file, or its beginning, as if this sender sent it. Raises Invalid."""
    require_administrator(actor)
    if len(content) > MOST_BYTES:
        raise Invalid(f"The beginning of a file is enough: at most {MOST_BYTES // 2**20} MB.")
    try:
        header = read_header(content)
    except NotDicom as reason:
        raise Invalid(f"This is no DICOM file. {reason}") from reason
    sender = _sender(sender_id)
    evidence = dicom_evidence([header], [times_of([header])], ZoneInfo(rules.time_zone), sender=sender)
    return _tried(evidence, sender, rules, at)


def try_values(
    actor: Actor, typed: str, rules: SiteRules, *, at: datetime, sender_id: int | None = None
) -> Trial:
    """Of a header typed in, as lines like `StudyDescription: 2023_112^Brain`. Raises Invalid."""
    require_administrator(actor)
    return try_header(actor, typed_header(typed), rules, at=at, sender_id=sender_id)


def moment_of(rules: SiteRules, at: datetime) -> Moment:
    """Now, by the site's rules."""
    return Moment(at, "trial", rules.terminated_grace, ZoneInfo(rules.time_zone))


def sampled_headers(files: Sequence[File], store: Store) -> list[DicomHeader]:
    """The headers of at most MOST_HEADERS of these files, evenly chosen, the last among them."""
    step = max(1, -(-len(files) // (MOST_HEADERS - 1)))
    chosen = {file.pk: file for file in (*files[::step], *files[-1:])}
    headers = []
    for file in chosen.values():
        with store.open(file.blob.key, file.blob.offset, file.blob.length) as stream:
            headers.append(read_stored_header(stream, file.blob.length))
    return [header for header in headers if header is not None]


def _evidence_of(arrival: Arrival, store: Store, rules: SiteRules) -> Evidence:
    kind = arrival.group.partition(":")[0]
    if kind in ("MEG", "EEG"):
        return plan_recordings(arrival, store, rules).evidence
    files = arrival.files.exclude(content_sha256="").select_related("blob").order_by("name", "pk")
    headers = sampled_headers(list(files), store) if kind == "study" else []
    if not headers:
        raise Invalid("This arrival has no DICOM study and no recording, so that it is not routed.")
    zone = ZoneInfo(rules.time_zone)
    evidence = dicom_evidence(headers, [times_of(headers)], zone, sender=arrival.sender)
    return replace(evidence, study_uid=arrival.study_uid)


def _tried(evidence: Evidence, sender: Sender | None, rules: SiteRules, at: datetime) -> Trial:
    known = (evidence.machine.sender_id, sender.pk if sender is not None else None)
    case = Case(
        evidence,
        moment_of(rules, at),
        explicit=sender.project_label if sender is not None else "",
        senders=frozenset(pk for pk in known if pk is not None),
        rules=enabled_rules(),
    )
    return Trial(evidence, trace(case))


def _sender(sender_id: int | None) -> Sender | None:
    if sender_id is None:
        return None
    sender = Sender.objects.select_related("scanner").filter(pk=sender_id).first()
    if sender is None:
        raise Invalid("There is no such sender; perhaps it was deleted.")
    return sender
