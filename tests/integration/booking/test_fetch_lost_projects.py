"""Projects that a list has and that are not there when asked for: one of the two answers is old."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from tests.integration.booking.small_calpendo import calpendo_of

from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.fetch_lists import RawList, fetch_projects, with_sets
from fornix.booking.wire import UNKNOWN, read_references


def read(number: int, *, lost: Collection[int], gone: Collection[int]) -> tuple[RawList, list[str]]:
    """So many projects; some are not found by id, some are no longer listed when the list is read again."""
    lists_read = 0

    def answer(path: str) -> tuple[int, object]:
        nonlocal lists_read
        if "/b/" in path:
            found = int(path.rpartition("/")[2])
            return (404 if found in lost else 200), {"id": found, "properties": {"users": [{"id": "9"}]}}
        lists_read += 1
        left = [each for each in range(1, number + 1) if lists_read == 1 or each not in gone]
        return 200, {"biskits": [{"id": n, "projectCode": f"A{n}", "status": "Approved"} for n in left]}

    with calpendo_of(answer) as (url, asked):
        config = CalpendoConfig(url, "archive", "archive")
        with CalpendoClient(config) as client:
            return with_sets(client, config, fetch_projects(client, config)), asked


@pytest.mark.parametrize(
    ("number", "lost", "gone", "rows", "is_flawed"),
    [
        pytest.param(10, (), (), 10, False, id="all there"),
        pytest.param(10, (3,), (3,), 9, False, id="deleted in between"),
        pytest.param(10, (3,), (), 10, True, id="one of ten, still listed"),
        pytest.param(100, (3,), (), 100, False, id="one of a hundred, still listed"),
        pytest.param(100, (3, 4), (), 100, True, id="two of a hundred, still listed"),
        pytest.param(100, (3, 4), (4,), 99, False, id="two, one of them deleted"),
        pytest.param(10, (3,), (5,), 10, True, id="another one was deleted after it was read"),
    ],
)
def test_the_list_is_read_once_more_before_a_project_counts_as_lost(number, lost, gone, rows, is_flawed):
    found, asked = read(number, lost=lost, gone=gone)

    assert len(found.rows) == rows
    assert bool(found.flaws) is is_flawed
    assert sum("/q/" in path for path in asked) == (2 if lost else 1)


def test_a_lost_project_that_is_still_listed_tells_no_users():
    found, _ = read(100, lost=(3,), gone=())

    assert [row["id"] for row in found.rows if read_references(row, "users") is UNKNOWN] == [3]
