"""The database is lost; it is made anew from manifests and bytes, and compared. As programs, on both databases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.saved import MANIFESTS, all_rows, make_archive, run, stored
from tests.acceptance.served import fornix, inside
from tests.conftest import new_database
from tests.integration.ingest.archive import mri

# What manifests do not hold (decision 0012), what is derived from the moment of a rebuild.
LOST_TABLES = {"ApiToken", "Access", "Association", "Delivery", "Sweep"}
SET_ANEW = {"AccessionCounter"}
LOST_COLUMNS = {"password", "last_login", "owner"}
# Tables whose rows get new numbers: they are compared by what they say.
NAMES = {
    "Subject": "accession",
    "ImagingSession": "accession",
    "Project": "label",
    "Blob": "key",
    "Booking": "external_id",
    "Scan": ("session_id", "scan_id"),
    "Resource": ("session_id", "scan_id", "label"),
}
POINTS_TO = {
    "session_id": "ImagingSession",
    "subject_id": "Subject",
    "project_id": "Project",
    "resource_id": "Resource",
    "blob_id": "Blob",
    "booking_id": "Booking",
}


@pytest.fixture
def archive(command_environment, tmp_path) -> dict[str, str]:
    make_archive(command_environment, tmp_path / "from")
    return command_environment


@pytest.fixture
def without_database(command_environment) -> Iterator[dict[str, str]]:
    """The same data folder, and a new database."""
    address = command_environment.get("FORNIX_DATABASE")
    if not address:
        yield command_environment
        return
    with new_database(address) as other:
        yield command_environment | {"FORNIX_DATABASE": other}


def lose_database(environment: dict[str, str]) -> None:
    for path in Path(environment["FORNIX_DATA"]).glob("fornix.sqlite3*"):
        path.unlink()


def said(rows: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """What the rows say, without the numbers that a database gives."""
    names: dict[str, dict[str, str]] = {"Scan": {"None": "None"}}
    for table, columns in NAMES.items():
        names.setdefault(table, {})
        for row in rows[table]:
            parts = (columns,) if isinstance(columns, str) else columns
            # A resource's scan is a number, a scan's own id is not.
            told = [
                names["Scan"][row[part]]
                if (table, part) == ("Resource", "scan_id")
                else names["ImagingSession"][row[part]]
                if part == "session_id"
                else row[part]
                for part in parts
            ]
            names[table][row["id"]] = "/".join(told)
    return {
        table: sorted((tell(table, row, names) for row in found), key=str) for table, found in rows.items()
    }


def tell(table: str, row: dict[str, str], names: dict[str, dict[str, str]]) -> dict[str, str]:
    gone = LOST_COLUMNS | ({"id"} if table in {*NAMES, "File", "Flag"} else set())
    told = {column: value for column, value in row.items() if column not in gone}
    for column, target in POINTS_TO.items():
        if column in told:
            told[column] = names[target].get(told[column], told[column])
    if table != "Scan" and "scan_id" in told:
        told["scan_id"] = names["Scan"].get(told["scan_id"], told["scan_id"])
    return told


PAGES = """
import re
from django.test import Client
client = Client(HTTP_HOST="localhost")
client.force_login(Account.objects.get(username="alice"))
answer = {}
for path in ("/", "/projects/STUDY_A", "/subjects/FORNIX_S00001", "/sessions/FORNIX_E00001",
             "/sessions/FORNIX_E00001/files", "/projects/STUDY_A/people"):
    answer[path] = client.get(path).content.decode()
