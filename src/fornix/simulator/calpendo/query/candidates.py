"""Where a query looks: at few rows when it names an id or a span of starts, else at all rows of its type."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from ..schema import BOOKING, table_of
from ..world import Row, World
from .dates import parse_wall_time
from .grammar import Condition, Expression, Group, Operator

_FROM = {"GE", "GT", "EQ"}
_TO = {"LE", "LT", "EQ"}


def candidates(world: World, type_name: str, expression: Expression | None) -> Iterable[Row]:
    """Rows among which are all that meet the expression (which `bind` has accepted), in the order of the type."""
    required = _required(expression)
    wanted = next((each.value for each in required if each.path == "id" and each.relation == "EQ"), None)
    if wanted is not None:
        row = world.find(type_name, str(int(wanted)))
        return [row] if row is not None else []
    starts = [each for each in required if each.path == "dateRange.start"]
    if table_of(type_name) == BOOKING and starts:
        return world.starting(type_name, *_span(starts))
    return world.rows(type_name)


def _required(expression: Expression | None) -> Sequence[Condition]:
    """The conditions with a value that every row found meets."""
    if isinstance(expression, Condition):
        parts: Sequence[Expression] = (expression,)
    elif isinstance(expression, Group) and expression.operator is Operator.AND:
        parts = expression.parts
    else:
        return ()
    return [
        each for each in parts if isinstance(each, Condition) and each.value is not None and not each.negated
    ]


def _span(starts: Sequence[Condition]) -> tuple[datetime | None, datetime | None]:
    bounds = [(each.relation, parse_wall_time(each.value or "")) for each in starts]
    earliest = [bound for relation, bound in bounds if relation in _FROM]
    latest = [bound for relation, bound in bounds if relation in _TO]
    return max(earliest, default=None), min(latest, default=None)
