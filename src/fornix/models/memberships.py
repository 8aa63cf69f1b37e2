"""Who belongs to which project, by which source; and the overrides that outrank every source."""

from __future__ import annotations

from django.db import models

from fornix.models.accounts import Account
from fornix.models.projects import Project


class Role(models.TextChoices):
    """XNAT's roles (contract xnat-rest section 4), strongest first."""

    OWNER = "owner"
    MEMBER = "member"
    COLLABORATOR = "collaborator"


class OverrideKind(models.TextChoices):
    """A block outranks a pin; a pin outranks every source."""

    PIN = "pin"
    BLOCK = "block"


class Membership(models.Model):
    """Account x Project x role x source. Source is `manual` or `calpendo:<instance>`."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    source = models.CharField(max_length=100)
    granted_at = models.DateTimeField()
    evidence = models.CharField(max_length=300, blank=True)  # "owner in Calpendo"; "granted by alice"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "project", "role", "source"], name="membership_once")
        ]
        indexes = [models.Index(fields=["project", "account"], name="membership_of_project")]

    def __str__(self) -> str:
        return f"{self.role} by {self.source}"


class Override(models.Model):
    """An administrator's pin (with a role) or block of one account on one project."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="overrides")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="overrides")
    kind = models.CharField(max_length=5, choices=OverrideKind.choices)
    role = models.CharField(max_length=12, choices=Role.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "project", "kind"], name="override_once")]

    def __str__(self) -> str:
        return self.kind
