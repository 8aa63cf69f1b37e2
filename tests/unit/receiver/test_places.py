"""Places for associations: nobody keeps out the scanners that are described."""

from __future__ import annotations

import pytest

from fornix.receiver.places import Place, why_no_place

HERE, THERE = "192.0.2.1", "192.0.2.2"
SCANNER = Place(THERE, is_described=True)


def strangers(address, count):
    return [Place(address, is_described=False)] * count


@pytest.mark.parametrize(
    ("asked", "taken", "words"),
    [
        pytest.param(strangers(HERE, 1)[0], [], "", id="the first"),
        pytest.param(strangers(HERE, 1)[0], strangers(HERE, 4), "", id="the last of one address"),
        pytest.param(
            strangers(HERE, 1)[0], strangers(HERE, 5), f"{HERE} has 5", id="too many of one address"
        ),
        pytest.param(strangers(THERE, 1)[0], strangers(HERE, 5), "", id="another address"),
        pytest.param(
            strangers("192.0.2.3", 1)[0],
            strangers(HERE, 4) + strangers(THERE, 4),
            "nobody described have 8",
            id="too many strangers",
        ),
        pytest.param(strangers(THERE, 1)[0], [SCANNER] * 9, "", id="scanners take nothing of strangers"),
        pytest.param(SCANNER, strangers(HERE, 4) + strangers(THERE, 4), "", id="a scanner beside strangers"),
        pytest.param(SCANNER, [SCANNER] * 9, "", id="a scanner may have all"),
        pytest.param(SCANNER, [SCANNER] * 10, "10 associations are open", id="no place left"),
    ],
)
def test_who_gets_one_of_ten_places(asked, taken, words):
    told = why_no_place(asked, taken, 10)

    assert words in told
    assert bool(told) == bool(words)


def test_where_there_is_one_place_a_stranger_gets_it():
    assert why_no_place(Place(HERE, is_described=False), [], 1) == ""
