"""Who sends over the DICOM network, and what became of each association."""

from __future__ import annotations

from django.db import models

from fornix.models.booking import Scanner


class Sender(models.Model):
    """A DICOM application entity that sends here, as an administrator described it. An AE title proves nobody's
    identity: where `address` is given, both must agree."""

    name = models.CharField(max_length=100, unique=True)
    ae_title = models.CharField(max_length=16)  # the calling one
    address = models.CharField(max_length=64, blank=True)  # IP address or network; empty: any
    called_ae_title = models.CharField(max_length=16, blank=True)  # that it must call us by; empty: any
    port = models.PositiveIntegerField(null=True)  # where it listens itself, for a test echo
    is_allowed = models.BooleanField(default=True)
    is_console = models.BooleanField(default=False)  # a clean end of its association says: that was all
    scanner = models.ForeignKey(Scanner, null=True, on_delete=models.SET_NULL, related_name="senders")
    station_name = models.CharField(
        max_length=64, blank=True
    )  # as its files say; tells scanners behind one node
    clock_ahead_s = models.IntegerField(default=0)  # known offset of its clock, seconds; negative: behind
    project_label = models.CharField(max_length=180, blank=True)  # all that it sends is this project's
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ae_title", "address", "station_name"], name="sender_described_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class AssociationOutcome(models.TextChoices):
    """How an association ended."""

    OPEN = "open"
    RELEASED = "released"  # the sender said that it was all
    ABORTED = "aborted"  # by the sender
    LOST = "lost"  # the connection broke, or the receiver died
    TIMED_OUT = "timed out"
    REFUSED = "refused"  # never begun
    BROKEN = "broken"  # the sender did not keep to the protocol


class Association(models.Model):
    """One association with the receiver. `sender` is empty for nobody's that we know."""

    sender = models.ForeignKey(Sender, null=True, on_delete=models.SET_NULL, related_name="associations")
    calling_ae_title = models.CharField(max_length=16, blank=True)
    called_ae_title = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=64)
    owner = models.CharField(max_length=200)  # the receiver process: host, pid, start
    started_at = models.DateTimeField()
    renewed_at = models.DateTimeField()  # while it is open, now and then
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(
        max_length=10, choices=AssociationOutcome.choices, default=AssociationOutcome.OPEN
    )
    reason = models.CharField(max_length=300, blank=True)  # of what went wrong, in plain words
    images = models.PositiveIntegerField(default=0)  # acknowledged with success
    refused_images = models.PositiveIntegerField(default=0)
    byte_count = models.PositiveBigIntegerField(default=0)
    last_image_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["sender", "-id"], name="association_of_sender"),
            models.Index(fields=["outcome"], name="association_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"association {self.pk}"
