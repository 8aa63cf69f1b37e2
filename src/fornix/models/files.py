"""Resources, files and blobs: names in the tree, and where their bytes lie."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fornix.models.arrivals import Arrival
from fornix.models.sessions import ImagingSession, Scan


class Blob(models.Model):
    """Bytes in the store, read by (key, offset, length). Immutable."""

    key = models.CharField(max_length=100)
    offset = models.PositiveBigIntegerField(default=0)
    length = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=32)
    crc32 = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "offset"], name="blob_place_once")]
        indexes = [models.Index(fields=["sha256"], name="blob_sha256")]

    def __str__(self) -> str:
        return self.key


class Resource(models.Model):
    """A labelled folder of files: of a scan (DICOM, FIF, ...) or of a session (what lay beside its data)."""

    session = models.ForeignKey(ImagingSession, on_delete=models.PROTECT, related_name="resources")
    scan = models.ForeignKey(Scan, null=True, on_delete=models.PROTECT, related_name="resources")
    label = models.CharField(max_length=64)
    is_primary = models.BooleanField(default=False)  # holds the data as acquired: DICOM, FIF, CTF, ...
    file_count = models.PositiveBigIntegerField(default=0)
    byte_count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scan", "label"], condition=Q(scan__isnull=False), name="resource_of_scan_once"
            ),
            models.UniqueConstraint(
                fields=["session", "label"], condition=Q(scan__isnull=True), name="resource_of_session_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class File(models.Model):
    """A name at a place in the tree: in an arrival until it is filed, then in a resource."""

    arrival = models.ForeignKey(Arrival, null=True, on_delete=models.PROTECT, related_name="files")
    resource = models.ForeignKey(Resource, null=True, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=1000)
    blob = models.OneToOneField(Blob, on_delete=models.PROTECT)
    # DICOM only: together these say whether two instances are the same (DESIGN, story one).
    sop_instance_uid = models.CharField(max_length=64, blank=True)
    transfer_syntax_uid = models.CharField(max_length=64, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(arrival__isnull=True) ^ Q(resource__isnull=True), name="file_in_one_place"
            ),
            models.UniqueConstraint(
                fields=["resource", "name"], condition=Q(resource__isnull=False), name="file_name_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["sop_instance_uid"], condition=~Q(sop_instance_uid=""), name="file_instance"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
