"""Why an arrival is not filed by itself: it waits for a person, with a reason and the projects it may belong to."""

from __future__ import annotations

from dataclasses import dataclass

from fornix.errors import Refused
from fornix.models import BookingProject


@dataclass(frozen=True, slots=True)
class Guess:
    """A project that an arrival may belong to. `project`: its label here, else its code in the booking system.

    `booking_project`: the booking system's id of it, empty for a project of this archive alone. `why`: one sentence
    without names of people.
    """

    project: str
    booking_project: str
    why: str


class Waits(Refused):
    """This arrival waits for a person; the message says why and what to do."""

    def __init__(self, message: str | None = None, *, guesses: tuple[Guess, ...] = ()) -> None:
        super().__init__(message)
        self.guesses = guesses  # best first


class AmbiguousProject(Waits):
    """Several projects of Calpendo carry the code."""

    def __init__(self, message: str, candidates: tuple[BookingProject, ...]) -> None:
        super().__init__(message)
        self.candidates = candidates


class ProjectTakesNothing(Waits):
    """The code is a project's that takes no data of that day; only a person may file for it."""

    def __init__(self, message: str, booking_project: BookingProject) -> None:
        super().__init__(message)
        self.booking_project = booking_project
