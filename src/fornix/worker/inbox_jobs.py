"""The inbox folder in the background: look, take what is finished, and forget what somebody took out."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from fornix import wiring
from fornix.ingest.inbox import forget_what_is_gone, take_inbox
from fornix.worker.loop import Job

logger = logging.getLogger(__name__)

MIN_LOOK_S, MAX_LOOK_S = 0.5, 10.0
LOOKS_PER_STILLNESS = 3  # so that a file is taken soon after it is finished
SHARE = 10  # of the time goes into looking, at most one in so many parts: a large folder on a slow disk
FORGET_EVERY_S = 3600.0


def inbox_jobs() -> tuple[Job, ...]:
    """The jobs of the folder; none where the site has no inbox."""
    if wiring.inbox() is None:
        return ()
    looking = Looking()
    return (
        Job("inbox", looking.run, looking.every_s),
        Job("inbox-tidy", forget, FORGET_EVERY_S, first_after_s=60.0),
    )


@dataclass(slots=True)
class Looking:
    """Takes what is finished, and looks again the later the longer a look takes."""

    took_s: float = 0.0
    has_more: bool = False

    def run(self) -> None:
        """One round."""
        inbox = wiring.inbox()
        if inbox is None:
            return
        began = time.monotonic()
        taken = take_inbox(inbox, wiring.store(), wiring.site_rules(), at=timezone.now())
        self.took_s, self.has_more = time.monotonic() - began, taken.has_more
        if taken.taken or taken.failed:
            logger.info("action=inbox-taken files=%d failed=%d", taken.taken, taken.failed)

    def every_s(self) -> float:
        """Seconds until the next look."""
        inbox = wiring.inbox()
        still = inbox.still if inbox is not None else timedelta(0)
        if self.has_more:
            return MIN_LOOK_S
        usual = min(MAX_LOOK_S, still.total_seconds() / LOOKS_PER_STILLNESS)
        return max(MIN_LOOK_S, usual, self.took_s * SHARE)


def forget() -> None:
    """Rows of files that are gone from the folder."""
    inbox = wiring.inbox()
    if inbox is not None:
        forget_what_is_gone(inbox)
