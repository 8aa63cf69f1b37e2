"""Codes of projects: found however they are spelled, never two of one, never one that cannot be shown."""

from __future__ import annotations

import pytest
from tests.factories import AT, make_project

from fornix.catalog.projects import LABEL_LENGTH, check_code, create_project, find_project, free_label
from fornix.errors import Invalid
from fornix.models import Event, Project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("spelled", ["Word-Learning", "word learning", "WORD_LEARNING", " word - learning "])
def test_a_project_is_found_however_a_console_spells_it(spelled):
    project = make_project("Word-Learning")

    assert find_project(spelled) == project


def test_the_exact_spelling_outranks_a_similar_one():
    one, other = make_project("A-B"), make_project("A_B")

    assert (find_project("A-B"), find_project("A_B"), find_project("a b")) == (one, other, None)


@pytest.mark.parametrize("code", ["", "  ", "a\nb", "a\0b", "\u202ea", "x" * 181, "ß" * 100], ids=repr)
def test_a_code_that_cannot_be_shown_or_kept_is_refused(code):
    with pytest.raises(Invalid):
        create_project(code, at=AT, source="import")

    assert not Project.objects.exists()


@pytest.mark.parametrize("code", ["x" * LABEL_LENGTH, "Größe 7", "2024/13", "脳"])
def test_a_code_of_any_script_is_a_project_with_its_event(code):
    project = create_project(f" {code} ", at=AT, source="import")

    assert (project.label, check_code(code)) == (code, code)
    assert Event.objects.get().project == project


def test_a_code_that_is_taken_gets_a_number():
    make_project("A")
    make_project("a_2")

    assert free_label("A") == "A_3"
