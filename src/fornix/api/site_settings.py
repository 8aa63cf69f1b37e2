"""The mirror's settings: what is in force and who says so; choosing those that no file or environment fixes."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router
from pydantic import Field

from fornix.access.policy import require_administrator
from fornix.api.refusals import answers
from fornix.api.shapes import Body, Shape
from fornix.booking.choices import Choice, Origin, as_file
from fornix.booking.choosing import OptionsRefused, choose_options, reset_option
from fornix.booking.options import BY_KEY
from fornix.booking.refusals import CalpendoSettingInvalid
from fornix.http.actors import actor_of
from fornix.wiring import calpendo_choices

router = Router(tags=["settings"])

Value = bool | int | float | str | list[str] | dict[str, str]
SettingKey = Annotated[
    str,
    Path(
        description="The dotted name, as in fornix.toml.",
        example="calpendo.show_empty_projects",
        max_length=100,
        pattern=r"^[a-z_.]+$",
    ),
]


class SettingOut(Shape):
    """One setting as it stands. A secret's value is never told."""

    key: str = Field(examples=["calpendo.show_empty_projects"])
    value: Value | None = Field(description="What is in force; null where nothing is.", examples=[True])
    origin: Origin = Field(description="Who says it; the environment outranks the file, the file this API.")
    is_locked: bool = Field(description="It cannot be chosen here.")
    expects: str = Field(description="What a value looks like.", examples=["true or false"])
    means: str
    problem: str = Field(description="Why the value that was chosen cannot be used.")


class SettingsOut(Shape):
    """Every setting of the mirror."""

    items: list[SettingOut]
    toml: str = Field(description="All of them as a fornix.toml, without secrets.")


class SettingChosen(Body):
    """Chooses a value."""

    value: Value = Field(description="As the setting `expects`; lists and tables as such.", examples=[True])


@router.get(
    "settings",
    response=answers(SettingsOut),
    operation_id="listSettings",
    summary="The settings of the mirror",
    url_name="api-settings",
)
def list_settings(request: HttpRequest) -> SettingsOut:
    """Every setting with its value, who says it, and whether it can be chosen here."""
    require_administrator(actor_of(request))
    choices = calpendo_choices()
    return SettingsOut(items=[_told(choice) for choice in choices], toml=as_file(choices))


@router.put(
    "settings/{key}",
    response=answers(SettingOut, 409),
    operation_id="chooseSetting",
    summary="Choose a setting",
    url_name="api-setting",
)
def choose(request: HttpRequest, key: SettingKey, chosen: SettingChosen) -> SettingOut:
    """The next sweep goes by it; the default is no choice. 409: something outranks it, or it is secret."""
    actor = actor_of(request)
    require_administrator(actor)
    choose_options(actor, {key: _typed(key, chosen.value)}, calpendo_choices(), at=timezone.now())
    return _standing(key)


@router.delete(
    "settings/{key}",
    response=answers(SettingOut),
    operation_id="resetSetting",
    summary="Take a choice back",
    url_name="api-setting",
)
def reset(request: HttpRequest, key: SettingKey) -> SettingOut:
    """Goes back to what holds without a choice; nothing chosen is fine too."""
    reset_option(actor_of(request), key, at=timezone.now())
    return _standing(key)


def _typed(key: str, value: Value) -> str:
    """A value as it is typed in, which is how options are chosen. Raises OptionsRefused."""
    option = BY_KEY.get(key)
    if option is None:
        return ""
    try:
        plain = option.kind.check(value)
        text = option.kind.write(plain)
        if not option.not_on_page and option.kind.read(text) != plain:
            raise CalpendoSettingInvalid(
                "can be written in fornix.toml only: a part of it separates entries here"
            )
    except CalpendoSettingInvalid as refusal:
        raise OptionsRefused({key: str(refusal)}) from refusal
    return text


def _standing(key: str) -> SettingOut:
    return next(_told(choice) for choice in calpendo_choices() if choice.option.key == key)


def _told(choice: Choice) -> SettingOut:
    return SettingOut(
        key=choice.option.key,
        value=choice.value,
        origin=choice.origin,
        is_locked=choice.is_locked,
        expects=choice.option.kind.expects,
        means=choice.option.means,
        problem=choice.problem,
    )
