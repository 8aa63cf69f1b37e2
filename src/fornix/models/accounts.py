"""Who can log in, and the tokens by which scripts do it for them."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class Account(AbstractBaseUser):
    """A person (or script) that can log in. E-mail is optional and, where present, was given by an administrator."""

    username = models.CharField(max_length=150)
    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)
    # The mirror switched it off, because the person is suspended in Calpendo; it alone switches it on again.
    suspended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = BaseUserManager["Account"]()

    USERNAME_FIELD = "username"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="account_username_once")]

    def __str__(self) -> str:
        return self.username


class Identity(models.Model):
    """Whom the centre's identity provider knows an account as: a subject within a realm (contract calpendo 4.1)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="identities")
    realm = models.CharField(max_length=200)
    subject = models.CharField(max_length=320)
    given_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "subject"], name="identity_once")]

    def __str__(self) -> str:
        return f"identity {self.pk}"


class ApiToken(models.Model):
    """An alias and the SHA-256 of its secret: Basic authentication for scripts. The secret is shown once."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    alias = models.CharField(max_length=36, unique=True)
    secret_sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.alias
