"""Names are found however they are typed."""

from __future__ import annotations

import unicodedata

import pytest

from fornix.catalog.typed_text import fold_text, is_found, name_words, typed_words

NAMES = (
    "Zoë Ångström",
    "Đặng Minh Anh",
    "Ó Briain",
    "김민준",
    "محمد الأمين",
    "O'Neill; Robert, Jr.",
    "Łukasz Sørensen",
)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("zoe angstrom", "Zoë Ångström"),
        ("ANGSTRÖM", "Zoë Ångström"),
        ("dang", "Đặng Minh Anh"),
        ("anh dang", "Đặng Minh Anh"),
        ("o briain", "Ó Briain"),
        ("김민", "김민준"),
        ("محمد", "محمد الأمين"),
        ("neill; rob", "O'Neill; Robert, Jr."),
        ("lukasz sorensen", "Łukasz Sørensen"),
        ("strasse", "Straße"),
        ("istanbul", "İstanbul"),
    ],
)
def test_a_name_is_found_without_its_accents_and_in_any_order(typed, name):
    assert is_found(typed_words(typed), name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_found_in_either_normal_form(name, form):
    assert is_found(typed_words(unicodedata.normalize(form, name)), unicodedata.normalize("NFC", name))
    assert is_found(typed_words(name), unicodedata.normalize(form, name))


def test_words_are_looked_for_in_all_texts_together():
    assert is_found(typed_words("minh p001"), "Đặng Minh Anh", "P001")
    assert not is_found(typed_words("minh p002"), "Đặng Minh Anh", "P001")


def test_marks_of_direction_are_not_looked_at():
    assert fold_text("\u200fمحمد\u200e") == fold_text("محمد")


def test_indic_vowels_are_no_accents():
    assert fold_text("कि") != fold_text("कु")


def test_a_name_has_the_same_words_either_way_round():
    assert name_words("Ó Briain, Seán") == name_words("Seán Ó Briain") == {"o", "briain", "sean"}
