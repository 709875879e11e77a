"""What happened, how often: one row for a figure in an hour, and one for all hours."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models

# The "hour" of the rows that hold a figure of all hours; they only grow, and stay.
EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Tally(models.Model):
    """A figure (`name`, `labels`) in the hour that begins at `hour`.

    `labels` is JSON with sorted names, so that equal labels are equal text.
    """

    hour = models.DateTimeField()
    name = models.CharField(max_length=48)
    labels = models.CharField(max_length=250)
    value = models.FloatField()

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(fields=["hour", "name", "labels"], name="tallies_one_row")
        ]

    def __str__(self) -> str:
        return f"{self.name}{self.labels}"
