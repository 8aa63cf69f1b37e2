"""Takes what an administrator types in for options of the mirror: all of it, or none with the reason beside each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.booking.choices import Choice, Origin
from fornix.booking.option_kinds import Plain
from fornix.booking.options import BY_KEY
from fornix.booking.refusals import CalpendoSettingInvalid
from fornix.catalog.site_settings import change_setting, reset_setting
from fornix.errors import Invalid, Refused


class OptionsRefused(Invalid):
    """Some of what was typed in cannot be used; nothing was changed. `problems` says why, by key."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(f"{key} {problem}." for key, problem in problems.items()))


class OptionLocked(Refused):
    """This is not chosen on a page here."""


def choose_options(
    actor: Actor, texts: Mapping[str, str], choices: Sequence[Choice], *, at: datetime
) -> tuple[str, ...]:
    """Chooses what differs from `choices`, which is in force now, with an Event each; returns the keys that changed.

    A text that is empty, or says the default, goes back to the default.
    """
    require_administrator(actor)
    standing = {choice.option.key: choice for choice in choices}
    wanted: dict[str, Plain | None] = {}
    problems: dict[str, str] = {}
    for key, text in texts.items():
        choice = _changeable(standing, key)
        try:
            value = _value(choice, text)
        except CalpendoSettingInvalid as refusal:
            problems[key] = str(refusal)
            continue
        is_default = value is None and choice.origin is Origin.DEFAULT
        if not is_default and (value != choice.value or choice.problem):
            wanted[key] = value
    if problems:
        raise OptionsRefused(problems)
    with transaction.atomic():
        return tuple(key for key, value in wanted.items() if _write(actor, key, value, at))


def reset_option(actor: Actor, key: str, *, at: datetime) -> bool:
    """Goes back to what holds without a choice on the page; False when nothing was chosen there."""
    require_administrator(actor)
    if key not in BY_KEY:
        raise Invalid(f"There is no setting {key}.")
    return reset_setting(actor, key, at=at)


def _changeable(standing: Mapping[str, Choice], key: str) -> Choice:
    choice = standing.get(key)
    if choice is None:
        raise Invalid(f"There is no setting {key}.")
    if choice.option.not_on_page:
        raise OptionLocked(f"{key} is not chosen on a page. {choice.option.not_on_page}")
    if choice.is_locked:
        raise OptionLocked(
            f"{key} is set in the {choice.origin.value}, which outranks this page. Change it there."
        )
    return choice


def _value(choice: Choice, text: str) -> Plain | None:
    """What the text says; None for going back to the default."""
    kind = choice.option.kind
    if not text.strip() and not kind.is_long:
        return None
    value = kind.read(text)
    return None if value == choice.option.default else value


def _write(actor: Actor, key: str, value: Plain | None, at: datetime) -> bool:
    if value is None:
        return reset_setting(actor, key, at=at)
    return change_setting(actor, key, value, at=at)
