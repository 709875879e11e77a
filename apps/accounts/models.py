"""People who sign in to the administration. Programs are `apps.clients`."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class User(AbstractUser):
    """A custom user from day one, so that it can grow without a painful migration."""


class SecondFactor(models.Model):
    """A person's device that makes codes (TOTP, RFC 6238). There is a row once it has made one."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="second_factor", editable=False
    )
    sealed = models.TextField(editable=False)
    # The time step of the last code that was taken: it, and those before it, are worthless.
    last_step = models.BigIntegerField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"second factor of {self.user}"


class RecoveryCode(models.Model):
    """Opens once, in place of a lost device. Only its digest is kept."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["factor", "digest"], name="accounts_recovery_code")
        ]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class SignInTries(models.Model):
    """How often somebody tried to sign in from an address, under one name or (blank) under any."""

    username = models.CharField("user name", max_length=150, blank=True, editable=False)
    network = models.CharField("from", max_length=45, editable=False)
    count = models.PositiveIntegerField("tries", default=0, editable=False)
    since = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    locked_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-since"]
        verbose_name = verbose_name_plural = "sign-in tries"
        constraints = [
            models.UniqueConstraint(fields=["username", "network"], name="accounts_tries_of")
        ]

    def __str__(self) -> str:
        return f"{self.username or 'anybody'} from {self.network}"
