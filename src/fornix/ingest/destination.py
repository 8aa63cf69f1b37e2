"""Which subject and session an arrival joins, or the new ones it makes."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from fornix.catalog.hierarchy import (
    BIRTH_DATE_LENGTH,
    PATIENT_NAME_LENGTH,
    create_session,
    free_session_label,
    get_or_create_subject,
)
from fornix.catalog.site_rules import SiteRules
from fornix.dicom.labels import clean_label
from fornix.dicom.series import session_modality
from fornix.ingest.dropping import QUERY
from fornix.ingest.flags import raise_flag
from fornix.ingest.plans import ArrivalPlan, Person
from fornix.ingest.refusals import Waits
from fornix.ingest.routing import Routed
from fornix.ingest.session_booking import note_acquisition
from fornix.models import Arrival, File, ImagingSession, Project, Scan, Subject


def find_or_make_session(
    routed: Routed, arrival: Arrival, plan: ArrivalPlan, rules: SiteRules, *, at: datetime
) -> tuple[ImagingSession, bool, tuple[str, ...]]:
    """The session, whether it is new, and notes for the operator. Raises Waits when no subject can be told."""
    session, is_new, notes = _find_or_make(routed, arrival, plan, rules, at=at)
    zone = ZoneInfo(rules.time_zone)
    booked = note_acquisition(session, arrival, plan.evidence, routed, zone, at=at)
    return session, is_new, (*routed.concerns, *notes, *booked)


def _find_or_make(
    routed: Routed, arrival: Arrival, plan: ArrivalPlan, rules: SiteRules, *, at: datetime
) -> tuple[ImagingSession, bool, tuple[str, ...]]:
    project = routed.project
    label = _subject_label(routed, arrival, plan)
    # A person who names the subject parts people whom one PatientID and one study would put together.
    chosen = clean_label(arrival.subject_label) if arrival.decided_at else ""
    filed = _filed_session(project, plan, label, chosen)
    if filed is not None:
        _widen_modality(filed, plan)
        notes = [*_unheard(filed, arrival, plan), *_flag_two_people(filed, plan, at=at)]
        _name_patient(filed, plan)
        return filed, False, tuple(notes)
    if not label:
        raise Waits("nothing in the files names the subject. Say it, with --subject")
    subject = get_or_create_subject(project, label, prefix=rules.accession_prefix, at=at)
    named = clean_label(arrival.session_label) or clean_label(routed.session)
    joined = _session_of_the_day(subject, named, plan)
    if joined is not None:
        return joined, False, tuple(_unheard(joined, arrival, plan))
    wanted = named or plan.session_label or _made_up(subject.label, plan)
    free = free_session_label(project, wanted)
    notes = []
    if free != wanted:
        notes.append(f"the label {wanted} is taken by another session: this one is {free}, both are kept")
    session = create_session(subject, free, plan.facts, prefix=rules.accession_prefix, at=at)
    notes += _flag_two_people(session, plan, at=at)
    notes += _flag_shared_study(session, at=at)
    return session, True, tuple(notes)


def _subject_label(routed: Routed, arrival: Arrival, plan: ArrivalPlan) -> str:
    """As the sender says, else the site's rule, else the files; where nobody says it, as the booking does."""
    if plan.fixed_subject:
        return plan.subject_label
    said = clean_label(arrival.subject_label) or clean_label(routed.subject) or plan.subject_label
    if said:
        return said
    booked = routed.bookings.booking_of(routed.project.booking_project_id)
    return clean_label(booked[0].subject_label) if booked is not None else ""


def _unheard(session: ImagingSession, arrival: Arrival, plan: ArrivalPlan) -> list[str]:
    """What the sender said that changes nothing: data joins the session of its study, whatever that is called."""
    notes = []
    subject = "" if plan.fixed_subject else clean_label(arrival.subject_label)
    if subject not in ("", session.subject.label):
        notes.append(f"this data is filed already, under subject {session.subject.label}, not {subject}")
    label = clean_label(arrival.session_label)
    if label not in ("", session.label):
        notes.append(f"this data is filed already, in session {session.label}, not {label}")
    return notes


def _filed_session(project: Project, plan: ArrivalPlan, subject: str, chosen: str) -> ImagingSession | None:
    """The session of this study, of the same patient as far as the files say, or of one of these recordings."""
    evidence = plan.evidence
    if evidence.study_uid:
        rows = ImagingSession.objects.filter(project=project, study_uid=evidence.study_uid)
        of_study = list(rows.select_related("subject").order_by("id"))
        sessions = [session for session in of_study if chosen in ("", session.subject.label)]
        exact = [session for session in sessions if session.patient_id == evidence.patient_id]
        # What names nobody (reports, often) goes with a study's one session, but is of two people's nobody's.
        alone = sessions if len(sessions) == 1 and "" in (evidence.patient_id, sessions[0].patient_id) else []
        return next(iter(exact or alone), None) or _holder(of_study, plan)
    scans = Scan.objects.filter(session__project=project, uid__in=evidence.recording_uids).order_by("id")
    found = (scan.session for scan in scans.select_related("session__subject"))
    return next((session for session in found if _is_of(session, plan, subject)), None)


