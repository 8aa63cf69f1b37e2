"""What one request sees: the state, the variant and the clock, all of one moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from .requests import Credentials
from .schema import AUTHENTICATION_METHOD, USER
from .switches import Switches
from .world import Row, World

_MAY_WORK = {"Normal", "Password must be reset at next login"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A state with its clock (UTC), the passwords in force, and how to look back or at another site."""

    world: World
    switches: Switches
    clock: datetime
    passwords: Mapping[str, str]
    earlier: Callable[[float], World]
    elsewhere: Callable[[], World]

    def seen_as(self, world: World) -> "Moment":
        """The same moment with another state before the eyes."""
        return replace(self, world=world)

    def admits(self, credentials: Credentials | None) -> bool:
        """Whether these credentials open the read interfaces: a local account in a working state."""
        if credentials is None or self.passwords.get(credentials.account) != credentials.password:
            return False
        row = self._user(credentials.account)
        return row is None or (row.values.get("status") in _MAY_WORK and self._is_local(row))

    def _user(self, login: str) -> Row | None:
        return next((u for u in self.world.rows(USER) if u.values.get("loginName") == login), None)

    def _is_local(self, user: Row) -> bool:
        method = self.world.find(AUTHENTICATION_METHOD, str(user.values.get("authenticationMethod")))
        return method is None or method.values.get("local") is True
