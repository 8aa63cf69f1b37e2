"""What administrators chose for this site on its pages. Files and the environment outrank it (docs/settings.md)."""

from __future__ import annotations

from django.db import models


class SiteSetting(models.Model):
    """One setting, by its dotted name as in the configuration file (`calpendo.url`). Never a secret."""

    key = models.CharField(max_length=100, unique=True)
    value = models.JSONField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
