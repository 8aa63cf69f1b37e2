"""The local mirror of the booking system's rows. Identity is (instance, id as text); everything else may change."""

from __future__ import annotations

from django.db import models

from fornix.models.accounts import Account
from fornix.models.memberships import Role


class Hold(models.TextChoices):
    """Why the mirror holds something otherwise than Calpendo says. Calpendo itself undoes any of these by saying so.

    Gone there, in force here: ENDING (until the next sweep), WAITING (for a decision), KEPT (decided).
    Listed there, without effect here: PENDING (for a decision), REFUSED (decided).
    """

    NONE = ""
    ENDING = "ending"
    WAITING = "waiting"
    KEPT = "kept"
    PENDING = "pending"
    REFUSED = "refused"


def usual_roles() -> dict[str, str]:
    """What each part gives where a site chose nothing else (contract calpendo 4.2)."""
    return {"owner": Role.OWNER.value, "pi": Role.OWNER.value, "user": Role.MEMBER.value}


class BookingPerson(models.Model):
    """A user of Calpendo (contract calpendo section 1.5). Linked to at most one account, with how and by whom."""

    instance = models.CharField(max_length=60)
    external_id = models.CharField(max_length=60)
    given_name = models.CharField(max_length=300, blank=True)
    family_name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    folded_email = models.CharField(max_length=320, blank=True, db_index=True)
    login_name = models.CharField(max_length=200, blank=True)
    login_identifier = models.CharField(max_length=320, blank=True)
    status = models.CharField(max_length=60, blank=True)
    expires_on = models.DateField(null=True)
    is_active = models.BooleanField(default=False)  # may work in Calpendo, as far as the mirror acts on it
    hold = models.CharField(
        max_length=8, choices=Hold.choices, blank=True
    )  # of `is_active`: waiting, kept, refused
    held_at = models.DateTimeField(null=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="booking_people")
    linked_how = models.CharField(max_length=60, blank=True)
    linked_at = models.DateTimeField(null=True)
    unlinked_at = models.DateTimeField(null=True)  # a person undid the link: none is made by itself again
    modified_text = models.CharField(max_length=40, blank=True)  # Calpendo's own stamp of the last change
    missing_since = models.DateTimeField(null=True)  # not in complete answers since then
    vanished_at = models.DateTimeField(null=True)  # missing for so long that it counts as gone (contract 4.5)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()  # when it last was different; an unchanged row is not written

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "external_id"], name="booking_person_once")
        ]

    def __str__(self) -> str:
        return self.external_id


class BookingProject(models.Model):
    """A project of Calpendo, with what it says of itself. Hidden or missing values keep the last known ones."""

    instance = models.CharField(max_length=60)
    external_id = models.CharField(max_length=60)
    code = models.CharField(max_length=180, blank=True)
    name = models.CharField(max_length=1000, blank=True)
    status = models.CharField(max_length=60, blank=True)
    status_since = models.DateTimeField(
        null=True
    )  # when this status was first seen, or Calpendo's stamp before that
    hold = models.CharField(max_length=8, choices=Hold.choices, blank=True)  # of the status: waiting, kept
    held_status = models.CharField(
        max_length=60, blank=True
    )  # what Calpendo says, while `hold` keeps the one before
    held_at = models.DateTimeField(null=True)
    type = models.CharField(max_length=200, blank=True)
    groups = models.JSONField(default=list)
    pi_text = models.CharField(max_length=400, blank=True)
    pi_email = models.CharField(max_length=320, blank=True)
    resource_ids = models.JSONField(default=list)  # of resources it may book, as text
    is_eligible = models.BooleanField(default=False)  # books an MRI or MEG scanner, and is not excluded
    # Part -> role, as the site had chosen in the last sweep that the project was mirrored in.
    part_roles = models.JSONField(default=usual_roles)
    created_text = models.CharField(max_length=40, blank=True)
    modified_text = models.CharField(max_length=40, blank=True)  # Calpendo's own stamp of the last change
    missing_since = models.DateTimeField(null=True)  # not in complete answers since then
    vanished_at = models.DateTimeField(null=True)  # missing for so long that it counts as gone (contract 4.5)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()  # when it last was different; an unchanged row is not written

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "external_id"], name="booking_project_once")
        ]

    def __str__(self) -> str:
        return self.code or self.external_id


class BookingCode(models.Model):
    """A code that a booking project carries or carried: aliases valid at a time.

    `last_seen_at` is when it was found to be given up; the code that the project carries now is valid beyond it.
    """

    booking_project = models.ForeignKey(BookingProject, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=180)
    folded_code = models.CharField(max_length=180, db_index=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["booking_project", "code"], name="booking_code_once")]

    def __str__(self) -> str:
        return self.code


class BookingName(models.Model):
    """A title that a booking project carries or carried, dated as BookingCode is; by titles nothing is filed."""

    booking_project = models.ForeignKey(BookingProject, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=1000)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class BookingRole(models.Model):
    """One person's part in a booking project: owner, PI or user."""

    booking_project = models.ForeignKey(BookingProject, on_delete=models.CASCADE, related_name="roles")
    person = models.ForeignKey(BookingPerson, on_delete=models.CASCADE, related_name="roles")
    part = models.CharField(max_length=8)  # owner | pi | user
    since = models.DateTimeField()
    hold = models.CharField(max_length=8, choices=Hold.choices, blank=True)
    held_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking_project", "person", "part"], name="booking_role_once")
        ]

    def __str__(self) -> str:
        return self.part


class Scanner(models.Model):
    """A bookable resource of Calpendo; `modality` is empty for those that are no scanner."""

    instance = models.CharField(max_length=60)
    external_id = models.CharField(max_length=60)
    name = models.CharField(max_length=300)
    modality = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "external_id"], name="scanner_once")]

    def __str__(self) -> str:
        return self.name


class Booking(models.Model):
    """A booked time [starts_at, ends_at). Titles are not kept: they hold participants' names (contract 4.8)."""

    instance = models.CharField(max_length=60)
    external_id = models.CharField(max_length=60)
    scanner = models.ForeignKey(Scanner, null=True, on_delete=models.PROTECT)
    booking_project = models.ForeignKey(BookingProject, null=True, on_delete=models.SET_NULL)
    owner = models.ForeignKey(BookingPerson, null=True, on_delete=models.SET_NULL, related_name="+")
    booker = models.ForeignKey(BookingPerson, null=True, on_delete=models.SET_NULL, related_name="+")
    subject_label = models.CharField(
        max_length=180, blank=True
    )  # found in the title by the site's own pattern
    status = models.CharField(max_length=40, blank=True)
    is_cancelled = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    written_start = models.CharField(max_length=40)
    written_end = models.CharField(max_length=40)
    zone = models.CharField(max_length=60)
    missing_sweeps = models.PositiveSmallIntegerField(
        default=0
    )  # that read its day whole and did not find it
    withdrawn_at = models.DateTimeField(null=True)  # missing twice; kept, as evidence of what was booked

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "external_id"], name="booking_once")]
        indexes = [models.Index(fields=["scanner", "starts_at"], name="booking_of_scanner")]

    def __str__(self) -> str:
        return self.external_id
