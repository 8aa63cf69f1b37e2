"""Where the command line takes a new password from, and what it says of a weak one."""

from __future__ import annotations

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from fornix.errors import Invalid
from fornix.models import Account

LONGEST_LINE = 5000  # bytes: more is no password


def read_password(*, from_stdin: bool) -> str:
    """The first line of stdin, or what is typed, twice the same. Invalid where there is nobody to ask."""
    if from_stdin:
        line = sys.stdin.buffer.readline(LONGEST_LINE)
        try:
            return line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise Invalid("The password on stdin is not UTF-8 text.") from None
    if not sys.stdin.isatty():
        raise Invalid("There is no terminal to ask for the password: use --password-stdin.")
    try:
        password = getpass.getpass("Password: ")
        again = getpass.getpass("Again: ") if password else ""
    except EOFError:
        raise Invalid("No password was typed.") from None
    if password != again:
        raise Invalid("The two are not the same. Nothing was changed.")
    return password


def weakness_of(password: str, account: Account) -> str:
    """What makes a password easy to guess, in words; "" for a good one. The operator decides."""
    try:
        validate_password(password, account)
    except ValidationError as weakness:
        return " ".join(weakness.messages)
    return ""
