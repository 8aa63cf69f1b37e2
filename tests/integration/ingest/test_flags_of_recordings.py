"""What is flagged of a recording that lacks parts, and when it is no longer said."""

from __future__ import annotations

from tests.integration.ingest.archive import meg

from fornix.models import Flag


def test_flags_of_missing_parts_go_once_the_whole_recording_comes(archive, tmp_path):
    folder = meg(tmp_path / "made", parts=3)
    first, *later = sorted(folder.glob("*.fif"), key=lambda p: (len(p.name), p.name))
    archive.take(first, project="STUDY_A")
    archive.take(*later, project="STUDY_A")
    assert Flag.objects.filter(detail__endswith="is missing").exists()

    archive.take(folder, project="STUDY_A")

    assert not Flag.objects.exists()


def test_the_flag_stays_while_a_part_is_missing(archive, tmp_path):
    parts = sorted(meg(tmp_path / "made", parts=3).glob("*.fif"), key=lambda p: (len(p.name), p.name))
    archive.take(parts[0], project="STUDY_A")

    archive.take(*parts[:2], project="STUDY_A")

    assert Flag.objects.filter(detail__endswith="part 3 is missing").exists()
