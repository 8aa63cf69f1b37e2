"""Imaging sessions (XNAT: experiments) and their scans."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fornix.models.projects import Project, Subject


class ImagingSession(models.Model):
    """One DICOM study, or one day of MEG or EEG recordings of one subject. Invisible until `visible_at` is set."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="sessions")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="sessions")
    accession = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=180)
    modality = models.CharField(max_length=16)
    study_uid = models.CharField(max_length=64, blank=True)
    acquired_on = models.DateField(null=True)
    acquired_time = models.CharField(max_length=8, blank=True)  # HH:MM:SS as written in the file
    # The first and last acquisition as instants, by the scanner's zone and clock; empty where files tell no time.
    first_acquired_at = models.DateTimeField(null=True)
    last_acquired_at = models.DateTimeField(null=True)
    scanner = models.CharField(max_length=200, blank=True)
    booking = models.ForeignKey("Booking", null=True, on_delete=models.SET_NULL, related_name="sessions")
    # As written in the files; shown to those who may see the data, and compared so that two people are never merged.
    patient_name = models.CharField(max_length=400, blank=True)
    patient_id = models.CharField(max_length=200, blank=True)
    patient_birth_date = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    visible_at = models.DateTimeField(null=True)
    manifest_number = models.PositiveIntegerField(default=0)  # the newest in the store
    manifest_at = models.DateTimeField(null=True)  # the state of the rows that it holds
    scan_count = models.PositiveIntegerField(default=0)
    file_count = models.PositiveBigIntegerField(default=0)
    byte_count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "label"], name="session_label_once"),
            models.UniqueConstraint(
                # Two people under one study UID are two sessions, also where somebody called them one subject.
                fields=["project", "study_uid", "subject", "patient_id"],
                condition=~Q(study_uid=""),
                name="session_study_once",
            ),
        ]
        indexes = [
            models.Index(fields=["study_uid"], name="session_study"),
            models.Index(fields=["subject", "-acquired_on", "-id"], name="session_of_subject"),
        ]

    def __str__(self) -> str:
        return self.accession


class Scan(models.Model):
    """One DICOM series, or one MEG or EEG recording."""

    session = models.ForeignKey(ImagingSession, on_delete=models.PROTECT, related_name="scans")
    scan_id = models.CharField(max_length=40)
    number = models.BigIntegerField(null=True)  # SeriesNumber: what lists sort by
    uid = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=1000, blank=True)
    type = models.CharField(max_length=100, blank=True)
    quality = models.CharField(max_length=20, default="usable")
    modality = models.CharField(max_length=16, blank=True)
    acquired_on = models.DateField(null=True)
    acquired_time = models.CharField(max_length=8, blank=True)
    frames = models.PositiveBigIntegerField(default=0)
    header = models.JSONField(default=dict)
    file_count = models.PositiveBigIntegerField(default=0)
    byte_count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "scan_id"], name="scan_id_once"),
            models.UniqueConstraint(fields=["session", "uid"], condition=~Q(uid=""), name="scan_uid_once"),
        ]

    def __str__(self) -> str:
        return self.scan_id
