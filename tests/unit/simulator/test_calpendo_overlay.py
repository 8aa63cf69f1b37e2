"""Changes laid over a mapping mean what the same changes of a dictionary mean."""

from hypothesis import given
from hypothesis import strategies as st

from fornix.simulator.calpendo.overlay import Overlay

KEYS = st.sampled_from("abcdefgh")
CHANGES = st.lists(st.tuples(KEYS, st.none() | st.integers()), max_size=12)


@given(st.dictionaries(KEYS, st.integers()), CHANGES)
def test_any_changes_leave_what_a_dictionary_would_hold(first, changes):
    expected, overlay = dict(first), Overlay(first)
    for key, value in changes:
        overlay = overlay.changed({key: value})
        expected.pop(key, None) if value is None else expected.update({key: value})
    assert dict(overlay) == expected
    assert len(overlay) == len(expected)
    assert [key in overlay for key in "abcdefgh"] == [key in expected for key in "abcdefgh"]


@given(st.dictionaries(KEYS, st.integers()), CHANGES)
def test_the_mapping_below_stays_as_it_was(first, changes):
    before, overlay = dict(first), Overlay(first)
    overlay.changed(dict(changes))
    assert dict(overlay) == first == before


def test_changed_keys_keep_their_place_and_new_ones_follow():
    overlay = Overlay({"a": 1, "b": 2, "c": 3}).changed({"d": 4, "b": 5, "a": None})
    assert list(overlay.items()) == [("b", 5), ("c", 3), ("d", 4)]
