"""Rounds over an inbox, as a process of its own that kills itself (SIGKILL) at a chosen step. Run by test_kill_inbox.

`python killed_inbox.py STEP`: a step is a database statement, a sync, a link, an unlink or a move; 0: no kill.
In the end it prints what the archive holds, as JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta

from killed_import import FINDINGS, Steps, told

from fornix.commands.setup import open_archive


def main(last: int) -> int:
    open_archive(None)
    from django.db import connection
    from django.utils import timezone

    from fornix import wiring
    from fornix.ingest.inbox import take_inbox
    from fornix.integrity.check import check

    findings = list(check(wiring.store(), read_bytes=True))
    if findings:
        print(findings)
        return FINDINGS
    steps = Steps(last)
    for name in ("fsync", "link", "unlink", "replace"):
        steps.watch(name)
    with connection.execute_wrapper(steps.of_database):
        for minutes in range(0, 30, 10):
            at = timezone.now() + timedelta(minutes=minutes)
            take_inbox(wiring.inbox(), wiring.store(), wiring.site_rules(), at=at)
    print(json.dumps(told() | {"steps": steps.count}))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
