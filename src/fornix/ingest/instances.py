"""Files of DICOM instances by their UIDs, wherever they are."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from fornix.models import File


def files_of_instances(uids: Iterable[str]) -> QuerySet[File]:
    """The files with these SOPInstanceUIDs.

    Empty ones are excluded in words: only then does SQLite take the index of UIDs, which leaves them out, and not
    walk over all files of a project.
    """
    return File.objects.exclude(sop_instance_uid="").filter(sop_instance_uid__in=set(uids))
