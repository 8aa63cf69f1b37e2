"""Who asks: a person behind a page or a token, or the operator at the command line."""

from __future__ import annotations

from dataclasses import dataclass

from fornix.models import Account, ApiToken


@dataclass(frozen=True, slots=True)
class Actor:
    """One who asks. Without an account and not the operator: a stranger, who may nothing."""

    account: Account | None = None
    token: ApiToken | None = None
    address: str = ""
    source: str = "web"  # "web" | "token" | "command" | "worker"; written into Events
    is_operator: bool = False

    @property
    def is_administrator(self) -> bool:
        """May see and change everything."""
        if self.is_operator:
            return True
        return self.account is not None and self.account.is_active and self.account.is_administrator


STRANGER = Actor()
# Whoever can run `fornix` on the machine can read its data folder too: the command line is the operator's.
OPERATOR = Actor(source="command", is_operator=True)
