"""The faults that fit one request, applied at the places where each of them bites; contract section 3.6."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..answers import Answer
from ..moment import Moment
from ..requests import Target
from ..world import Row
from .table import EFFECTS, Effect


@dataclass(frozen=True, slots=True)
class Applied:
    """A fault rule's effect with its parameters, all of them filled in."""

    name: str
    parameters: Mapping[str, Any]

    @property
    def effect(self) -> Effect:
        """What the effect does, by its name."""
        return EFFECTS[self.name]


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects on one request, in the order of their rules."""

    applied: Sequence[Applied]
    target: Target

    def instead(self, moment: Moment) -> Answer | None:
        """The answer that the first fault gives in place of Calpendo, if one does."""
        for each in self.applied:
            if each.effect.instead is not None:
                return each.effect.instead(each.parameters, moment)
        return None

    def moment(self, moment: Moment) -> Moment:
        """The moment with the state that the faults let the request see."""
        for each in self.applied:
            if each.effect.world is not None:
                moment = moment.seen_as(each.effect.world(each.parameters, moment, self.target))
        return moment

    def rows(self, rows: list[Row], moment: Moment) -> list[Row]:
        """The rows that the faults leave of those found."""
        for each in self.applied:
            if each.effect.rows is not None:
                rows = each.effect.rows(each.parameters, rows, moment)
        return rows

    def shaped(self, shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The JSON objects as the faults disfigure them."""
        for each in self.applied:
            if each.effect.shape is not None:
                shapes = each.effect.shape(each.parameters, shapes)
        return shapes

    def delivered(self, answer: Answer) -> Answer:
        """The answer with what the faults do to its way."""
        for each in self.applied:
            if each.effect.delivery is not None:
                answer = each.effect.delivery(each.parameters, answer)
        return answer
