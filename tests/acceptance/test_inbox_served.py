"""`fornix serve` with an inbox: what is copied there is in the archive by itself."""

from __future__ import annotations

import json

from tests.acceptance.served import fornix, serving, wait_until
from tests.integration.ingest.archive import instance, meg, put


def test_what_is_copied_to_the_inbox_is_filed_and_put_aside(command_environment, tmp_path):
    inbox = tmp_path / "inbox"
    environment = command_environment | {"FORNIX_INBOX": str(inbox), "FORNIX_INBOX_STILL_S": "1"}
    first = put(tmp_path / "first.dcm", instance(PatientID="alice"))
    fornix(environment, "import", str(first), "--project", "P001")
    inbox.mkdir()

    with serving(environment, tmp_path):
        put(inbox / "P001" / "scan" / "1.dcm", instance(PatientID="alice"))
        meg(inbox / "P001" / "MEG07" / "240301", parts=2)
        put(inbox / "P001" / "data.zip", b"PK\x03\x04 and then nothing")
        wait_until(lambda: len(list((inbox / "done").rglob("*.*"))) == 3, "the files in done/")
        wait_until((inbox / "failed/P001/data.zip.reason.txt").is_file, "the reason")

    (project,) = json.loads(fornix(environment, "show", "--json"))["projects"]
    assert {session["subject"] for session in project["sessions"]} == {"alice", "MEG07"}
