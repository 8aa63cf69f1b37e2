"""Shows the first projects of a Calpendo as the mirror would read them with this configuration. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fornix.booking.answer import Answer, PersonRow, ProjectRow
from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.discover import LOOKING_ON
from fornix.booking.eligibility import is_excluded, modality_of
from fornix.booking.fetch_lists import Row, fetch_lists, is_mirrored, with_sets
from fornix.booking.identity import fold_email
from fornix.booking.mirror import Person
from fornix.booking.pi import resolve_pi
from fornix.booking.read_lists import read_lists
from fornix.booking.wire import UNKNOWN, References, Text, detect_spelling, read_required_text

FIRST = 20
NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class PreviewProject:
    """A project as read. Texts are "not told" where the answer does not say; `why_not` is "" for what is mirrored."""

    id: str
    code: str
    name: str
    status: str
    owner: str
    pi: str
    pi_is_person: bool
    people: int | None
    scanners: tuple[str, ...]
    why_not: str


@dataclass(frozen=True, slots=True)
class PreviewResource:
    """A resource, and what it counts as: MR, MEG or nothing."""

    id: str
    name: str
    modality: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The first projects, those first that give rights; and all resources."""

    projects: tuple[PreviewProject, ...]
    of_projects: int
    resources: tuple[PreviewResource, ...]
    notes: tuple[str, ...]


def preview(config: CalpendoConfig) -> Preview:
    """Reads the lists as a sweep would; raises what the connection does."""
    with CalpendoClient(config, LOOKING_ON) as client:
        lists = fetch_lists(client, config)
        chosen = sorted(lists.projects.rows, key=lambda row: not _gives_rights(row))[:FIRST]
        few = replace(lists, projects=with_sets(client, config, replace(lists.projects, rows=chosen)))
    answer = read_lists(few, config, detect_spelling(lists.rows))
    resources = tuple(
        PreviewResource(each.id, each.name, modality_of(each.id, each.name, config.scanners))
        for each in answer.resources
    )
    people = _people(answer, config)
    leads = {row.id: row.leads for row in answer.people}
    return Preview(
        projects=tuple(_project(row, config, resources, people, leads) for row in answer.projects),
        of_projects=len(lists.projects.rows),
        resources=resources,
        notes=answer.flaws,
    )


def _gives_rights(row: Row) -> bool:
    status = read_required_text(row, "status")
    return status is not UNKNOWN and is_mirrored(status)


def _people(answer: Answer, config: CalpendoConfig) -> Mapping[str, Person]:
    return {row.id: _person(row, dict(config.alias_domains)) for row in answer.people}


def _person(row: PersonRow, aliases: Mapping[str, str]) -> Person:
    email = _told(row.email)
    return Person(
        row.id,
        given_name=_told(row.given_name),
        family_name=_told(row.family_name),
        email=email,
        folded_email=fold_email(email, aliases),
        login_name=_told(row.login_name),
        is_active=True,
    )


def _told(value: Text, otherwise: str = "") -> str:
    return otherwise if value is UNKNOWN else value


def _project(
    row: ProjectRow,
    config: CalpendoConfig,
    resources: tuple[PreviewResource, ...],
    people: Mapping[str, Person],
    leads: Mapping[str, Mapping[str, Text]],
) -> PreviewProject:
    owner = "" if row.owner is UNKNOWN else row.owner
    pi = resolve_pi(config.pi, row.pi, leads.get(owner, {}), people, dict(config.alias_domains))
    booked = row.resources.ids if isinstance(row.resources, References) else ()
    scanners = tuple(each.name or each.id for each in resources if each.modality and each.id in booked)
    return PreviewProject(
        id=row.id,
        code=_told(row.code, NOT_TOLD),
        name=_told(row.name, NOT_TOLD),
        status=_told(row.status, NOT_TOLD),
        owner=people[owner].display_name if owner in people else (f"user {owner}" if owner else NOT_TOLD),
        pi=pi.text or pi.email,
        pi_is_person=pi.person_id is not None,
        people=len(row.users.ids) if isinstance(row.users, References) else None,
        scanners=scanners,
        why_not=_why_not(row, config, has_scanner=bool(scanners)),
    )


def _why_not(row: ProjectRow, config: CalpendoConfig, *, has_scanner: bool) -> str:
    if row.status is UNKNOWN or not is_mirrored(row.status):
        return "its status gives no rights"
    if is_excluded(_told(row.code), config.excluded):
        return "its code is excluded"
    if row.resources is UNKNOWN:
        return "what it may book is not told"
    return "" if has_scanner else "it may book no scanner"
