"""Pure: what is lacking, in words: why a person of Calpendo gets nothing here (booking/unresolved.py), and what
the service account may not read (booking/oddities.py)."""

from __future__ import annotations

from fornix.booking.oddities import HiddenField
from fornix.booking.unresolved import Lack, Unresolved
from fornix.web.formats import plural

_WORDS = {
    Lack.ACCOUNT: "No account here yet. The right waits for the first login.",
    Lack.EMAIL: "Calpendo knows no e-mail of this person. Link by hand, or have it added there.",
    Lack.IDENTITY: "Several people, or several accounts here, have this log-in at single sign-on: it links nobody.",
    Lack.ADMINISTRATOR: "The account that fits is an administrator's, and is linked by hand only.",
    Lack.SWEEP: "The next sweep links them.",
    Lack.UNDONE: "Somebody undid the link. None is made by itself again.",
    Lack.TEXT: "PI as text only: no person in Calpendo, so nothing is given. Have the PI added to the project there.",
}


def why_unresolved(one: Unresolved) -> str:
    """What is missing."""
    if one.lack is Lack.SHARED:
        if one.shared_by > 1:
            return f"{one.shared_by} people in Calpendo share this e-mail, so it links nobody. Ask for a personal one."
        return "Several accounts here have this e-mail, so it links nobody."
    return _WORDS[one.lack]


def hidden_where(field: HiddenField) -> str:
    """`37 projects`, `1 person`: the first word of a field is what it is of."""
    of = field.field.partition(" ")[0]
    one, several = {"project": ("project", "projects"), "person": ("person", "people")}.get(
        of, ("row", "rows")
    )
    return plural(field.rows, one, several)


def hidden_what(field: HiddenField) -> str:
    """The field itself: `owner`."""
    of, _, name = field.field.partition(" ")
    return name if of in ("project", "person") and name else field.field
