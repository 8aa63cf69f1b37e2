"""What happened (Event), who looked or took (Access), and what a person should look at (Flag)."""

from __future__ import annotations

from django.db import models

from fornix.models.accounts import Account, ApiToken
from fornix.models.files import File
from fornix.models.projects import Project, Subject
from fornix.models.sessions import ImagingSession, Scan


class Event(models.Model):
    """One change: actor, verb, target, time. One per filing, so that grouping never crosses pages."""

    at = models.DateTimeField()
    actor = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL)
    source = models.CharField(max_length=40)  # "import", "mirror", "web", "command": what acted for the actor
    verb = models.CharField(max_length=40)
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT)
    subject = models.ForeignKey(Subject, null=True, on_delete=models.PROTECT)
    session = models.ForeignKey(ImagingSession, null=True, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="events_about")
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["project", "verb", "-id"], name="event_of_project"),
            models.Index(fields=["verb", "-id"], name="event_by_verb"),
            models.Index(fields=["session", "-id"], name="event_of_session"),
        ]

    def __str__(self) -> str:
        return self.verb


class Access(models.Model):
    """One look inside or download: who, by which token, from where, what, how much, complete or cut."""

    started_at = models.DateTimeField()
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL)
    token = models.ForeignKey(ApiToken, null=True, on_delete=models.SET_NULL)
    address = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=20)  # file | scan | session
    project = models.ForeignKey(Project, on_delete=models.PROTECT)
    session = models.ForeignKey(ImagingSession, on_delete=models.PROTECT)
    scan = models.ForeignKey(Scan, null=True, on_delete=models.PROTECT)
    file = models.ForeignKey(File, null=True, on_delete=models.SET_NULL)  # of kind file: which one
    file_count = models.PositiveBigIntegerField()
    byte_count = models.PositiveBigIntegerField()  # announced
    bytes_sent = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, default="running")  # complete | cut | revoked | failed

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="access_of_project")]

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome}"


class Flag(models.Model):
    """Something odd that was kept and should be looked at by a person. Nothing was lost or merged."""

    session = models.ForeignKey(ImagingSession, on_delete=models.PROTECT, related_name="flags")
    scan = models.ForeignKey(Scan, null=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)
    detail = models.CharField(max_length=1000)
    raised_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "kind", "detail"], name="flag_once")]

    def __str__(self) -> str:
        return self.kind
