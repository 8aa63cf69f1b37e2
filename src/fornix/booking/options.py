"""Every option of [calpendo] that a site has: its name, kind, default and meaning.

Files, the environment, the page of settings and docs/settings.md all follow this one list.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fornix.booking import option_kinds as kinds
from fornix.booking.config import (
    DEFAULT_EXCLUDED,
    DEFAULT_PI,
    USUAL_ROLES,
    FieldNames,
    Thresholds,
    TypeNames,
)
from fornix.booking.option_kinds import Kind, Plain

TABLE = "calpendo"
DAY_S = 24 * 3600


class Section(StrEnum):
    """The parts of the page of settings."""

    CONNECTION = "connection"
    PROJECTS = "projects"
    NAMES = "names"
    BELIEF = "belief"
    GUARDS = "guards"


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `default` is None where there is none; `not_on_page` says why a page does not change it."""

    key: str
    section: Section
    kind: Kind
    default: Plain | None
    means: str
    env: str = ""
    not_on_page: str = ""

    @property
    def name(self) -> str:
        """The key within its table."""
        return self.key.rpartition(".")[2]

    @property
    def table(self) -> str:
        """The table of the file that holds it."""
        return self.key.rpartition(".")[0]


_CHOSEN_BY_PAGE = "A page that chose the file could have any file of this machine sent away."
_RIGHTS_CARRY_IT = (
    "The rights that the mirror gave carry this name: choose it in fornix.toml, before the first sweep."
)

_CONNECTION = (
    Option(
        "calpendo.url", Section.CONNECTION, kinds.ADDRESS, None,
        "Calpendo's address, https unless it is on this machine; without it there is no mirror",
        env="FORNIX_CALPENDO_URL",
    ),
    Option(
        "calpendo.username", Section.CONNECTION, kinds.TEXT, None,
        "the service account's user name: a local account of Calpendo in status Normal",
        env="FORNIX_CALPENDO_USERNAME",
    ),
    Option(
        "calpendo.password_file", Section.CONNECTION, kinds.TEXT, None,
        "a file that holds the password and that only its owner can read (mode 600)",
        not_on_page=_CHOSEN_BY_PAGE,
    ),
    Option(
        "calpendo.password", Section.CONNECTION, kinds.SECRET, None,
        "the password itself; only in a TOML file that only its owner can read (mode 600)",
        env="FORNIX_CALPENDO_PASSWORD", not_on_page="A secret does not travel through pages.",
    ),
    Option(
        "calpendo.instance", Section.CONNECTION, kinds.INSTANCE, "main",
        "what the mirror's rights carry as their source, `calpendo:main`",
        not_on_page=_RIGHTS_CARRY_IT,
    ),
    Option(
        "calpendo.time_zone", Section.CONNECTION, kinds.ZONE, None,
        "the zone that bookings are written in; without it that of `FORNIX_TIME_ZONE`",
        env="FORNIX_CALPENDO_TIME_ZONE",
    ),
    Option(
        "calpendo.interval_s", Section.CONNECTION, kinds.count_kind(1, 7 * DAY_S, "seconds"), 3600,
        "seconds between two sweeps; each is up to a tenth earlier or later, and never less than ten seconds pass",
        env="FORNIX_SWEEP_INTERVAL_S",
    ),
)  # fmt: skip

_PROJECTS = (
    Option(
        "calpendo.scanners", Section.PROJECTS, kinds.SCANNERS, {},
        "which resources are scanners, by id; projects that may book none of them are not mirrored. "
        "Without any: those whose name has the word MRI or MEG, and not Mock",
        env="FORNIX_CALPENDO_SCANNERS",
    ),
    Option(
        "calpendo.excluded_codes", Section.PROJECTS, kinds.PATTERNS, list(DEFAULT_EXCLUDED),
        "projects that are none: expressions on the whole code, whatever its case; `_` fits every separator",
        env="FORNIX_CALPENDO_EXCLUDED_CODES",
    ),
    Option(
        "calpendo.pi", Section.PROJECTS, kinds.PLACES_OF_PI,
        [f"{source.kind}:{source.property}" for source in DEFAULT_PI],
        "where a project's PI is written, tried in this order. `reference:` a property that refers to a user, `email:` "
        "one with an e-mail, `name:` one with a name (shown, gives no right), `person:` a property of the owner",
        env="FORNIX_CALPENDO_PI",
    ),
    Option(
        "calpendo.roles", Section.PROJECTS, kinds.ROLES, dict(USUAL_ROLES),
        "which role here each part in a project gives: `owner`, `pi` and `user` with owner, member or collaborator; "
        "a change applies with the next sweep, within its guards",
    ),
    Option(
        "calpendo.show_empty_projects", Section.PROJECTS, kinds.CHOICE, default=False,
        means="whether people see their projects before data of them have arrived, marked “no data yet”",
    ),
    Option(
        "calpendo.terminated_grace_days", Section.PROJECTS, kinds.count_kind(0, 3650, "days"),
        90,
        "for how many days after a project is Terminated new data are filed to it by themselves",
    ),
    Option(
        "calpendo.alias_domains", Section.PROJECTS, kinds.DOMAINS, {},
        "e-mail domains that are another spelling of one domain, for people with several addresses",
    ),
    Option(
        "calpendo.login_realm", Section.PROJECTS, kinds.TEXT, None,
        "the realm of single sign-on whose subjects are Calpendo's log-in identifiers and log-in names: people are "
        "linked by it before the e-mail is looked at. Without it, only by e-mail",
    ),
    Option(
        "calpendo.suspend_logins", Section.PROJECTS, kinds.CHOICE, default=False,
        means="whether people who are Blocked, Denied or Expired in Calpendo may not log in here either; never "
        "administrators. They may again when they may work in Calpendo, or when this is switched off",
    ),
    Option(
        "calpendo.booking_subject_pattern", Section.PROJECTS, kinds.SUBJECT_PATTERN, None,
        "finds the subject's label in the title or description of a booking, in its group `subject`. Without it, "
        "neither is read; with it, nothing but the label is kept",
    ),
)  # fmt: skip

