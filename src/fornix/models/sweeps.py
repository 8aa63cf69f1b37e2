"""Runs of the mirror, and who asked for them."""

from __future__ import annotations

from django.db import models

from fornix.models.accounts import Account


class SweepOutcome(models.TextChoices):
    """How a sweep ended. INCOMPLETE changed nothing; HELD is complete, and something waits for a decision.

    PLANNED: complete, and nothing was applied, because nobody has confirmed the first sweep of this site yet.
    """

    RUNNING = "running"
    PLANNED = "planned"
    COMPLETE = "complete"
    HELD = "held"
    INCOMPLETE = "incomplete"


class Sweep(models.Model):
    """One run of the mirror: fetch, judge, plan, guard, apply, record. The running one is its own lease."""

    started_at = models.DateTimeField()
    renewed_at = models.DateTimeField(null=True)  # the lease: a running sweep says now and then that it lives
    holder = models.CharField(max_length=120, blank=True)  # "host pid" of the process that runs it
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=SweepOutcome.choices, default=SweepOutcome.RUNNING)
    reason = models.TextField(blank=True)
    requests = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # name -> number, for people to read
    details = models.JSONField(default=dict)  # what the next answer is judged by, concerns and holds
    changes = models.JSONField(default=list)  # the plan that was applied, line by line
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["outcome", "-id"], name="sweep_by_outcome")]
        constraints = [
            # Two machines never sweep at once: only one row can be the running one.
            models.UniqueConstraint(
                fields=["outcome"], condition=models.Q(outcome="running"), name="sweep_runs_alone"
            )
        ]

    def __str__(self) -> str:
        return f"sweep {self.pk}"


class SweepRequest(models.Model):
    """Somebody asks for a sweep now; the worker answers with one."""

    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL)
    accepts = models.BooleanField(default=False)  # the answer is taken without comparing it with earlier ones
    sweep = models.OneToOneField(Sweep, null=True, on_delete=models.SET_NULL, related_name="request")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["answered_at"], name="sweep_request_open")]

    def __str__(self) -> str:
        return f"sweep request {self.pk}"
