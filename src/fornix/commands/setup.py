"""Makes an archive usable before a command touches it: data folder, Django, tables."""

from __future__ import annotations

import fcntl
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from django.db.utils import DatabaseError, OperationalError

from fornix.errors import Unavailable

if TYPE_CHECKING:
    from fornix.integrity.database_address import DatabaseAddress
    from fornix.settings.environment import Environment


def open_archive(data: Path | None) -> None:
    """Creates the data folder, starts Django and brings the tables up to date.

    :param data: the folder of `--data`; None means FORNIX_DATA or its default.
    """
    _name_archive(data)
    # Names of files and texts of headers are printed as far as the terminal can show them.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        _open()
    except PermissionError as error:
        reason = f"{error.filename}: {error.strerror}"
        raise Unavailable(f"The data folder cannot be used by this account: {reason}.") from error
    except OperationalError:
        raise
    except DatabaseError as error:
        raise Unavailable(f"The database of the data folder is damaged, or none: {error}.") from error


def find_archive(data: Path | None) -> tuple[Environment, DatabaseAddress]:
    """What the settings say of an archive, and where its database is. Nothing of it is made, or brought up to date."""
    _name_archive(data)
    from fornix.integrity.database_address import address_of
    from fornix.settings.environment import database_settings, read_environment

    environment = read_environment()
    return environment, address_of(database_settings(environment))


def _name_archive(data: Path | None) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fornix.settings")
    if data is not None:
        os.environ["FORNIX_DATA"] = str(data.absolute())


def _open() -> None:
    # Importing anything of the settings reads them, so the folder must be known by then.
    from fornix.settings.environment import read_environment

    folder = read_environment().data
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"The data folder {folder} cannot be made: {error.strerror}.") from error

    import django

    django.setup()
    _migrate(folder)


def _migrate(folder: Path) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    # Two commands that start together on a new folder must not both create the tables.
    with (folder / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
