"""What is odd in a routing rule and no reason to refuse it: for whoever saved it to read."""

from __future__ import annotations

from fornix.booking.find import find_booking_project
from fornix.catalog.projects import find_project
from fornix.ingest.rule_checks import RuleDraft
from fornix.ingest.templates import fill, template_names


def doubt_about(draft: RuleDraft) -> str:
    """That its project is not there, where it names one itself; a sentence, or ""."""
    if not draft.project or template_names(draft.project):
        return ""
    code = fill(draft.project, {})
    if find_project(code) is not None or find_booking_project(code, on=None) is not None:
        return ""
    return f'No project is called "{code}" now: until there is one, what fits this rule waits.'
