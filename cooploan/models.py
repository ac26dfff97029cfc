"""The site's own table: when the worker last showed that it works."""

from django.db import models


class Heartbeat(models.Model):
    """The last time that a background task of this name was carried out; the supervisor and probes read it."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.beat_at:%Y-%m-%d %H:%M:%S}"
