"""Which database an archive has: a file, or a place on a PostgreSQL server. Knows no settings and no framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class DatabaseKind(StrEnum):
    """The two that Fornix works with."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """For SQLite `name` is the file's path."""

    kind: DatabaseKind
    name: str
    user: str = ""
    password: str = field(default="", repr=False)
    host: str = ""
    port: str = ""

    @property
    def path(self) -> Path:
        """The file of an SQLite database."""
        return Path(self.name)

    @property
    def variables(self) -> dict[str, str]:
        """What PostgreSQL's programs read from their environment: a password on a command line is seen by all."""
        told = {
            "PGDATABASE": self.name,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGHOST": self.host,
            "PGPORT": self.port,
        }
        return {name: value for name, value in told.items() if value}

    @property
    def connection_arguments(self) -> dict[str, str]:
        """The same for psycopg."""
        told = {
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
            "host": self.host,
            "port": self.port,
        }
        return {name: value for name, value in told.items() if value}


def address_of(settings: Mapping[str, Any]) -> DatabaseAddress:
    """The address as Django's DATABASES say it."""
    is_file = settings["ENGINE"].endswith("sqlite3")
    return DatabaseAddress(
        kind=DatabaseKind.SQLITE if is_file else DatabaseKind.POSTGRESQL,
        name=str(settings["NAME"]),
        user=str(settings.get("USER", "")),
        password=str(settings.get("PASSWORD", "")),
        host=str(settings.get("HOST", "")),
        port=str(settings.get("PORT", "")),
    )