"""


def pages(environment: dict[str, str]) -> dict[str, str]:
    shown = inside(environment, PAGES)
    assert isinstance(shown, dict)
    changing = r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|/files?/\d+|just now|\d+ (second|minute)s? ago'
    return {path: re.sub(changing, "", text) for path, text in shown.items()}


def test_a_rebuilt_database_says_the_same_and_pages_show_the_same(archive, without_database):
    before, shown, bytes_before = said(all_rows(archive)), pages(archive), stored(archive)
    lose_database(archive)

    rebuilt = json.loads(fornix(without_database, "rebuild", "--json"))

    after = said(all_rows(without_database))
    assert (rebuilt["sessions"], rebuilt["recovered"], rebuilt["notes"]) == (2, 0, [])
    assert {table: rows for table, rows in after.items() if table not in LOST_TABLES | SET_ANEW} == {
        table: rows for table, rows in before.items() if table not in LOST_TABLES | SET_ANEW
    }
    assert pages(without_database) == shown
    assert stored(without_database) == bytes_before
    assert "0 findings" in fornix(without_database, "check", "--bytes")


def test_accessions_are_never_given_again(archive, without_database, tmp_path):
    lose_database(archive)
    data = Path(archive["FORNIX_DATA"], "blobs", "manifests")
    (data / "FORNIX_E00041").mkdir()
    (data / "FORNIX_E00041" / "7").write_bytes(b"damaged")
    assert run(without_database, "rebuild").returncode == 3

    more = mri(tmp_path / "more", "P03", day=4)
    report = json.loads(fornix(without_database, "import", str(more), "--project", "STUDY_A", "--json"))

    assert report["sessions"][0]["accession"] == "FORNIX_E01042"


def test_a_session_that_no_manifest_knew_yet_keeps_its_accession_for_itself(
    archive, without_database, tmp_path
):
    young = mri(tmp_path / "young", "P03", day=4)
    report = json.loads(fornix(archive, "import", str(young), "--project", "STUDY_A", "--json"))
    lose_database(archive)
    rebuilt = run(without_database, "rebuild")

    more = mri(tmp_path / "more", "P04", day=5)
    again = json.loads(fornix(without_database, "import", str(more), "--project", "STUDY_A", "--json"))

    assert (rebuilt.returncode, "the site is as of 20" in rebuilt.stdout) == (3, True)
    assert report["sessions"][0]["accession"] == "FORNIX_E00003"
    assert again["sessions"][0]["accession"] == "FORNIX_E01003"


def without_numbers(shown: str) -> object:
    """A session that was lost has another accession when it is filed again."""
    return json.loads(re.sub(r"FORNIX_E\d+", "E", shown))


def test_files_that_no_manifest_names_become_arrivals_that_a_person_files_again(
    archive, without_database, tmp_path
):
    more = mri(tmp_path / "more", "P03", day=4)
    fornix(archive, "import", str(more))
    before = without_numbers(fornix(archive, "show", "--json"))
    lose_database(archive)

    rebuilt = json.loads(run(without_database, "rebuild", "--json").stdout)
    code = "from fornix import wiring\nfrom fornix.ingest.due import file_due\n"
    filed = f"{code}answer = [item.waits_because for item in file_due(wiring.store(), wiring.site_rules())]"
    waits = inside(without_database, filed)
    ids = inside(
        without_database, "answer = [row.pk for row in Arrival.objects.filter(upload__source='recovered')]"
    )
    fornix(without_database, "arrivals", "file", *ids, "--project", "STUDY_A")

    assert (rebuilt["recovered"], len(waits), waits[0][:9]) == (4, 1, "recovered")
    assert without_numbers(fornix(without_database, "show", "--json")) == before
    assert "0 findings" in fornix(without_database, "check", "--bytes")


def test_sessions_that_changed_after_the_last_manifest_of_the_site_leave_nothing_to_mend(
    archive, without_database, tmp_path
):
    fornix(archive, "import", str(mri(tmp_path / "more", "P03", day=4)))
    assert inside(archive, MANIFESTS.replace("write_site_manifest(wiring.store())\n", "")) == 1
    lose_database(archive)

    assert run(without_database, "rebuild").returncode == 3

    assert "0 findings" in fornix(without_database, "check")


def test_a_damaged_manifest_is_replaced_by_the_one_before_it(archive, without_database):
    lose_database(archive)
    manifests = Path(archive["FORNIX_DATA"], "blobs", "manifests")
    (manifests / "FORNIX_E00001" / "2").write_bytes((manifests / "FORNIX_E00001" / "1").read_bytes()[:-20])

    done = run(without_database, "rebuild")

    assert done.returncode == 3
    assert "FORNIX_E00001: manifest 2 cannot be read" in done.stdout
    assert len(all_rows(without_database)["ImagingSession"]) == 2


def test_without_any_manifest_the_images_are_found_by_their_headers(archive, without_database):
    lose_database(archive)
    for path in Path(archive["FORNIX_DATA"], "blobs", "manifests").rglob("*"):
        if path.is_file():
            path.unlink()

    done = run(without_database, "rebuild", "--json")

    told = json.loads(done.stdout)
    assert (done.returncode, told["sessions"]) == (3, 0)
    assert told["recovered"] == len(stored(without_database))
    assert run(without_database, "check", "--bytes").returncode == 0


def test_a_database_that_holds_something_is_refused(archive):
    before = all_rows(archive)

    done = run(archive, "rebuild")

    assert done.returncode == 1
    assert "This database holds something already (2 of Account, 1 of Project" in done.stderr
    assert all_rows(archive) == before