_TYPE_MEANS = {
    "project": "projects",
    "person": "users",
    "resource": "what can be booked",
    "booking": "bookings",
}
_FIELD_MEANS = {
    "code": "the project's short code, which scanners and folders carry",
    "name": "the project's title",
    "owner": "the user who owns the project",
    "users": "the set of users who may book for it",
    "resource_settings": "the settings that say which resources it may book",
    "groups": "the project's groups",
    "login_name": "the user's log-in name",
    "login_identifier": "the user's identifier at single sign-on",
    "email": "the user's e-mail",
    "given_name": "the user's given name",
    "family_name": "the user's family name",
    "expiry_date": "the last day of the user's account",
}
_NAMES = (
    *(
        Option(
            f"calpendo.types.{name}", Section.NAMES, kinds.TYPE, getattr(TypeNames(), name),
            f"what this Calpendo calls the type of {means}",
        )
        for name, means in _TYPE_MEANS.items()
    ),
    *(
        Option(
            f"calpendo.fields.{name}", Section.NAMES, kinds.PROPERTY, getattr(FieldNames(), name),
            f"which property holds {means}",
        )
        for name, means in _FIELD_MEANS.items()
    ),
)  # fmt: skip

_BELIEF = (
    Option(
        "calpendo.sentinel_projects", Section.BELIEF, kinds.IDS, [],
        "ids of projects that every complete answer contains; where one is missing, nothing is changed",
    ),
    Option(
        "calpendo.sentinel_people", Section.BELIEF, kinds.IDS, [],
        "ids of users that every complete answer contains, too",
    ),
    Option(
        "calpendo.term_ends", Section.BELIEF, kinds.DAYS, [],
        "days on which many users expire at once; on them, and the day after, nobody need be asked",
    ),
    Option(
        "calpendo.vanish_sweeps", Section.BELIEF, kinds.count_kind(1, 1000, "sweeps"), 3,
        "in how many complete answers in a row a project or user is missing before it counts as vanished",
    ),
    Option(
        "calpendo.vanish_hours", Section.BELIEF, kinds.count_kind(0, 8760, "hours"), 24,
        "and for how many hours at least; what has vanished is frozen and reported, never removed",
    ),
)  # fmt: skip

_GUARD_MEANS = {
    "removed_share": "removals of rights by one sweep, as a share of all; the larger of this and the next counts",
    "removed_most": "removals of rights by one sweep, as a number",
    "of_project_share": "removals from one project, as a share of its people; all of them always wait",
    "inactive_share": "users who become inactive at once, as a share",
    "inactive_most": "users who become inactive at once, as a number",
    "unmirrored_share": "projects that are mirrored no longer, as a share",
    "unmirrored_most": "projects that are mirrored no longer, as a number",
    "added_share": "rights that one sweep gives, as a share of those there are",
    "added_most": "rights that one sweep gives, as a number",
    "added_few": "from how many new rights on a share counts at all",
    "few": "from how many people or projects on a share counts at all",
}
_COUNTS = kinds.count_kind(0, 1_000_000)
_GUARDS = tuple(
    Option(
        f"calpendo.guards.{name}",
        Section.GUARDS,
        kinds.SHARE if name.endswith("_share") else _COUNTS,
        getattr(Thresholds(), name),
        means,
    )
    for name, means in _GUARD_MEANS.items()
)

OPTIONS: tuple[Option, ...] = (*_CONNECTION, *_PROJECTS, *_NAMES, *_BELIEF, *_GUARDS)
BY_KEY = {option.key: option for option in OPTIONS}
BY_ENV = {option.env: option for option in OPTIONS if option.env}
PASSWORD, PASSWORD_FILE = BY_KEY["calpendo.password"], BY_KEY["calpendo.password_file"]
