"""Pure: why a person of Calpendo gets nothing here (booking/unresolved.py), and what to do about it, in words."""

from __future__ import annotations

from fornix.booking.unresolved import Lack, Unresolved

_WORDS = {
    Lack.ACCOUNT: "No account here yet. The right waits for the first login.",
    Lack.EMAIL: "Calpendo knows no e-mail of this person. Link by hand, or have it added there.",
    Lack.ADMINISTRATOR: "The account with this e-mail is an administrator's, and is linked by hand only.",
    Lack.SWEEP: "The next sweep links them by their e-mail.",
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
