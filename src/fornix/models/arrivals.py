"""Received bytes that are not yet a session (XNAT: prearchive)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fornix.models.accounts import Account
from fornix.models.senders import Sender


class Upload(models.Model):
    """One run of an importer or a receiver: the folder in the store that it writes to. Gone once all it brought is
    accounted for."""

    id = models.CharField(max_length=36, primary_key=True)  # uuid7, part of every key it writes
    source = models.CharField(max_length=20)  # import | dicom | inbox | browser | push | rest
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL)  # the person who sent it
    # A receiver tells of success file by file: each counts from its row on, sealed or not.
    acknowledges_each = models.BooleanField(default=False)
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
    sender = models.ForeignKey(Sender, null=True, on_delete=models.SET_NULL)  # of the DICOM network
    came_from = models.CharField(
        max_length=200, blank=True
    )  # AE title and address, person or folder, for people
    received_at = models.DateTimeField()
    last_byte_at = models.DateTimeField()
    committed_at = models.DateTimeField(
        null=True
    )  # the sender said that this is all: no quiet time is needed
    closed_at = models.DateTimeField(null=True)  # being filed: what comes now begins another arrival
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)  # a person chose project or labels
    deleted_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(null=True)  # may be undone for 30 days
    facts = models.JSONField(default=dict)  # what its headers say, as last read: for lists and guesses
    guesses = models.JSONField(default=list)  # projects it may belong to, best first, each with its reason
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
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "group"],
                condition=Q(closed_at__isnull=True, deleted_at__isnull=True),
                name="arrival_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["last_byte_at"], name="arrival_by_quiet"),
            models.Index(fields=["study_uid"], name="arrival_of_study"),
        ]

    def __str__(self) -> str:
        return self.id
