"""Received bytes that are not yet a session (XNAT: prearchive)."""

from __future__ import annotations

from django.db import models


class Upload(models.Model):
    """One run of an importer: the folder in the store that it writes to. Gone once all it brought is accounted for."""

    id = models.CharField(max_length=36, primary_key=True)  # uuid7, part of every key it writes
    source = models.CharField(max_length=20)  # "import": the command line
    owner = models.CharField(max_length=200)  # the process that writes: host, pid, start
    started_at = models.DateTimeField()
    sealed_at = models.DateTimeField(null=True)  # all bytes are here; from now on they are accounted for
    settled_at = models.DateTimeField(null=True)  # what was not needed (the same again) is out of the store

    def __str__(self) -> str:
        return self.id


class Arrival(models.Model):
    """Bytes that belong together: one study, one day of recordings. Its state is derived from these facts."""

    id = models.CharField(max_length=36, primary_key=True)
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="arrivals")
    group = models.CharField(max_length=300)  # what holds it together: "study:<uid>", "MEG:<subject>:<day>"
    study_uid = models.CharField(max_length=64, blank=True)
    project_label = models.CharField(
        max_length=180, blank=True
    )  # explicit destination, as the sender gave it
    may_create_project = models.BooleanField(default=False)
    subject_label = models.CharField(max_length=180, blank=True)
    session_label = models.CharField(max_length=180, blank=True)
    received_at = models.DateTimeField()
    file_count = models.PositiveBigIntegerField(default=0)
    byte_count = models.PositiveBigIntegerField(default=0)
    lease_owner = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    refusal = models.TextField(blank=True)  # why it waits, for people
    # What was filed so far, when filing takes more than one transaction: the Event tells the sum.
    filed_scans = models.PositiveIntegerField(default=0)
    filed_files = models.PositiveBigIntegerField(default=0)
    filed_bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "group"], name="arrival_group_once")]

    def __str__(self) -> str:
        return self.id
