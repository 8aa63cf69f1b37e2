"""The site's own rules of which project an arrival belongs to."""

from __future__ import annotations

from django.db import models

from fornix.models.senders import Sender


class RoutingRule(models.Model):
    """One rule: where all conditions hold, the templates say project, subject and session. The first that fits wins."""

    position = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=100)
    is_enabled = models.BooleanField(default=True)
    sender = models.ForeignKey(Sender, null=True, on_delete=models.CASCADE)  # only what this one sends
    conditions = models.JSONField(default=list)  # [{"tag": DICOM keyword, "pattern": regular expression}]
    # Text with {group} for the named groups of the patterns. An empty one leaves that to the files.
    project = models.CharField(max_length=300, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    session = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
