"""What people hand in over HTTP, file by file and part by part, until it is imported."""

from __future__ import annotations

from django.db import models

from fornix.models.accounts import Account


class Delivery(models.Model):
    """Files that a person hands in together: one drop on a page, one `fornix push`, one POST. Imported once committed.

    Not yet committed, it ends 7 days after its last byte.
    """

    id = models.CharField(max_length=36, primary_key=True)  # uuid7, part of the keys of its parts
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL)
    source = models.CharField(max_length=20)  # browser | push | rest
    project_label = models.CharField(max_length=180, blank=True)
    subject_label = models.CharField(max_length=180, blank=True)
    session_label = models.CharField(max_length=180, blank=True)
    opened_at = models.DateTimeField()
    last_byte_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)  # the sender said that this is all
    lease_owner = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)  # imported, or given up: `report` tells
    report = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["ended_at", "committed_at"], name="delivery_to_import"),
            models.Index(fields=["account", "-id"], name="delivery_of_account"),
        ]

    def __str__(self) -> str:
        return self.id


class Transfer(models.Model):
    """One file of a delivery on its way: a tus upload. How much is here is the sum of its parts."""

    id = models.CharField(max_length=36, primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="transfers")
    name = models.CharField(max_length=1000)  # with the folders that it lay in
    length = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)  # as the sender gives it, to be verified
    opened_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)  # all bytes are here, and are those that the sender hashed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "name"], name="transfer_name_once")]

    def __str__(self) -> str:
        return self.id


class TransferPart(models.Model):
    """The bytes [offset, offset + length) of a transfer: one PATCH, immutable."""

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="parts")
    offset = models.PositiveBigIntegerField()
    length = models.PositiveBigIntegerField()
    key = models.CharField(max_length=100, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["transfer", "offset"], name="part_begins_once")]

    def __str__(self) -> str:
        return self.key
