"""Asks Calpendo for whole lists with the properties that it has, and for single projects where lists say too little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from typing import Any

from fornix.booking.answer import settings_resource
from fornix.booking.client import PARALLEL, CalpendoClient
from fornix.booking.config import CalpendoConfig, FieldNames
from fornix.booking.refusals import QueryRefused
from fornix.booking.standing import ProjectStanding, project_standing
from fornix.booking.wire import ABSENT, UNKNOWN, read_id, read_path, read_required_text

MOST_LOST_SHARE = 0.01

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RawList:
    """A list as it came; `refused` are wanted properties that this Calpendo does not have."""

    rows: Sequence[Row]
    refused: tuple[str, ...] = ()
    flaws: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lists:
    """The three lists that a sweep is made of."""

    resources: RawList
    projects: RawList
    people: RawList

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of all three."""
        return [*self.resources.rows, *self.projects.rows, *self.people.rows]


def fetch_lists(client: CalpendoClient, config: CalpendoConfig) -> Lists:
    """Resources, projects, people.

    Projects and people are read one right after the other (contract calpendo 4.4), projects first: whoever joins
    one in between is then among the people already.
    """
    return Lists(
        fetch_resources(client, config), fetch_projects(client, config), fetch_people(client, config)
    )


def fetch_resources(client: CalpendoClient, config: CalpendoConfig) -> RawList:
    """What can be booked."""
    return _fetch(client, config.types.resource, ("id", "name"), (), config.fields)


def fetch_projects(client: CalpendoClient, config: CalpendoConfig) -> RawList:
    """The projects, with their sets where lists give such."""
    names = config.fields
    needed = ("id", names.name, names.code, "status", names.owner, names.users)
    pi = (source.property for source in config.pi if source.kind != "person")
    wanted = (
        "type", names.groups, names.resource_settings, settings_resource(names), "created", "modified", *pi
    )  # fmt: skip
    return _fetch(client, config.types.project, needed, wanted, names)


def fetch_people(client: CalpendoClient, config: CalpendoConfig) -> RawList:
    """The users."""
    names = config.fields
    leads = (source.property for source in config.pi if source.kind == "person")
    wanted = (
        names.given_name, names.family_name, names.login_name, names.login_identifier, names.expiry_date,
        "modified", *leads,
    )  # fmt: skip
    return _fetch(client, config.types.person, ("id", "status", names.email), wanted, names)


def _fetch(
    client: CalpendoClient, type_name: str, needed: Sequence[str], wanted: Sequence[str], names: FieldNames
) -> RawList:
    """A list with all properties, or without those of the wanted ones that this Calpendo does not know (400)."""
    needed, wanted = tuple(dict.fromkeys(needed)), tuple(dict.fromkeys(wanted))
    refused: tuple[str, ...] = ()
    try:
        rows = client.fetch_list(type_name, (*needed, *wanted))
    except QueryRefused:
        refused = tuple(path for path in wanted if not client.knows(type_name, path))
        try:
            rows = client.fetch_list(type_name, (*needed, *(path for path in wanted if path not in refused)))
        except QueryRefused as refusal:
            raise _named(client, type_name, needed, names, refusal) from refusal
    objects = [row for row in rows if isinstance(row, dict)]
    flaws = (
        () if len(objects) == len(rows) else (f"the list of {type_name} holds things that are no objects",)
    )
    return RawList(objects, refused, flaws)


def _named(
    client: CalpendoClient, type_name: str, needed: Sequence[str], names: FieldNames, refusal: QueryRefused
) -> QueryRefused:
    """The same refusal, with the properties that are missing and the options that choose others."""
    missing = [path for path in needed if not client.knows(type_name, path)]
    options = [
        f"calpendo.fields.{field.name}" for field in fields(names) if getattr(names, field.name) in missing
    ]
    if not missing:
        return refusal
    hint = f" Choose which property it is there: {', '.join(options)}." if options else ""
    return QueryRefused(f"This Calpendo's {type_name} has no {', '.join(missing)} (400).{hint}")


def with_sets(client: CalpendoClient, config: CalpendoConfig, projects: RawList) -> RawList:
    """The projects with their sets. Where no list row carries any, the mirrored projects are read one by one."""
    if not lack_sets(projects.rows, config.fields):
        return projects
    ids = [
        found
        for row in projects.rows
        if _is_worth_reading(row, config.fields.code) and (found := read_id(read_path(row, "id")))
    ]
    details = _read_singly(client, config.types.project, ids)
    lost = {found for found, detail in details.items() if detail is None}
    if lost:
        # Listed, and not there when asked for: one of the two answers is old. The list is asked once more (4.4.7).
        still_listed = {read_id(read_path(row, "id")) for row in fetch_projects(client, config).rows}
        projects = replace(
            projects, rows=[row for row in projects.rows if _id_of(row) not in lost - still_listed]
        )
        lost &= still_listed
    flaws = projects.flaws
    if len(lost) > MOST_LOST_SHARE * len(ids):
        flaws = (*flaws, f"{len(lost)} of {len(ids)} projects are listed and cannot be read one by one")
    rows = [_merged(row, details.get(_id_of(row) or "")) for row in projects.rows]
    note = f"Calpendo's lists do not tell all of a project: {len(ids)} projects were read one by one"
    return replace(projects, rows=rows, flaws=flaws, notes=(*projects.notes, note))


def _read_singly(client: CalpendoClient, type_name: str, ids: Sequence[str]) -> dict[str, Row | None]:
    with ThreadPoolExecutor(PARALLEL) as pool:
        return dict(zip(ids, pool.map(lambda found: client.fetch_object(type_name, found), ids), strict=True))


def _id_of(row: Row) -> str | None:
    return read_id(read_path(row, "id"))


def lack_sets(rows: Sequence[Row], names: FieldNames) -> bool:
    """Whether no row of a list tells its users, or none tells what it may book. What is hidden was told."""
    settings = (names.resource_settings, settings_resource(names))
    return bool(rows) and not (
        any(_tells(row, names.users) for row in rows)
        and any(_tells(row, path) for row in rows for path in settings)
    )


def _tells(row: Row, path: str) -> bool:
    return read_path(row, path) not in (ABSENT, None)


def _is_worth_reading(row: Row, code_field: str) -> bool:
    """Mirrored projects with a code; and all of them where the list does not even tell the status."""
    if read_path(row, "status") is ABSENT:
        return True
    status = read_required_text(row, "status")
    code = read_required_text(row, code_field)
    return status is not UNKNOWN and code is not UNKNOWN and is_mirrored(status)


def is_mirrored(status: str) -> bool:
    """Whether a project of this status gives rights."""
    return project_standing(status) is ProjectStanding.MIRRORED


def _merged(row: Row, detail: Row | None) -> Row:
    properties = detail.get("properties") if detail else None
    if not isinstance(properties, dict):
        return row
    # What the list said stays: it was judged as one answer, and is of one moment.
    return {**{name: value for name, value in row.items() if value is not None}, "properties": properties}
