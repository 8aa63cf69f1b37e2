"""The project or account that a command line names; who names nothing gets a sentence that leads on."""

from __future__ import annotations

from fornix.access.accounts import find_account
from fornix.catalog.projects import find_project
from fornix.errors import Invalid
from fornix.models import Account, Project


def named_project(code: str) -> Project:
    """The project that holds data under this code."""
    project = find_project(code)
    if project is None:
        raise Invalid(f"There is no project {code}. `fornix show` lists those that hold data.")
    return project


def named_account(username: str) -> Account:
    """The account of this name."""
    account = find_account(username)
    if account is None:
        raise Invalid(
            f"There is no account {username}. `fornix user list` shows all, `fornix user add` makes one."
        )
    return account
