"""Fixtures of all tests. Each worker has its own data folder and database; the caller's archive is never touched."""

from __future__ import annotations

import dataclasses
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that tests import each other's plain modules as `tests.factories`

from tests.peers import (  # noqa: E402
    CHROMIUM,
    DCMTK,
    ORTHANC,
    Peer,
    missing_peers,
    missing_report,
    peers_are_required,
)

SHARED_DATA = ROOT.parent / "shared" / "data"
KEPT = {"FORNIX_DATABASE", "FORNIX_REQUIRE_PEERS", "FORNIX_TEST_PART"}

USES_DATABASE = {"db", "transactional_db", "live_server", "command_environment"}

# The caller's own FORNIX_* would make the tests speak to his archive, or to his Calpendo; programs that
# tests start inherit this.
for name in [name for name in os.environ if name.startswith("FORNIX_") and name not in KEPT]:
    del os.environ[name]
WORKER_FOLDER = Path(tempfile.mkdtemp(prefix="fornix-tests-"))
os.environ["FORNIX_DATA"] = str(WORKER_FOLDER / "data")

# Nothing is timed, and nothing is written into the checkout.
hypothesis.settings.register_profile("fornix", deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile("fornix")


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings again: pytest-django has loaded them before this file, from the caller's environment."""
    from django.conf import settings

    from fornix.settings.environment import read_environment

    settings.FORNIX = read_environment()
    settings.FORNIX.data.mkdir(parents=True)
    # Made to be slow, and not what is tested; what is tested says so itself.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(WORKER_FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, as in life: a database in memory cannot be shared by threads or other programs."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(WORKER_FOLDER / "test.sqlite3")


def touches_the_database(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("postgresql")
    return marked is not None or not USES_DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The second part of a run repeats on PostgreSQL only what can differ there."""
    if os.environ.get("FORNIX_TEST_PART") == "postgresql":
        kept = [item for item in items if touches_the_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if not touches_the_database(item)])
        items[:] = kept
    if not os.environ.get("FORNIX_DATABASE"):
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(pytest.mark.skip(reason="runs in the second part, on PostgreSQL"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = missing_report(missing_peers())
    if not SHARED_DATA.is_dir():
        lines.append("MISSING real scanner files: the tests on them need ../shared/data beside the checkout")
    if lines:
        terminalreporter.section("not everything was tested", sep="=", yellow=True, bold=True)
        for line in lines:
            terminalreporter.write_line(line, yellow=True)


def without(reason: str) -> None:
    """This test cannot run here: skipped on a desk, failed on the build machine."""
    if peers_are_required():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def path_of(peer: Peer) -> Path:
    found = peer.find()
    if found is None:
        without(f"{peer.name} is not installed: {peer.install}")
    return found


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real scanner files beside the checkout."""
    if not SHARED_DATA.is_dir():
        without("no ../shared/data beside the checkout")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def own_data_folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of one test are rolled back, its bytes are not: each has a store of its own."""
    if not touches_the_database(request.node):
        return
    from django.conf import settings

    from fornix import wiring

    folder = tmp_path / "archive"
    folder.mkdir()
    monkeypatch.setattr(settings, "FORNIX", dataclasses.replace(settings.FORNIX, data=folder))
    wiring.store.cache_clear()
    wiring.fixed_rules.cache_clear()


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """An empty data folder, for tests that start the command line on an archive of their own."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@contextmanager
def new_database(server: str, template: str = "template1") -> Iterator[str]:
    """The address of a database of its own on a PostgreSQL server, as the template is."""
    import psycopg

    name = f"fornix_{secrets.token_hex(8)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def empty_archive() -> Iterator[dict[str, str]]:
    """The environment of an archive that holds nothing: its tables are made once, and then copied."""
    environment = os.environ | {"FORNIX_DATA": str(WORKER_FOLDER / "empty")}
    server = environment.pop("FORNIX_DATABASE", "")
    with new_database(server) if server else nullcontext("") as address:
        environment |= {"FORNIX_DATABASE": address} if address else {}
        make = [Path(sys.executable).with_name("fornix"), "show"]
        subprocess.run(make, env=environment, check=True, capture_output=True, timeout=120)
        yield environment


@pytest.fixture
def command_environment(data_folder: Path, empty_archive: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a `fornix` that runs as a program, on an empty archive and this part's database."""
    environment = os.environ | {"FORNIX_DATA": str(data_folder)}
    shutil.copytree(empty_archive["FORNIX_DATA"], data_folder, dirs_exist_ok=True)
    server = environment.pop("FORNIX_DATABASE", "")
    if not server:
        yield environment
        return
    template = urlsplit(empty_archive["FORNIX_DATABASE"]).path.lstrip("/")
    with new_database(server, template) as address:
        yield environment | {"FORNIX_DATABASE": address}


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program; start it with `--headless=new --no-sandbox` (Playwright: executable_path)."""
    return path_of(CHROMIUM)


@pytest.fixture(scope="session")
def storescu() -> Path:
    """DCMTK's sender; `storescp`, `echoscu` and `dcmdump` lie beside it."""
    return path_of(DCMTK)


@pytest.fixture(scope="session")
def orthanc() -> Path:
    return path_of(ORTHANC)