def _holder(sessions: list[ImagingSession], plan: ArrivalPlan) -> ImagingSession | None:
    """The one of these sessions that has some of the data already."""
    contents = [file.content_sha256 for scan in plan.scans for file in scan.files if file.content_sha256]
    held = File.objects.filter(resource__session__in=sessions, content_sha256__in=contents[:QUERY])
    file = held.select_related("resource__session").first()
    return file.resource.session if file and file.resource else None


def _is_of(session: ImagingSession, plan: ArrivalPlan, subject: str) -> bool:
    """Whether a recording of this identity is the session's: programs have given one to many people's files."""
    if subject in ("", session.subject.label):
        return True
    hashes = [file.sha256 for scan in plan.scans for file in scan.files if file.is_primary and file.length]
    return File.objects.filter(resource__session=session, blob__sha256__in=hashes[:QUERY]).exists()


def _name_patient(session: ImagingSession, plan: ArrivalPlan) -> None:
    """A session that began with files that name nobody is of the first patient who is named."""
    if session.patient_id or not plan.evidence.patient_id:
        return
    session.patient_id = plan.evidence.patient_id
    session.patient_name = session.patient_name or plan.facts.patient_name[:PATIENT_NAME_LENGTH]
    session.patient_birth_date = (
        session.patient_birth_date or plan.facts.patient_birth_date[:BIRTH_DATE_LENGTH]
    )
    session.save(update_fields=["patient_id", "patient_name", "patient_birth_date"])


def _session_of_the_day(subject: Subject, named: str, plan: ArrivalPlan) -> ImagingSession | None:
    """MEG and EEG: one session per subject and day."""
    if plan.evidence.study_uid or named:
        sessions = ImagingSession.objects.filter(
            subject=subject,
            label=named,
            study_uid="",
            modality=plan.facts.modality,
        )
        return None if plan.evidence.study_uid else sessions.first()
    if plan.facts.acquired_on is None:
        return None
    return ImagingSession.objects.filter(
        subject=subject, study_uid="", modality=plan.facts.modality, acquired_on=plan.facts.acquired_on
    ).first()


def _made_up(subject: str, plan: ArrivalPlan) -> str:
    """A label for a session whose files give none: subject, modality and day."""
    day = f"{plan.facts.acquired_on:%Y%m%d}" if plan.facts.acquired_on else ""
    return clean_label("_".join(filter(None, (subject, plan.facts.modality, day))))


def _widen_modality(session: ImagingSession, plan: ArrivalPlan) -> None:
    if not plan.evidence.study_uid:
        return
    modality = session_modality([session.modality, plan.facts.modality])
    if modality != session.modality:
        session.modality = modality
        session.save(update_fields=["modality"])


def _flag_two_people(session: ImagingSession, plan: ArrivalPlan, *, at: datetime) -> list[str]:
    """Some centres use a PatientID twice: two names or birth dates under one subject are shown, and nothing merged."""
    here = {*plan.people, _person_of(session)}
    odd = _difference(here)
    where = "in this session"
    for other in ImagingSession.objects.filter(subject=session.subject).exclude(pk=session.pk).order_by("id"):
        if odd:
            break
        odd, where = _difference({*here, _person_of(other)}), f"see {other.accession}"
    if not odd:
        return []
    detail = f"two patient {odd} under subject {session.subject.accession}: {where}"
    is_new = raise_flag(session, "two_people", detail, at=at)
    return [f"{detail}. Nothing was merged; look at both"] if is_new else []


def _flag_shared_study(session: ImagingSession, *, at: datetime) -> list[str]:
    """Two patients under one StudyInstanceUID are two sessions; one of them is odd."""
    alike = ImagingSession.objects.filter(project=session.project, study_uid=session.study_uid)
    other = alike.exclude(study_uid="").exclude(pk=session.pk).order_by("id").first()
    if other is None:
        return []
    detail = f"another patient has the same study: see {other.accession}"
    raise_flag(session, "shared_study", detail, at=at)
    return [f"{detail}. Nothing was merged; look at both"]


def _person_of(session: ImagingSession) -> Person:
    return Person.of(session.patient_name, session.patient_birth_date)


def _difference(people: set[Person]) -> str:
    """What tells these people apart; what is not known tells nothing."""
    if len({person.name for person in people} - {""}) > 1:
        return "names"
    return "birth dates" if len({person.birth_date for person in people} - {""}) > 1 else ""
