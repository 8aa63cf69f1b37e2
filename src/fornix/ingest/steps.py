"""The steps of routing, one after the other: each names a project, has nothing to say, or makes the arrival wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fornix.booking.acceptance import closed_because
from fornix.catalog.projects import find_project
from fornix.ingest.booked import Bookings
from fornix.ingest.booking_step import booked_project
from fornix.ingest.cases import Case, Step, Told
from fornix.ingest.code_refusals import BY_ID, SHOWN, ambiguous, out_of_reach, refusal_of
from fornix.ingest.codes import find_target
from fornix.ingest.evidence import Evidence
from fornix.ingest.guessing import may_reach
from fornix.ingest.names import printable
from fornix.ingest.refusals import AmbiguousProject, ProjectTakesNothing, Waits
from fornix.ingest.rules import RulesTried
from fornix.ingest.targets import SenderUnknown, Target, target_of
from fornix.ingest.written_codes import written_codes
from fornix.models import BookingProject, ImagingSession, Project, Scan


@dataclass(slots=True)
class Way:
    """One arrival on its way. `among`: when its study lies in several projects, only these count."""

    case: Case
    tried: RulesTried
    bookings: Bookings
    told: list[Told] = field(default_factory=list)
    among: tuple[Project, ...] = ()
    unknown: list[str] = field(default_factory=list)

    def decide(self) -> tuple[Step, Target]:
        """The first step that names a project. Raises Waits."""
        step, target = self._first()
        if step is not Step.EXPLICIT and not self.case.reach.is_known:
            raise SenderUnknown(target, self.told[-1].text)
        return step, target

    def _first(self) -> tuple[Step, Target]:
        asked = {
            Step.EXPLICIT: self._explicit,
            Step.FILED: self._filed,
            Step.RULE: self._rule,
            Step.TAGS: self._tags,
            Step.BOOKING: self._booking,
        }
        for step, ask in asked.items():
            try:
                target = ask()
            except Waits as waits:
                self._tell(step, str(waits))
                raise
            if target is not None:
                return step, target
        raise self._nothing()

    def _tell(self, step: Step, text: str) -> None:
        self.told.append(Told(step, text))

    def _explicit(self) -> Target | None:
        """What a person says outranks the codes' days, and what a project takes by itself."""
        code = self.case.explicit
        if not code:
            self._tell(Step.EXPLICIT, "nobody named a project")
            return None
        try:
            target = self._named(code)
        except Waits:
            if self.case.reach.is_limited:
                raise out_of_reach(code) from None
            raise
        if target is None and self.case.may_create and not self.case.reach.is_limited:
            target = Target(code)
        if self.case.reach.is_limited and (target is None or not may_reach(target, self.case.reach)):
            raise out_of_reach(code)
        if target is None:
            raise Waits(f'there is no project "{code}". Its first data makes it: `fornix import --project`')
        self._tell(Step.EXPLICIT, f"{printable(target.label)} was named")
        return target

    def _named(self, code: str) -> Target | None:
        booked = _booked_by_id(code)
        if booked is not None:
            return target_of(booked, booked.code)
        try:
            target = find_target(code, self.case.evidence.acquired_on, self.case.moment)
        except AmbiguousProject as several:
            labelled = Project.objects.filter(label=code).first()
            if labelled is not None:
                return Target(code, labelled)
            return self._settled(code, several)
        except ProjectTakesNothing as closed:
            return target_of(closed.booking_project, code)
        if target is not None:
            return target
        # A person may mean a project by a code that Calpendo has given up, whatever day the data is of.
        project = find_project(code)
        return Target(code, project) if project is not None else None

    def _filed(self) -> Target | None:
        if not self.case.asks_filed:
            return None
        found = [project for project in filed_in(self.case.evidence) if self.case.reach.may_add_to(project)]
        if len(found) == 1:
            self._tell(Step.FILED, f"{printable(found[0].label)} holds data of this study already")
            return Target(found[0].label, found[0])
        self.among = tuple(sorted(found, key=lambda project: project.label))
        self._tell(
            Step.FILED,
            f"several projects hold data of this study: {_labels(self.among)}"
            if found
            else "nothing of this study is here yet",
        )
        return None

    def _rule(self) -> Target | None:
        for each in self.tried.tried:
            self._tell(Step.RULE, f'rule "{printable(each.rule.name)}": {each.why or "it fits"}')
        fit = self.tried.fit
        if fit is None:
            self._tell(Step.RULE, "no rule fits" if self.tried.tried else "there are no rules")
            return None
        if not fit.project:
            self._tell(Step.RULE, f'rule "{printable(fit.rule.name)}" leaves the project to the files')
            return None
        return self._by_code(Step.RULE, fit.project)

    def _tags(self) -> Target | None:
        for code in self.case.evidence.candidates:
            target = self._by_code(Step.TAGS, code)
            if target is not None:
                return target
        if not self.case.evidence.candidates:
            self._tell(Step.TAGS, "nothing in the files may be a project's code")
        return None

    def _by_code(self, step: Step, code: str) -> Target | None:
        """The project of a code; None when it is unknown, which it also is when the sender may not add to it."""
        shown = printable(code[:SHOWN])
        try:
            target = find_target(code, self.case.evidence.acquired_on, self.case.moment)
        except AmbiguousProject as several:
            target = self._settled(code, several)
        except ProjectTakesNothing as closed:
            if may_reach(target_of(closed.booking_project, code), self.case.reach):
                raise
            target = None
        if target is None or not self._counts(target):
            self.unknown.append(code)
            self._tell(step, f'no known project is called "{shown}"')
            return None
        self._tell(step, f'"{shown}" is {printable(target.label)}')
        return target

    def _counts(self, target: Target) -> bool:
        if self.among and target.project not in self.among:
            return False
        return may_reach(target, self.case.reach)

    def _settled(self, code: str, several: AmbiguousProject) -> Target | None:
        """Of several projects of one code the one whose booking it was; raises AmbiguousProject without one."""
        reachable = tuple(
            booked for booked in several.candidates if may_reach(target_of(booked, code), self.case.reach)
        )
        meant = [booked for booked in reachable if booked.pk == self.bookings.deciding_project]
        if len(reachable) == 1 and self.case.reach.is_limited:
            meant = list(reachable)
        if meant:
            return target_of(meant[0], code)
        if self.case.reach.is_limited:
            if not reachable:
                return None
            raise ambiguous(code, reachable)
        raise several

    def _booking(self) -> Target | None:
        booked, why = booked_project(self.case, self.bookings)
        if booked is None:
            self._tell(Step.BOOKING, why)
            return None
        target = target_of(booked, booked.code)
        if not self._counts(target):
            self._tell(Step.BOOKING, "no booking of a project that it may go to")
            return None
        codes = written_codes(self.unknown, self.case.evidence)
        if codes:
            self.unknown = list(codes)  # the reason leaves out the words beside them
            self._tell(Step.BOOKING, f"{why}; but the files name {_quoted(codes)}: it is only a guess")
            return None
        on, grace = self.case.evidence.acquired_on, self.case.moment.grace
        closed = closed_because(booked, on=on, grace=grace)
        if closed is not None:
            raise refusal_of(booked, closed, on, grace)
        self._tell(Step.BOOKING, why)
        return target

    def _nothing(self) -> Waits:
        concerns = () if self.case.reach.is_limited else self.tried.concerns
        minded = "".join(f"; mind that {concern}" for concern in concerns)
        if self.among:
            labels = _labels(self.among)
            return Waits(
                f"this data is filed in several projects: {labels}{minded}. Say which one, with --project"
            )
        if self.unknown:
            codes = _quoted(self.unknown)
            return Waits(f"no known project is called {codes}{minded}. Say the project, with --project")
        return Waits(f"nothing in the files names a project{minded}. Say it, with --project")


def filed_in(evidence: Evidence) -> list[Project]:
    """The projects that hold this study, or one of these recordings, already."""
    if evidence.study_uid:
        sessions = ImagingSession.objects.filter(study_uid=evidence.study_uid)
        return list(Project.objects.filter(pk__in=sessions.values("project")))
    scans = Scan.objects.filter(uid__in=[uid for uid in evidence.recording_uids if uid])
    return list(Project.objects.filter(pk__in=scans.values("session__project")))


def _booked_by_id(code: str) -> BookingProject | None:
    """The booking project that is named by its id: what tells two apart that have one code."""
    if not code.startswith(BY_ID):
        return None
    return BookingProject.objects.filter(external_id=code.removeprefix(BY_ID)).first()


def _quoted(codes: Iterable[str]) -> str:
    return ", ".join(f'"{printable(code[:SHOWN])}"' for code in dict.fromkeys(codes))


def _labels(projects: tuple[Project, ...]) -> str:
    return ", ".join(printable(project.label) for project in projects)
