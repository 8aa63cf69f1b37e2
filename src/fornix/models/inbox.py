"""What lies in the inbox folder, as it was seen last: a file is finished when it has stood still for a while."""

from __future__ import annotations

from django.db import models


class InboxState(models.TextChoices):
    """What is known of a file of the inbox."""

    WATCHED = "watched"  # may grow yet
    TAKEN = "taken"
    FAILED = "failed"


class InboxFile(models.Model):
    """One file of the inbox, by its path below it."""

    path = models.CharField(max_length=1000, unique=True)
    length = models.PositiveBigIntegerField()
    modified_ns = models.BigIntegerField()
    still_since = models.DateTimeField()  # since when size and time are these
    state = models.CharField(max_length=8, choices=InboxState.choices, default=InboxState.WATCHED)
    reason = models.CharField(max_length=1000, blank=True)  # why it failed
    told_at = models.DateTimeField(null=True)  # when it was taken, or failed
    arrivals = models.JSONField(default=list)  # ids of those that it became part of

    class Meta:
        indexes = [models.Index(fields=["state"], name="inbox_file_by_state")]

    def __str__(self) -> str:
        return f"inbox file {self.pk}"
