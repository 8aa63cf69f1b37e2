"""The pages of routing rules: written, moved, switched, deleted, tried and replayed without scripts."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.factories import AT, make_account, make_project, make_session, make_subject
from tests.integration.ingest.archive import instance
from tests.integration.ingest.booked_world import sender

from fornix.models import ImagingSession, RoutingRule

FORM = {
    "name": "by protocol",
    "tag-0": "ProtocolName",
    "pattern-0": r"^(?P<code>\d+)",
    "project": "{code}",
    "on": "yes",
}


@pytest.fixture
def ada(db, browser):
    return browser(make_account("ada", is_administrator=True))


def rule(name: str, **fields) -> RoutingRule:
    told = {"conditions": [{"tag": "PatientID", "pattern": "."}], "project": "P", "changed_at": AT} | fields
    return RoutingRule.objects.create(position=RoutingRule.objects.count() + 1, name=name, **told)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_site_without_rules_is_told_what_rules_are_for(ada):
    page = text_of(ada.get("/routing"))

    assert "No rules of this site's own" in page.replace("&#39;", "'")
    assert "The order of evidence" in page


def test_a_rule_is_written_in_a_form(ada):
    response = ada.post("/routing/rules/new", FORM, follow=True)

    assert "The rule by protocol holds from now on" in text_of(response)
    made = RoutingRule.objects.get()
    assert made.conditions == [{"tag": "ProtocolName", "pattern": r"^(?P<code>\d+)"}]
    assert (made.project, made.is_enabled, made.sender) == ("{code}", True, None)


@pytest.mark.parametrize(
    ("project", "is_told"),
    [("NOWHERE", True), ("p 1", False), ("{code}", False)],
    ids=["none", "one", "of headers"],
)
def test_a_rule_for_a_project_that_is_not_there_is_saved_with_a_warning(ada, project, is_told):
    make_project("P_1")
    page = text_of(ada.post("/routing/rules/new", FORM | {"project": project}, follow=True))

    assert ("No project is called" in page) is is_told
    assert RoutingRule.objects.get().project == project


def test_two_rules_of_one_name_are_refused(ada):
    rule("By Protocol")

    response = ada.post("/routing/rules/new", FORM)

    assert response.status_code == 400
    assert "Another rule is called by protocol" in text_of(response)
    assert RoutingRule.objects.count() == 1


def test_what_cannot_be_used_comes_back_with_the_reason_and_what_was_typed(ada):
    response = ada.post("/routing/rules/new", FORM | {"pattern-0": "(", "subject": "S_{who}"})

    page = text_of(response)
    assert response.status_code == 400
    assert "Condition 1, ProtocolName: This is no regular expression" in page
    assert 'value="S_{who}"' in page
    assert not RoutingRule.objects.exists()


def test_a_rule_is_changed_and_its_form_offers_one_more_line(ada):
    console = sender(None)
    made = rule("old", conditions=[{"tag": "PatientID", "pattern": str(n)} for n in range(4)])
    page = text_of(ada.get(f"/routing/rules/{made.pk}"))
    assert 'name="pattern-4"' in page
    assert 'name="pattern-5"' not in page

    changed = FORM | {"name": "new", "sender": console.pk, "seen": made.changed_at.isoformat()}
    ada.post(f"/routing/rules/{made.pk}", changed | {"on": ""})

    made.refresh_from_db()
    assert (made.name, made.sender, made.is_enabled) == ("new", console, False)


def test_a_form_that_is_older_than_the_rule_is_refused(ada):
    made = rule("theirs")

    response = ada.post(f"/routing/rules/{made.pk}", FORM | {"seen": "2020-01-01T00:00:00+00:00"})

    assert response.status_code == 409
    assert RoutingRule.objects.get().name == "theirs"


def test_rules_are_moved_and_switched_from_the_list(ada):
    first, second = rule("first"), rule("second")

    ada.post(f"/routing/rules/{second.pk}/move", {"place": "1"})
    ada.post(f"/routing/rules/{first.pk}/switch", {"on": "no"})

    assert list(RoutingRule.objects.order_by("position").values_list("name", "is_enabled")) == [
        ("second", True),
        ("first", False),
    ]


@pytest.mark.parametrize("place", ["", "x", "9", "-1", "99999999999"])
def test_a_place_that_is_none_is_refused(ada, place):
    assert ada.post(f"/routing/rules/{rule('one').pk}/move", {"place": place}).status_code == 400


def test_a_rule_is_deleted_after_it_was_asked(ada):
    made = rule("gone")
    assert "Delete the rule" in text_of(ada.post(f"/routing/rules/{made.pk}/delete"))
    assert RoutingRule.objects.exists()

    page = ada.post(f"/routing/rules/{made.pk}/delete", {"confirmed": "yes"}, follow=True)

    assert "The rule gone is deleted" in text_of(page)
    assert not RoutingRule.objects.exists()


def test_a_typed_header_is_tried_step_by_step(ada):
    make_project("KNOWN")

    page = text_of(ada.post("/routing/test", {"typed": "StudyDescription: KNOWN"}))

    assert 'It would be filed in <bdi class="code">KNOWN</bdi>' in page
    assert "<b>Said by somebody</b>: nobody named a project" in page
    assert "<b>Code in the tags</b>: &#34;KNOWN&#34; is KNOWN" in page


def test_a_file_is_tried_and_not_kept(ada):
    make_project("KNOWN_1")
    file = SimpleUploadedFile("a.dcm", instance(StudyDescription="KNOWN_2"))

    page = text_of(ada.post("/routing/test", {"file": file}))

    assert "It would wait" in page
    assert "which is nearly its code: typed wrong, maybe" in page


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Give a file"),
        ({"typed": "nonsense"}, "Line 1 has no colon"),
        ({"arrival": "gone"}, "There is no such arrival"),
        ({"session": "FORNIX_E9"}, "There is no such session"),
        ({"typed": "PatientID: 1", "sender": "77"}, "There is no such sender"),
    ],
)
def test_what_cannot_be_tried_is_told(ada, form, words):
    response = ada.post("/routing/test", form)

    assert (response.status_code, words in text_of(response)) == (400, True)


def test_a_replay_shows_what_would_go_elsewhere(ada):
    session = make_session(make_subject(make_project("HERE")), label="ses-1")
    ImagingSession.objects.filter(pk=session.pk).update(visible_at=timezone.now())

    page = text_of(ada.get("/routing/replay"))

    assert "ses-1" in page
    assert "would wait" in page


def test_routing_is_a_place_of_administrators(ada, browser):
    assert 'href="/routing"' in text_of(ada.get("/"))
    bob = browser(make_account("bob"))
    assert 'href="/routing"' not in text_of(bob.get("/"))
    assert bob.get("/routing").status_code == 403
