"""The options of the mirror as the page of settings shows them: values as texts, origins in words, choices on offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fornix.booking.candidates import PROJECT_FIELDS, candidates_of, places_of_pi
from fornix.booking.choices import Choice, Origin
from fornix.booking.explore import Explored, SeenProperty
from fornix.booking.options import PASSWORD, PASSWORD_FILE, Option, Section

TITLES = {
    Section.CONNECTION: ("Connection", "Where Calpendo is, and who asks it", "the connection"),
    Section.PROJECTS: ("What is mirrored", "Scanners, projects, principal investigators", "what is mirrored"),
    Section.NAMES: (
        "Names in this Calpendo",
        "Which types and properties hold what the mirror needs",
        "the names",
    ),
    Section.BELIEF: (
        "What is believed",
        "When an answer is complete, and when something is gone",
        "what is believed",
    ),
    Section.GUARDS: ("Limits", "Beyond these, changes are held until an administrator decides", "the limits"),
}
ORIGINS = {
    Origin.ENVIRONMENT: "set in the environment",
    Origin.FILE: "set in {file}",
    Origin.PAGE: "chosen here",
    Origin.DEFAULT: "default",
}
SHORT = {"url", "pi"}
_FIELDS, _PI = "calpendo.fields.", "calpendo.pi"


@dataclass(frozen=True, slots=True)
class Offer:
    """A value on offer: how it is written, what is said of it, whether it is the present one."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One option. `text` is what its field holds, `in_force` what holds now; both differ after a refusal.

    `offers` are what was seen in this Calpendo, none before somebody looked.
    """

    key: str
    name: str
    label: str
    means: str
    text: str
    in_force: str
    default: str
    kind: str
    is_long: bool
    is_locked: bool
    origin: str
    locked_because: str
    can_be_reset: bool
    problem: str
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionLines:
    """One part of the page."""

    id: str
    title: str
    hint: str
    saves: str
    lines: tuple[SettingLine, ...]

    @property
    def is_editable(self) -> bool:
        """Whether there is anything to save."""
        return any(not line.is_locked for line in self.lines)


def section_lines(
    choices: Sequence[Choice],
    typed: Mapping[str, str],
    problems: Mapping[str, str],
    explored: object,
) -> tuple[SectionLines, ...]:
    """All parts. `typed` is shown again where it was refused, with its problem beside."""
    seen = explored if isinstance(explored, Explored) else None
    return tuple(
        SectionLines(
            section.value,
            *TITLES[section],
            tuple(
                _line(choice, choices, typed, problems, seen)
                for choice in choices
                if choice.option.section is section
            ),
        )
        for section in Section
    )


def _line(
    choice: Choice,
    choices: Sequence[Choice],
    typed: Mapping[str, str],
    problems: Mapping[str, str],
    seen: Explored | None,
) -> SettingLine:
    option = choice.option
    in_force = "" if choice.value is None else option.kind.write(choice.value)
    text = typed.get(option.key, in_force)
    return SettingLine(
        key=option.key,
        name=option.key.removeprefix("calpendo."),
        label=_label(option),
        means=option.means,
        text=text,
        in_force=in_force,
        default="" if option.default is None else option.kind.write(option.default).replace("\n", ", "),
        kind=option.kind.name,
        is_long=option.kind.is_long,
        is_locked=choice.is_locked,
        origin=_origin(choice, choices),
        locked_because=option.not_on_page,
        can_be_reset=choice.origin is Origin.PAGE,
        problem=problems.get(option.key, choice.problem),
        offers=_offers(option, text, seen) if seen and not choice.is_locked else (),
    )


def _label(option: Option) -> str:
    if option.name in SHORT:
        return option.name.upper()
    words = option.name.removesuffix("_s").replace("_", " ")
    return words[:1].upper() + words[1:]


def _origin(choice: Choice, choices: Sequence[Choice]) -> str:
    if choice.option is PASSWORD and choice.origin is Origin.DEFAULT:
        has_file = any(each.option is PASSWORD_FILE and each.value for each in choices)
        return "in the password file" if has_file else "not set"
    if choice.origin is Origin.DEFAULT and choice.value is None:
        return "not set"
    return ORIGINS[choice.origin].format(file="fornix.toml")


def _offers(option: Option, text: str, seen: Explored) -> tuple[Offer, ...]:
    if option.key == _PI:
        present = text.splitlines()
        others = [place for place in places_of_pi(seen) if place not in present]
        return tuple(Offer(place, _of_place(place, seen), place in present) for place in (*present, *others))
    if not option.key.startswith(_FIELDS):
        return ()
    names = candidates_of(option.name, seen)
    known = {each.name: each for each in (seen.project if option.name in PROJECT_FIELDS else seen.person)}
    return tuple(
        Offer(name, _told(known.get(name)), name == text) for name in dict.fromkeys((*names, text)) if name
    )


def _of_place(place: str, seen: Explored) -> str:
    kind, _, name = place.partition(":")
    properties = seen.person if kind == "person" else seen.project
    return _told(next((each for each in properties if each.name == name), None))


def _told(seen: SeenProperty | None) -> str:
    if seen is None:
        return "not seen in the objects that were looked at"
    examples = ", ".join(seen.examples)
    return f"{seen.shape.value}: {examples}" if examples else seen.shape.value


def modality_field(resource_id: str) -> str:
    """The form's field that says what a resource counts as."""
    return f"scanner:{resource_id}"
