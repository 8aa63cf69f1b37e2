"""A case of a data set: one situation that a mirror must get right, and the objects in which it is found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """Number and meaning as in contract section 3.5, with the ids of the objects concerned."""

    number: int
    what: str
    projects: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    bookings: tuple[str, ...] = ()
