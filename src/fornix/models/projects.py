"""Projects, their subjects, and the counters that accessions are made of."""

from __future__ import annotations

from django.db import models


class Accessibility(models.TextChoices):
    """XNAT's three (contract xnat-rest section 4): who may look without being a member."""

    PRIVATE = "private"
    PROTECTED = "protected"
    PUBLIC = "public"


class AccessionCounter(models.Model):
    """The last number given for one kind of accession. Numbers are never reused."""

    kind = models.CharField(max_length=1, primary_key=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.kind}{self.last}"


class Project(models.Model):
    """A study of the centre. Counters are kept in the transaction of the change that they count."""

    label = models.CharField(max_length=180, unique=True)
    folded_label = models.CharField(max_length=180, db_index=True)
    name = models.CharField(max_length=1000, blank=True)
    description = models.TextField(blank=True)
    accessibility = models.CharField(
        max_length=10, choices=Accessibility.choices, default=Accessibility.PRIVATE
    )
    booking_project = models.OneToOneField("BookingProject", null=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    subject_count = models.PositiveIntegerField(default=0)
    session_count = models.PositiveIntegerField(default=0)
    file_count = models.PositiveBigIntegerField(default=0)
    byte_count = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-changed_at", "id"], name="project_newest")]

    def __str__(self) -> str:
        return self.label


class Subject(models.Model):
    """A person scanned, as one project knows them."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="subjects")
    accession = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=180)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    session_count = models.PositiveIntegerField(default=0)
    file_count = models.PositiveBigIntegerField(default=0)
    byte_count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "label"], name="subject_label_once")]

    def __str__(self) -> str:
        return self.accession
